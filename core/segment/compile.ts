import { type SQL, sql } from "drizzle-orm";
import { subscribers as s } from "#db/schema/index.ts";
import type { SegmentCondition, SegmentDate, SegmentGroup, SegmentRule } from "./types.ts";

export type SegmentContext = {
  workspaceId: number;
  /** The moment of evaluation, to which relative dates refer. */
  now: Date;
};

type Attribute = Extract<SegmentCondition, { field: "attribute" }>;
type Of<F extends SegmentCondition["field"]> = Extract<SegmentCondition, { field: F }>;

const DAY_MS = 86_400_000;

/**
 * A rule as a boolean expression over a row of `subscribers` (not aliased), where null counts as no: without coalesce the
 * planner can judge how many match, so never put NOT in front. Everything that a person typed is a parameter. Texts compare without case; days are those of UTC. A group without rules matches nobody.
 */
export function compileSegment(rule: SegmentGroup, context: SegmentContext): SQL {
  return compileRule(rule, context);
}

function compileRule(rule: SegmentRule, context: SegmentContext): SQL {
  if ("rules" in rule) return compileGroup(rule, context);
  switch (rule.field) {
    case "attribute":
      return compileAttribute(rule, context);
    case "address":
      return compileAddress(rule);
    case "tag": {
      const has = sql`${s.tags} @> array[${rule.value}]::text[]`;
      return rule.op === "has" ? has : sql`not ${has}`;
    }
    case "subscription":
      return compileSubscription(rule);
    case "joined":
      return compare(sql`${s.createdAt}`, rule.op, rule.date, context);
    case "engagement":
      return compileEngagement(rule, context);
  }
}

/**
 * PostgreSQL takes all looks into JSON for equally dear and a JSON path for the cheapest, so it would ask the dearest of
 * each row first. In a chain of CASE the cheap ones that leave out most are asked first, the next only of who is left.
 */
function compileGroup(group: SegmentGroup, context: SegmentContext): SQL {
  if (group.rules.length === 0) return sql`false`;
  const chained = group.rules.filter(isAttribute).sort((a, b) => ATTRIBUTE_COST[a.op] - ATTRIBUTE_COST[b.op]);
  const others = group.rules.filter((rule) => !isAttribute(rule)).map((rule) => compileRule(rule, context));
  const parts = chained.map((rule) => compileRule(rule, context));
  if (group.match === "any") return sql`(${sql.join([...parts, ...others], sql` or `)})`;
  const chain = parts.reduceRight<SQL | null>(
    (rest, part) => (rest ? sql`case when ${part} then ${rest} else false end` : part),
    null,
  );
  return sql`(${sql.join([...others, ...(chain ? [chain] : [])], sql` and `)})`;
}

const isAttribute = (rule: SegmentRule): rule is Attribute =>
  !("rules" in rule) && rule.field === "attribute";

/** In which order attributes are asked: by how dear the question is and how many it usually leaves out. */
const ATTRIBUTE_COST: Record<Attribute["op"], number> = {
  is: 1,
  "is-true": 1,
  "is-false": 1,
  "starts-with": 2,
  contains: 3,
  equals: 4,
  "more-than": 5,
  "less-than": 5,
  before: 6,
  after: 6,
  "is-set": 7,
  "is-not-set": 7,
  "is-not": 8,
};

function compileAttribute(rule: Attribute, context: SegmentContext): SQL {
  const asText = sql`lower(${s.attributes} ->> ${rule.key}::text)`;
  const asJson = sql`(${s.attributes} -> ${rule.key}::text)`;
  switch (rule.op) {
    case "is": {
      const same = sql`${asText} = lower(${rule.value}::text)`;
      // Lower-casing costs half of it. A text of plain letters has as many characters in any case, so those of another length need none.
      return isPlain(rule.value)
        ? sql`case when char_length(${s.attributes} ->> ${rule.key}::text) = ${rule.value.length}::int then ${same} else false end`
        : same;
    }
    case "is-not":
      return sql`${asText} is distinct from lower(${rule.value}::text)`;
    case "contains":
      return sql`strpos(${asText}, lower(${rule.value}::text)) > 0`;
    case "starts-with":
      return sql`starts_with(${asText}, lower(${rule.value}::text))`;
    case "more-than":
      return compileNumber(rule.key, ">", rule.value);
    case "less-than":
      return compileNumber(rule.key, "<", rule.value);
    case "equals":
      return compileNumber(rule.key, "==", rule.value);
    case "before":
    case "after":
      return compileDateAttribute(sql`${s.attributes} ->> ${rule.key}::text`, rule.op, rule.date, context);
    case "is-true":
      return sql`${asJson} = 'true'::jsonb`;
    case "is-false":
      return sql`${asJson} = 'false'::jsonb`;
    case "is-set":
      return sql`coalesce(${asText}, '') <> ''`;
    case "is-not-set":
      return sql`coalesce(${asText}, '') = ''`;
  }
}

