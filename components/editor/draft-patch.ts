import type { Draft, DraftPatch } from "./types.ts";

/** A draft with what was changed of it. */
export function withPatch(draft: Draft, patch: DraftPatch | undefined): Draft {
  if (!patch) return draft;
  const { content, ...rest } = patch;
  return {
    ...draft,
    ...rest,
    ...(content?.format === "html" ? { format: "html", html: content.html } : {}),
    ...(content?.format === "blocks" ? { format: "blocks", document: content.document } : {}),
  };
}
