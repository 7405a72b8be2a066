import { z } from "zod";
import { ENGAGEMENT_ACTIONS, type SegmentGroup, type SegmentRule } from "./types.ts";

export const MAX_DEPTH = 5;
export const MAX_CONDITIONS = 50;

const POSTGRES_INT = 2_147_483_647;

/** PostgreSQL's text holds no NUL. */
const text = z
  .string()
  .min(1, "There is no value yet.")
  .max(200, "This is longer than 200 characters.")
  .refine((value) => !value.includes("\u0000"), "This holds a character that cannot be stored.");
const id = z.number().int().positive().max(POSTGRES_INT);

const SegmentDateInput = z.union([
  z.strictObject({ on: z.iso.date("This is not a date.") }),
  z.strictObject({ daysAgo: z.number().int().min(-36_500).max(36_500) }),
]);

const status = z.enum(["pending", "confirmed", "unsubscribed"]);

const Condition = z.union([
  z.strictObject({
    field: z.literal("attribute"),
    key: text,
    op: z.enum(["is", "is-not", "contains", "starts-with"]),
    value: text,
  }),
  z.strictObject({
    field: z.literal("attribute"),
    key: text,
    op: z.enum(["more-than", "less-than", "equals"]),
    value: z.number(),
  }),
  z.strictObject({
    field: z.literal("attribute"),
    key: text,
    op: z.enum(["before", "after"]),
    date: SegmentDateInput,
  }),
  z.strictObject({
    field: z.literal("attribute"),
    key: text,
    op: z.enum(["is-true", "is-false", "is-set", "is-not-set"]),
  }),
  z.strictObject({ field: z.literal("address"), op: z.enum(["is", "contains", "ends-with"]), value: text }),
  z.strictObject({ field: z.literal("tag"), op: z.enum(["has", "has-not"]), value: text }),
  z.strictObject({ field: z.literal("subscription"), op: z.enum(["is", "is-not"]), list: id, status }),
  z.strictObject({ field: z.literal("joined"), op: z.enum(["before", "after"]), date: SegmentDateInput }),
  z.strictObject({
    field: z.literal("engagement"),
    op: z.enum(["did", "did-not"]),
    action: z.enum(ENGAGEMENT_ACTIONS),
    campaign: id.optional(),
    since: SegmentDateInput.optional(),
  }),
]);

const Group: z.ZodType<SegmentGroup> = z.lazy(() =>
  z.strictObject({
    match: z.enum(["all", "any"]),
    rules: z
      .array(z.union([Group, Condition]) as z.ZodType<SegmentRule>)
      .min(1, "A group needs at least one condition."),
  }),
);

/** A rule as it comes from a browser: at most 5 groups deep and 50 conditions, measured before anything recurses. */
export const SegmentRuleInput = z
  .unknown()
  .superRefine((value, context) => {
    const fault = tooLarge(value);
    if (fault) context.addIssue({ code: "custom", message: fault, continue: false });
  })
  .pipe(Group);

function tooLarge(rule: unknown): string | null {
  const rest: { value: unknown; depth: number }[] = [{ value: rule, depth: 1 }];
  let conditions = 0;
  for (let one = rest.pop(); one; one = rest.pop()) {
    const { value, depth } = one;
    const rules = typeof value === "object" && value !== null && "rules" in value ? value.rules : undefined;
    if (!Array.isArray(rules)) {
      conditions += 1;
    } else {
      if (depth > MAX_DEPTH) return `Groups can be nested ${MAX_DEPTH} deep at most.`;
      for (const inner of rules) rest.push({ value: inner, depth: depth + 1 });
    }
    if (conditions + rest.length > MAX_CONDITIONS * MAX_DEPTH || conditions > MAX_CONDITIONS) {
      return `A segment can have ${MAX_CONDITIONS} conditions at most.`;
    }
  }
  return null;
}
