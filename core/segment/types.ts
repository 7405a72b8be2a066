/** A segment's rule: a tree of groups and conditions, stored as JSON and compiled to parameterised SQL. */
export type SegmentGroup = { match: "all" | "any"; rules: SegmentRule[] };
export type SegmentRule = SegmentGroup | SegmentCondition;

export const ENGAGEMENT_ACTIONS = ["accepted", "opened", "clicked"] as const;
export type EngagementAction = (typeof ENGAGEMENT_ACTIONS)[number];

/** A date: absolute (ISO day) or relative to the moment of evaluation (days ago, negative = in the future). */
export type SegmentDate = { on: string } | { daysAgo: number };

export type SegmentCondition =
  | { field: "attribute"; key: string; op: "is" | "is-not" | "contains" | "starts-with"; value: string }
  | { field: "attribute"; key: string; op: "more-than" | "less-than" | "equals"; value: number }
  | { field: "attribute"; key: string; op: "before" | "after"; date: SegmentDate }
  | { field: "attribute"; key: string; op: "is-true" | "is-false" | "is-set" | "is-not-set" }
  | { field: "address"; op: "is" | "contains" | "ends-with"; value: string }
  | { field: "tag"; op: "has" | "has-not"; value: string }
  | {
      field: "subscription";
      op: "is" | "is-not";
      list: number;
      status: "pending" | "confirmed" | "unsubscribed";
    }
  | { field: "joined"; op: "before" | "after"; date: SegmentDate }
  | {
      field: "engagement";
      op: "did" | "did-not";
      action: EngagementAction;
      campaign?: number;
      since?: SegmentDate;
    };
