import { StatusChip } from "#components/ui/status-chip.tsx";
import type { SourceState } from "#core/source/types.ts";

/** `inHands`, where known, tells a source that still drains from one that has. */
export function SourceStateChip({
  state,
  inHands,
  suspendedUntil,
}: {
  state: SourceState;
  inHands?: number;
  /** By the engine, everywhere. */
  suspendedUntil?: Date | null;
}) {
  if (state === "active" && suspendedUntil && suspendedUntil > new Date())
    return <StatusChip tone="danger">suspended</StatusChip>;
  if (state === "active") return <StatusChip tone="success">active</StatusChip>;
  return <StatusChip tone="warning">{state === "draining" && inHands === 0 ? "drained" : state}</StatusChip>;
}
