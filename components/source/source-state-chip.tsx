import { StatusChip } from "#components/ui/status-chip.tsx";
import type { SourceState } from "#core/source/types.ts";

/** `inHands`, where known, tells a source that still drains from one that has. */
export function SourceStateChip({ state, inHands }: { state: SourceState; inHands?: number }) {
  if (state === "active") return <StatusChip tone="success">active</StatusChip>;
  return <StatusChip tone="warning">{state === "draining" && inHands === 0 ? "drained" : state}</StatusChip>;
}
