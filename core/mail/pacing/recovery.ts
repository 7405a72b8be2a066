/**
 * Gmail's published way back from 4.7.28: stop for at least ten minutes, then one connection; refused again,
 * stop again; accepted, one connection more at a time.
 */
export type Recovery = { phase: "stopped"; until: number } | { phase: "climbing"; connections: number };

/** At least ten minutes, whatever a rule says. */
export const RECOVERY_STOP_MS = 600_000;

export function startRecovery(now: number, stopMs = RECOVERY_STOP_MS): Recovery {
  return { phase: "stopped", until: now + Math.max(RECOVERY_STOP_MS, stopMs) };
}

/**
 * The next state, or null when the lane is back at its limit and needs no recovery.
 * `accepted`: a mail went through on the newest connection; `refused`: the same reply came again.
 */
export function advanceRecovery(
  recovery: Recovery,
  event: "accepted" | "refused" | "tick",
  now: number,
  limit: number,
): Recovery | null {
  if (recovery.phase === "stopped") {
    // What was in flight when the lane stopped proves nothing.
    return now < recovery.until ? recovery : { phase: "climbing", connections: 1 };
  }
  if (event === "refused") return startRecovery(now);
  if (event === "tick") return recovery;
  const connections = recovery.connections + 1;
  return connections >= limit ? null : { phase: "climbing", connections };
}

/** Connections allowed now: none while stopped. */
export function recoveryConnections(recovery: Recovery | null, limit: number): number {
  if (recovery === null) return limit;
  return recovery.phase === "stopped" ? 0 : Math.min(limit, recovery.connections);
}
