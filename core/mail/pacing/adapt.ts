/** What a lane may do now; moved by replies between a floor and the limits of its bucket. */
export type Pace = {
  connections: number;
  messagesPerConnection: number;
  messagesPerSecond: number;
  /** ms since the epoch, null = never. */
  steppedDownAt: number | null;
  steppedUpAt: number | null;
};

export type PaceLimits = Pick<Pace, "connections" | "messagesPerConnection" | "messagesPerSecond">;

/** What a reply rule may ask for besides the ordinary halving. */
export type PaceWish = { connections?: number; messagesPerConnection?: number; messagesPerMinute?: number };

export const STEP_DOWN_EVERY_MS = 60_000;
export const STEP_UP_EVERY_MS = 3_600_000;
/** One mail a minute: slower than this is a suspension. */
export const SLOWEST_PER_SECOND = 1 / 60;

export function startPace(limits: PaceLimits): Pace {
  return {
    connections: limits.connections,
    messagesPerConnection: limits.messagesPerConnection,
    messagesPerSecond: limits.messagesPerSecond,
    steppedDownAt: null,
    steppedUpAt: null,
  };
}

/**
 * Multiplicative decrease: half the connections and half the rate, or what the rule asks for if that is less.
 * At most one step a minute, so that ten connections which hear the same "slow down" count once. Null: no step now.
 */
export function stepDown(pace: Pace, now: number, wish: PaceWish = {}): Pace | null {
  if (pace.steppedDownAt !== null && now - pace.steppedDownAt < STEP_DOWN_EVERY_MS) return null;
  const rate = wish.messagesPerMinute === undefined ? pace.messagesPerSecond : wish.messagesPerMinute / 60;
  const next = {
    connections: Math.max(
      1,
      Math.min(Math.floor(pace.connections / 2), wish.connections ?? Number.POSITIVE_INFINITY),
    ),
    messagesPerConnection: Math.max(
      1,
      Math.min(pace.messagesPerConnection, wish.messagesPerConnection ?? Number.POSITIVE_INFINITY),
    ),
    messagesPerSecond: Math.max(SLOWEST_PER_SECOND, Math.min(pace.messagesPerSecond / 2, rate)),
  };
  const moved =
    next.connections < pace.connections ||
    next.messagesPerConnection < pace.messagesPerConnection ||
    next.messagesPerSecond < pace.messagesPerSecond;
  return moved ? { ...next, steppedDownAt: now, steppedUpAt: pace.steppedUpAt } : null;
}

/**
 * Additive increase towards the limits: one connection, a tenth of the rate and of the messages per connection.
 * At most one step an hour, and none within an hour of a step down. Null: no step now, or nothing left to raise.
 */
export function stepUp(pace: Pace, now: number, limits: PaceLimits): Pace | null {
  const last = Math.max(
    pace.steppedDownAt ?? Number.NEGATIVE_INFINITY,
    pace.steppedUpAt ?? Number.NEGATIVE_INFINITY,
  );
  if (now - last < STEP_UP_EVERY_MS) return null;
  const raise = (value: number, limit: number, step: number) =>
    Math.max(value, Math.min(limit, value + step));
  const next = {
    connections: raise(pace.connections, limits.connections, 1),
    messagesPerConnection: raise(
      pace.messagesPerConnection,
      limits.messagesPerConnection,
      Math.max(1, Math.ceil(limits.messagesPerConnection / 10)),
    ),
    messagesPerSecond: raise(pace.messagesPerSecond, limits.messagesPerSecond, limits.messagesPerSecond / 10),
  };
  const moved =
    next.connections > pace.connections ||
    next.messagesPerConnection > pace.messagesPerConnection ||
    next.messagesPerSecond > pace.messagesPerSecond;
  return moved ? { ...next, steppedDownAt: pace.steppedDownAt, steppedUpAt: now } : null;
}

/** A pace remembered from before, under limits that may have changed since. */
export function withinLimits(pace: Pace, limits: PaceLimits): Pace {
  return {
    ...pace,
    connections: Math.min(pace.connections, limits.connections),
    messagesPerConnection: Math.min(pace.messagesPerConnection, limits.messagesPerConnection),
    messagesPerSecond: Math.min(pace.messagesPerSecond, limits.messagesPerSecond),
  };
}

/** Whether nothing is lowered: then a lane is at its limits, whatever they will be. */
export function isAtLimits(pace: Pace, limits: PaceLimits): boolean {
  return (
    pace.connections >= limits.connections &&
    pace.messagesPerConnection >= limits.messagesPerConnection &&
    pace.messagesPerSecond >= limits.messagesPerSecond
  );
}
