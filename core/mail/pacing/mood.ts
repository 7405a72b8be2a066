import { isAtLimits, type Pace, type PaceLimits, startPace, withinLimits } from "./adapt.ts";
import type { LaneMood } from "./react.ts";
import { advanceRecovery } from "./recovery.ts";

/** Above every limit, in place of what is at its limit: the next owner's may be another. */
const AT_LIMIT = 1e9;

/**
 * What is kept of a lane's mood between its owners: what replies lowered. `pace` null: nothing, so that it is at the
 * limits, whatever they will be then.
 */
export type KeptMood = Omit<LaneMood, "pace"> & { pace: Pace | null };

/** Null where there is nothing to remember. */
export function keepMood(mood: LaneMood, limits: PaceLimits): KeptMood | null {
  const pace = isAtLimits(mood.pace, limits) ? null : loweredOf(mood.pace, limits);
  const hits = Object.fromEntries(Object.entries(mood.hits).filter(([, times]) => times.length > 0));
  if (pace === null && mood.recovery === null && Object.keys(hits).length === 0) return null;
  return { pace, recovery: mood.recovery, hits };
}

function loweredOf(pace: Pace, limits: PaceLimits): Pace {
  const kept = (value: number, limit: number) => (value >= limit ? AT_LIMIT : value);
  return {
    ...pace,
    connections: kept(pace.connections, limits.connections),
    messagesPerConnection: kept(pace.messagesPerConnection, limits.messagesPerConnection),
    messagesPerSecond: kept(pace.messagesPerSecond, limits.messagesPerSecond),
  };
}

/** The mood in which a lane goes on. It runs, so a stop is over: by time, or because a person said so. */
export function wakeMood(kept: KeptMood | null, limits: PaceLimits, now: number): LaneMood {
  const recovery =
    kept?.recovery?.phase === "stopped"
      ? advanceRecovery({ ...kept.recovery, until: now }, "tick", now, limits.connections)
      : (kept?.recovery ?? null);
  return {
    pace: kept?.pace ? withinLimits(kept.pace, limits) : startPace(limits),
    recovery,
    hits: kept?.hits ?? {},
  };
}
