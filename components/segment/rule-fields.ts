import type { SegmentCondition, SegmentDate, SegmentRule } from "#core/segment/types.ts";

export type Choice = { value: string; label: string };

/** What the builder may offer: the workspace's attributes, lists, tags and campaigns. */
export type SegmentChoices = {
  attributes: { key: string; label: string; type: "text" | "number" | "date" | "boolean" }[];
  lists: { id: number; name: string }[];
  tags: string[];
  campaigns: { id: number; name: string }[];
};

/** The things a condition can be about, as values of one select. */
export function fieldChoices(choices: SegmentChoices): (Choice | { label: string; options: Choice[] })[] {
  return [
    { value: "address", label: "Address" },
    { value: "subscription", label: "Subscription" },
    { value: "tag", label: "Tag" },
    { value: "joined", label: "Joined" },
    { value: "engagement", label: "Engagement" },
    ...(choices.attributes.length > 0
      ? [
          {
            label: "Attributes",
            options: choices.attributes.map((one) => ({ value: `attribute:${one.key}`, label: one.label })),
          },
        ]
      : []),
  ];
}

export const fieldValue = (rule: SegmentCondition): string =>
  rule.field === "attribute" ? `attribute:${rule.key}` : rule.field;

const DAYS_30: SegmentDate = { daysAgo: 30 };

/** A fresh condition about what was chosen. */
export function newCondition(field: string, choices: SegmentChoices): SegmentCondition {
  if (field.startsWith("attribute:")) {
    const key = field.slice("attribute:".length);
    const type = choices.attributes.find((one) => one.key === key)?.type ?? "text";
    if (type === "number") return { field: "attribute", key, op: "more-than", value: 0 };
    if (type === "date") return { field: "attribute", key, op: "after", date: DAYS_30 };
    if (type === "boolean") return { field: "attribute", key, op: "is-true" };
    return { field: "attribute", key, op: "is", value: "" };
  }
  if (field === "subscription")
    return { field: "subscription", op: "is", list: choices.lists[0]?.id ?? 0, status: "confirmed" };
  if (field === "tag") return { field: "tag", op: "has", value: choices.tags[0] ?? "" };
  if (field === "joined") return { field: "joined", op: "after", date: DAYS_30 };
  if (field === "engagement")
    return { field: "engagement", op: "did", action: "clicked", since: { daysAgo: 90 } };
  return { field: "address", op: "ends-with", value: "" };
}

const WORDS: Record<string, string> = {
  is: "is",
  "is-not": "is not",
  contains: "contains",
  "starts-with": "starts with",
  "ends-with": "ends with",
  "more-than": "is more than",
  "less-than": "is less than",
  equals: "equals",
  before: "is before",
  after: "is after",
  "is-true": "is yes",
  "is-false": "is no",
  "is-set": "is known",
  "is-not-set": "is not known",
  has: "has",
  "has-not": "does not have",
  did: "did",
  "did-not": "did not",
};

/** The operators that fit a condition. */
export function opChoices(rule: SegmentCondition, choices: SegmentChoices): Choice[] {
  return opsOf(rule, choices).map((op) => ({ value: op, label: WORDS[op] ?? op }));
}

function opsOf(rule: SegmentCondition, choices: SegmentChoices): string[] {
  if (rule.field === "attribute") {
    const type = choices.attributes.find((one) => one.key === rule.key)?.type ?? "text";
    const known = ["is-set", "is-not-set"];
    if (type === "number") return ["more-than", "less-than", "equals", ...known];
    if (type === "date") return ["before", "after", ...known];
    if (type === "boolean") return ["is-true", "is-false", ...known];
    return ["is", "is-not", "contains", "starts-with", ...known];
  }
  if (rule.field === "address") return ["is", "contains", "ends-with"];
  if (rule.field === "tag") return ["has", "has-not"];
  if (rule.field === "subscription") return ["is", "is-not"];
  if (rule.field === "joined") return ["before", "after"];
  return ["did", "did-not"];
}

/** The condition with another operator; what the new one needs is filled in, what it does not is dropped. */
export function withOp(rule: SegmentCondition, op: string): SegmentCondition {
  if (rule.field !== "attribute") return { ...rule, op } as SegmentCondition;
  const { key } = rule;
  if (["is-true", "is-false", "is-set", "is-not-set"].includes(op))
    return { field: "attribute", key, op } as SegmentCondition;
  if (op === "before" || op === "after")
    return { field: "attribute", key, op, date: "date" in rule ? rule.date : DAYS_30 };
  const value = "value" in rule ? rule.value : "";
  if (["more-than", "less-than", "equals"].includes(op))
    return { field: "attribute", key, op, value: Number(value) || 0 } as SegmentCondition;
  return { field: "attribute", key, op, value: String(value) } as SegmentCondition;
}

/** A rule in a few words, to name it in a sentence. */
export function ruleWords(rule: SegmentRule | undefined, choices: SegmentChoices): string {
  if (!rule) return "";
  if ("rules" in rule) return `the group of ${rule.rules.length}`;
  const op = WORDS[rule.op] ?? rule.op;
  const nameOf = (all: { id: number; name: string }[], id: number) =>
    all.find((one) => one.id === id)?.name ?? "one that is gone";
  switch (rule.field) {
    case "subscription":
      return `${op} ${rule.status} on ${nameOf(choices.lists, rule.list)}`;
    case "engagement": {
      const action = { clicked: "click", opened: "open", accepted: "get mail" }[rule.action];
      const which = rule.campaign ? ` ${nameOf(choices.campaigns, rule.campaign)}` : "";
      return `${op} ${action}${which}${rule.since ? ` since ${dateWords(rule.since)}` : ""}`;
    }
    case "joined":
      return `joined ${op} ${dateWords(rule.date)}`;
    case "attribute": {
      const label = choices.attributes.find((one) => one.key === rule.key)?.label ?? rule.key;
      if ("date" in rule) return `${label} ${op} ${dateWords(rule.date)}`;
      return "value" in rule ? `${label} ${op} ${rule.value}` : `${label} ${op}`;
    }
    default:
      return `${rule.field} ${op} ${rule.value}`;
  }
}

const dateWords = (date: SegmentDate): string => ("on" in date ? date.on : `${date.daysAgo} days ago`);
