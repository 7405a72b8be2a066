import { formatClock } from "#components/ui/format.ts";
import type { SaveState } from "./types.ts";

/** The state of saving in words, for the head of the editor. */
export function saveLine(
  state: SaveState,
  zone: string,
  { readOnly, kind }: { readOnly: boolean; kind: "campaign" | "template" },
): string {
  const what = kind === "campaign" ? "Draft." : "Template.";
  if (readOnly) return "Read only.";
  switch (state.kind) {
    case "saved":
      return state.at ? `${what} Saved ${formatClock(new Date(state.at), zone, true)}.` : what;
    case "unsaved":
      return "Not saved yet.";
    case "saving":
      return "Saving.";
    case "offline":
      return "Not saved: you are offline. Your text is kept on this computer and goes up when you are back.";
    case "refused":
      return `Not saved. ${state.reason}`;
    case "conflict":
      return "Not saved: somebody else changed it.";
  }
}
