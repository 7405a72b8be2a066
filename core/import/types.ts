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

/** What one column of the file becomes. */
export type ImportColumn =
  | { to: "skip" }
  | { to: "address" }
  | { to: "tags" }
  | { to: "attribute"; key: string; label: string; type: AttributeType }
  | { to: "consent-at" }
  | { to: "consent-ip" };

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
