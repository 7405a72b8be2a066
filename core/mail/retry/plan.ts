const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A recipient is tried for this long after the first attempt (not after launch: a paced campaign may start days later). */
export const RETRY_WINDOW_MS = 72 * HOUR;
const FIRST_DELAY_MS = 10 * MINUTE;
const LONGEST_DELAY_MS = 4 * HOUR;
/** Greylisting mostly opens after five minutes; the first retry comes soon after and from the same source. */
const GREYLIST_DELAY_MS = 6 * MINUTE;
const SHORTEST_DELAY_MS = MINUTE;
/** A hint is believed between one minute and four hours, with ten seconds on top. */
const HINT_SLACK_MS = 10_000;
/** The last try is brought forward to this long before the end, if that is still a retry's length away. */
const LAST_TRY_BEFORE_MS = MINUTE;

export type RetryInput = {
  /** Attempts made so far, the one that just failed included: 1 or more. */
  attempts: number;
  firstAttemptAt: number;
  now: number;
  /** The campaign's own end; null where it has none (system mail). */
  expiresAt: number | null;
  greylisted: boolean;
  /** Uniform in [0, 1). */
  random: number;
  /** Seconds that the reply asked for, from `retryHint`. */
  hintSeconds?: number | null;
};

export type RetryPlan = { at: number } | { expired: "retry-window" | "campaign" };

/**
 * When a deferred recipient is tried again: 10 minutes doubling up to 4 hours, jitter of ±20 % so that what was
 * deferred together does not come back together. Expired when the next try would lie beyond the end.
 */
export function planRetry(input: RetryInput): RetryPlan {
  const windowEnd = input.firstAttemptAt + RETRY_WINDOW_MS;
  const campaignEnd = input.expiresAt ?? Number.POSITIVE_INFINITY;
  const end = Math.min(windowEnd, campaignEnd);
  const at = input.now + delay(input);
  if (at < end) return { at };
  const lastTry = end - LAST_TRY_BEFORE_MS;
  if (lastTry - input.now >= FIRST_DELAY_MS) return { at: lastTry };
  return { expired: campaignEnd <= windowEnd ? "campaign" : "retry-window" };
}

function delay(input: RetryInput): number {
  if (input.hintSeconds !== undefined && input.hintSeconds !== null) {
    const asked = input.hintSeconds * 1000 + HINT_SLACK_MS;
    // Jitter only upwards: earlier than asked is a refusal for certain.
    return bounded(asked) + input.random * MINUTE;
  }
  const doublings = Math.min(Math.max(0, input.attempts - 1), 20);
  const plain = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** doublings);
  const base = input.greylisted && input.attempts <= 1 ? GREYLIST_DELAY_MS : plain;
  return base * (0.8 + 0.4 * input.random);
}

function bounded(ms: number): number {
  return Math.min(LONGEST_DELAY_MS, Math.max(SHORTEST_DELAY_MS, ms));
}
