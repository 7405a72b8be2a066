import type { AttributeType } from "../subscriber/types.ts";

export const IMPORT_STATES = [
  "uploading",
  "mapping",
  "queued",
  "running",
  "finished",
  "failed",
  "cancelled",
] as const;
export type ImportState = (typeof IMPORT_STATES)[number];

export const DATE_ORDERS = ["day-first", "month-first"] as const;
export type DateOrder = (typeof DATE_ORDERS)[number];

/** What one column of the file becomes. */
export type ImportColumn =
  | { to: "skip" }
  | { to: "address" }
  | { to: "tags" }
  /** `order`: how 3/4/2026 is meant, where the person said so. */
  | { to: "attribute"; key: string; label: string; type: AttributeType; order?: DateOrder }
  | { to: "consent-at" }
  | { to: "consent-ip" }
  /** Yes or no: rows that do not say yes are no consent. */
  | { to: "agreed" };

/** One entry a column of the file, in order; saved with the import and offered again for the same header. */
export type ImportMapping = { columns: ImportColumn[] };

/**
 * What the people in the file become: confirmed (with proof), pending (each is asked by mail), unsubscribed, or
 * suppressed (an export of dead addresses).
 */
export const IMPORT_STANDINGS = ["confirmed", "pending", "unsubscribed", "suppressed"] as const;
export type ImportStanding = (typeof IMPORT_STANDINGS)[number];

export type ImportOptions = {
  listIds: number[];
  tags: string[];
  standing: ImportStanding;
  /** The statement that the importer made; stored with each consent event. */
  consentStatement: string;
  updateExisting: boolean;
};

/** Some rows behind a number of the dry run. */
export type DryRunExample = { line: number; address: string; reason: string };

/** What a mapping would do with all rows of a file, were it imported as confirmed now. Nothing is written by it. */
export type ImportDryRun = {
  state: "running" | "done" | "failed";
  /** The mapping that was tried: an answer for another one is old. */
  mapping: string;
  rows: number;
  created: number;
  updated: number;
  unchanged: number;
  doubles: number;
  suppressed: number;
  rejected: number;
  /** Filled cells, one number a column. */
  filled: number[];
  /** Why rows are rejected, most common first. */
  reasons: { reason: string; n: number }[];
  examples: { rejected: DryRunExample[]; doubles: DryRunExample[]; suppressed: DryRunExample[] };
  /** Where the file cannot be read to its end. */
  stoppedBecause: string | null;
};

/** A trial that has looked at nothing yet. */
export const emptyDryRun = (mapping: string): ImportDryRun => ({
  state: "running",
  mapping,
  rows: 0,
  created: 0,
  updated: 0,
  unchanged: 0,
  doubles: 0,
  suppressed: 0,
  rejected: 0,
  filled: [],
  reasons: [],
  examples: { rejected: [], doubles: [], suppressed: [] },
  stoppedBecause: null,
});
