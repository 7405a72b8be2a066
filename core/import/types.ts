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