const isPlain = (text: string): boolean => /^[\x20-\x7e]*$/.test(text);

/** A JSON path: one look at the attribute, and a text in its place is an answer (no), not an error. */
function compileNumber(key: string, operator: ">" | "<" | "==", value: number): SQL {
  return sql`${s.attributes} @@ ${`$.${JSON.stringify(key.toWellFormed())} ${operator} ${value}`}::jsonpath`;
}

/** ISO dates sort as text; only what looks like one takes part. */
function compileDateAttribute(
  value: SQL,
  op: "before" | "after",
  date: SegmentDate,
  context: SegmentContext,
): SQL {
  const day = "on" in date ? date.on : momentOf(date, context).toISOString().slice(0, 10);
  const asDay = sql`left(${value}, 10) collate "C"`;
  const compared = op === "before" ? sql`${asDay} < ${day}::text` : sql`${asDay} > ${day}::text`;
  return sql`(${compared} and ${value} ~ '^\\d{4}-\\d{2}-\\d{2}')`;
}

function compileAddress(rule: Of<"address">): SQL {
  const value = sql`lower(${rule.value}::text)`;
  switch (rule.op) {
    case "is":
      return sql`${s.addressKey} = ${value}`;
    case "contains":
      return sql`strpos(${s.addressKey}, ${value}) > 0`;
    case "ends-with":
      return sql`right(${s.addressKey}, length(${value})) = ${value}`;
  }
}

/**
 * EXISTS, not IN: below OR and NOT it becomes a hashed or an indexed lookup, whatever fits in memory. A subscriber has
 * no subscription to another workspace's list, and without that question the index alone answers.
 */
function compileSubscription(rule: Of<"subscription">): SQL {
  const found = sql`exists (select from subscriptions su where su.subscriber_id = ${s.id} and su.list_id = ${rule.list}::int
    and su.status = ${rule.status}::subscription_status)`;
  return rule.op === "is" ? found : sql`not ${found}`;
}

function compileEngagement(rule: Of<"engagement">, context: SegmentContext): SQL {
  const since = rule.since ? startOf(rule.since, context) : null;
  let did: SQL;
  if (rule.action !== "accepted") {
    did = sql`exists (select from hits h where h.subscriber_id = ${s.id} and h.workspace_id = ${context.workspaceId}::int
      and h.kind = ${rule.action === "opened" ? "open" : "click"}::hit_kind and h.class = 'human'
      ${rule.campaign === undefined ? sql`` : sql`and h.campaign_id = ${rule.campaign}::int`}
      ${since ? sql`and h.at >= ${since}` : sql``})`;
  } else if (rule.campaign === undefined) {
    did = sql`(${s.lastAcceptedAt} is not null ${since ? sql`and ${s.lastAcceptedAt} >= ${since}` : sql``})`;
  } else {
    did = sql`exists (select from deliveries d where d.campaign_id = ${rule.campaign}::int and d.subscriber_id = ${s.id}
      and d.state = 'a' ${since ? sql`and d.settled_at >= ${since}` : sql``})`;
  }
  return rule.op === "did" ? did : sql`not ${did}`;
}

/** Before a day: before it begins. After a day: once it is over. Relative: before or after that very moment. */
function compare(value: SQL, op: "before" | "after", date: SegmentDate, context: SegmentContext): SQL {
  if ("on" in date) {
    const day = sql`(${date.on}::date)::timestamp at time zone 'UTC'`;
    return op === "before" ? sql`${value} < ${day}` : sql`${value} >= ${day} + interval '1 day'`;
  }
  const moment = sql`${momentOf(date, context).toISOString()}::timestamptz`;
  return op === "before" ? sql`${value} < ${moment}` : sql`${value} > ${moment}`;
}

function startOf(date: SegmentDate, context: SegmentContext): SQL {
  if ("on" in date) return sql`(${date.on}::date)::timestamp at time zone 'UTC'`;
  return sql`${momentOf(date, context).toISOString()}::timestamptz`;
}

function momentOf(date: { daysAgo: number }, context: SegmentContext): Date {
  return new Date(context.now.getTime() - date.daysAgo * DAY_MS);
}
