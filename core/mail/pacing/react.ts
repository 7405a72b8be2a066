import type { ActionScope, Classification } from "#core/mail/reply/types.ts";
import { type Pace, stepDown } from "./adapt.ts";
import { advanceRecovery, type Recovery, startRecovery } from "./recovery.ts";
import { countHit } from "./threshold.ts";

/** What one lane remembers between replies. */
export type LaneMood = {
  pace: Pace;
  /** null: not coming back from a stop. */
  recovery: Recovery | null;
  /** Times of hits by rule id, ms. */
  hits: Readonly<Record<string, readonly number[]>>;
};

export type Reaction = {
  mood: LaneMood;
  /** The lane (or the sender domain here, or both) stands still until then, ms; null: goes on. */
  suspend: { until: number; scopes: readonly ActionScope[] } | null;
  /** true where the pace was lowered by this reply. */
  slowed: boolean;
};

/**
 * What a refusal does to the lane it came on: the rule's own action once its threshold is reached, else an ordinary
 * step down for every `slow-down`. All other verdicts are about the mail and leave the pace alone.
 */
export function reactToReply(
  mood: LaneMood,
  reply: Pick<Classification, "verdict" | "action" | "rule">,
  now: number,
): Reaction {
  const { action } = reply;
  const isClimbing = mood.recovery?.phase === "climbing";
  if (
    isClimbing &&
    action?.kind === "suspend" &&
    action.recovery === "gmail" &&
    action.scopes.includes("lane")
  ) {
    const recovery = advanceRecovery(mood.recovery as Recovery, "refused", now, mood.pace.connections);
    return stopped({ ...mood, recovery }, recovery, now, action.scopes);
  }
  const counted = action ? countHit(mood.hits[reply.rule] ?? [], now, action.threshold) : null;
  const next: LaneMood = counted ? { ...mood, hits: { ...mood.hits, [reply.rule]: counted.hits } } : mood;
  if (action?.kind === "suspend" && counted?.fires) {
    // A quota of the signing domain is no reason to slow the others down.
    const isOurs = action.recovery === "gmail" && action.scopes.includes("lane");
    const recovery = isOurs ? startRecovery(now, action.seconds * 1000) : mood.recovery;
    const asked = now + action.seconds * 1000;
    const until = recovery?.phase === "stopped" ? Math.max(recovery.until, asked) : asked;
    return { mood: { ...next, recovery }, suspend: { until, scopes: action.scopes }, slowed: false };
  }
  const wish = action?.kind === "slow" && counted?.fires ? action : null;
  const pace = wish || reply.verdict === "slow-down" ? stepDown(next.pace, now, wish ?? {}) : null;
  return { mood: pace ? { ...next, pace } : next, suspend: null, slowed: pace !== null };
}

function stopped(
  mood: LaneMood,
  recovery: Recovery | null,
  now: number,
  scopes: readonly ActionScope[],
): Reaction {
  const until = recovery?.phase === "stopped" ? recovery.until : now;
  return { mood, suspend: { until, scopes }, slowed: false };
}
