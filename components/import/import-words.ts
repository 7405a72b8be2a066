import type { ImportState } from "#core/import/types.ts";

/** A state in words for people. */
export const STATE_WORDS: Record<ImportState, string> = {
  uploading: "uploading",
  mapping: "waits for its columns",
  queued: "starts soon",
  running: "running",
  finished: "finished",
  failed: "stopped",
  cancelled: "cancelled",
};

export const STATE_TONES: Record<ImportState, "neutral" | "accent" | "success" | "warning" | "danger"> = {
  uploading: "accent",
  mapping: "warning",
  queued: "accent",
  running: "accent",
  finished: "success",
  failed: "danger",
  cancelled: "neutral",
};

export const DELIMITER_WORDS: Record<string, string> = {
  ",": "comma",
  ";": "semicolon",
  "\t": "tab",
  "|": "bar",
};
