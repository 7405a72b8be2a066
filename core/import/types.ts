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

/** What the people in the file become: confirmed (with proof), unsubscribed, or suppressed (an export of dead addresses). */
export const IMPORT_STANDINGS = ["confirmed", "unsubscribed", "suppressed"] as const;
export type ImportStanding = (typeof IMPORT_STANDINGS)[number];

export type ImportOptions = {
  listIds: number[];
  tags: string[];
  standing: ImportStanding;
  /** The statement that the importer made; stored with each consent event. */
  consentStatement: string;
  updateExisting: boolean;
};
