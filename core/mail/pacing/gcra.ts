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
/** No rate is so slow that one mail takes longer, and a lane may stand still for so long where the clock went back. */
const LONGEST_MS = 30 * 60_000;

/**
 * Generic cell rate algorithm: one stored number per key, no timer, no window edges.
 * `state` is 0 for a new key. A clock that went back makes the answer stricter; a state that lies farther ahead than any
 * rate can bring it is of another time, and counts no more: it would stop a lane for as long as that.
 */
export function gcra(state: number, now: number, rate: Rate, quantity = 1): GcraAnswer {
  if (!(rate.limit > 0) || quantity > Math.max(1, rate.burst)) {
    return { allowed: false, state, retryAfterMs: Number.POSITIVE_INFINITY };
  }
  const interval = rate.periodMs / rate.limit;
  const burst = interval * Math.max(1, rate.burst);
  const next = (state > now + burst + LONGEST_MS ? now : Math.max(state, now)) + interval * quantity;
  const allowedAt = next - burst;
  if (now < allowedAt - TOLERANCE_MS) return { allowed: false, state, retryAfterMs: allowedAt - now };
  return { allowed: true, state: next, retryAfterMs: 0 };
}

/** How many mails could leave at once now, without taking them. */
export function gcraRoom(state: number, now: number, rate: Rate): number {
  if (!(rate.limit > 0)) return 0;
  const interval = rate.periodMs / rate.limit;
  const burst = Math.max(1, rate.burst);
  const ahead = state > now + burst * interval + LONGEST_MS ? 0 : Math.max(state, now) - now;
  return Math.max(0, Math.min(burst, Math.floor(burst - (ahead - TOLERANCE_MS) / interval)));
}
