import { StatusChip } from "#components/ui/status-chip.tsx";
import type { Standing } from "#core/subscriber/filter-shape.ts";

const TONES = {
  confirmed: "success",
  pending: "warning",
  unsubscribed: "neutral",
  suppressed: "danger",
  none: "neutral",
} as const;

/** Where a person stands, in a word and a colour. */
export function StandingChip({ standing }: { standing: Standing }) {
  return <StatusChip tone={TONES[standing]}>{standing === "none" ? "no list" : standing}</StatusChip>;
}
