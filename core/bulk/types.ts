/** What can be done to many people at once. */
export const BULK_KINDS = ["tag", "untag", "add-to-list", "unsubscribe", "erase"] as const;
export type BulkKind = (typeof BULK_KINDS)[number];

/** `undoing` and `undone`: the way back, of everything but an erasure. */
export const BULK_STATES = [
  "queued",
  "running",
  "finished",
  "cancelled",
  "failed",
  "undoing",
  "undone",
] as const;
export type BulkState = (typeof BULK_STATES)[number];

export type BulkOptions = { tag?: string; listId?: number; listName?: string; note?: string };

/** How long an act can be undone. */
export const BULK_UNDO_DAYS = 30;
