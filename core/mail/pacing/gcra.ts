/** A rate: `limit` mails in `periodMs`, of which up to `burst` may leave at once. */
export type Rate = { limit: number; periodMs: number; burst: number };

export type GcraAnswer = {
  allowed: boolean;
  /** Theoretical arrival time, ms since the epoch: the only thing to store. Unchanged when refused. */
  state: number;
  /** 0 when allowed; Infinity when it can never be. */
  retryAfterMs: number;
};

/** Sums of fractions near 2^41 must not refuse what is due exactly now. */
const TOLERANCE_MS = 0.01;

/**
 * Generic cell rate algorithm: one stored number per key, no timer, no window edges.
 * `state` is 0 for a new key. A clock that went back only makes the answer stricter.
 */
export function gcra(state: number, now: number, rate: Rate, quantity = 1): GcraAnswer {
  if (!(rate.limit > 0) || quantity > Math.max(1, rate.burst)) {
    return { allowed: false, state, retryAfterMs: Number.POSITIVE_INFINITY };
  }
  const interval = rate.periodMs / rate.limit;
  const next = Math.max(state, now) + interval * quantity;
  const allowedAt = next - interval * Math.max(1, rate.burst);
  if (now < allowedAt - TOLERANCE_MS) return { allowed: false, state, retryAfterMs: allowedAt - now };
  return { allowed: true, state: next, retryAfterMs: 0 };
}

/** How many mails could leave at once now, without taking them. */
export function gcraRoom(state: number, now: number, rate: Rate): number {
  if (!(rate.limit > 0)) return 0;
  const interval = rate.periodMs / rate.limit;
  const ahead = Math.max(state, now) - now;
  const burst = Math.max(1, rate.burst);
  return Math.max(0, Math.min(burst, Math.floor(burst - (ahead - TOLERANCE_MS) / interval)));
}
