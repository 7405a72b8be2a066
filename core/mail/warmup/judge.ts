import type { Classification } from "#core/mail/reply/types.ts";
import { stepOn } from "./caps.ts";
import type { WarmupCounts, WarmupState } from "./types.ts";

/** SparkPost: the next stage only when 90 % of this one's volume was delivered (facts §1.5). */
const PROMOTED_FROM = 0.9;
/** Where each mail is greylisted once, half of the attempts are all that can be accepted; that is no reason to stay cold. */
const GREYLISTED_FROM = 0.4;
/** SES: warmth decays when volume drops. A day below this part of its cap proves nothing and is no sending day. */
const COUNTS_FROM = 0.1;
/** One complaint among two hundred mails is no rate. */
const SIGN_FROM = 2;

/** Rates that count: what a day may show and still be promoted, and from which on it is taken back. */
export type WarmupThresholds = { hold: Rates; takeBack: Rates };
type Sign = Exclude<keyof WarmupCounts, "accepted" | "greylisted">;
type Rates = Readonly<Record<Sign, number>>;

/**
 * Complaints: Google wants less than 0.1 % and never 0.3 % (facts §5). Bounces: SES reviews at 5 % and pauses at 10 %
 * (§1.5). Deferred and blocked: nobody publishes any but NitroMTA (0.5 % of deferrals at Outlook holds, §4.7); ours.
 */
export const WARMUP_THRESHOLDS: WarmupThresholds = {
  hold: { deferred: 0.05, blocked: 0.01, bounced: 0.05, complaints: 0.001 },
  takeBack: { deferred: 0.2, blocked: 0.05, bounced: 0.1, complaints: 0.003 },
};
const OUTLOOK_THRESHOLDS: WarmupThresholds = {
  ...WARMUP_THRESHOLDS,
  hold: { ...WARMUP_THRESHOLDS.hold, deferred: 0.005 },
};

/** By key of the provider; null where it is none we know. */
export function warmupThresholds(provider: string | null): WarmupThresholds {
  return provider === "outlook" ? OUTLOOK_THRESHOLDS : WARMUP_THRESHOLDS;
}

/**
 * Which count of the day a refusal adds to; null: it says nothing about how warm we are. `temporary` does not: in the
 * simulation half a percent of busy servers held Outlook for months. Where it is many, nine tenths are not accepted.
 */
export function warmupCount(
  reply: Pick<Classification, "verdict" | "greylisted">,
): "deferred" | "greylisted" | "blocked" | "bounced" | null {
  if (reply.greylisted) return "greylisted";
  switch (reply.verdict) {
    case "slow-down":
      return "deferred";
    case "blocked":
      return "blocked";
    case "recipient-dead":
      return "bounced";
    default:
      return null;
  }
}

export type WarmupJudgement = {
  state: WarmupState;
  /** `little`: too few mails to count; `warm`: no cap stood any more. */
  result: "promoted" | "graduated" | "held" | "taken-back" | "little" | "warm";
  /** The signs that held it or took it back, with their rates. */
  because: readonly { sign: Sign; rate: number }[];
};

/**
 * What a day means for the days after it: once it is over, and before the first mail of a later day is taken.
 * Judging a day again changes nothing. A step back goes to the last step of at most half the cap, as pacing does.
 */
export function judgeDay(
  state: WarmupState,
  day: number,
  counts: WarmupCounts,
  thresholds: WarmupThresholds,
): WarmupJudgement {
  if (state.lastSentDay !== null && day <= state.lastSentDay) return { state, result: "little", because: [] };
  const { daily } = state.plan;
  const step = stepOn(state, day);
  const isWarm = step === daily.length;
  const cap = daily[Math.min(step, daily.length - 1)] as number;
  const bad = signsOver(counts, thresholds.takeBack);
  // A graduated source has no cap to be taken back to; what goes wrong there is for the pace of its lane.
  if (!isWarm && bad.length > 0) {
    return { state: moved(state, stepBack(daily, step), day), result: "taken-back", because: bad };
  }
  if (counts.accepted < COUNTS_FROM * cap) return { state, result: "little", because: [] };
  if (isWarm) return { state: moved(state, step, day), result: "warm", because: [] };
  const because = signsOver(counts, thresholds.hold);
  if (because.length > 0 || !isUsed(counts, cap)) {
    return { state: moved(state, step, day), result: "held", because };
  }
  const result = step + 1 === daily.length ? "graduated" : "promoted";
  return { state: moved(state, step + 1, day), result, because: [] };
}

function isUsed({ accepted, greylisted }: WarmupCounts, cap: number): boolean {
  return accepted + greylisted >= PROMOTED_FROM * cap && accepted >= GREYLISTED_FROM * cap;
}

function moved(state: WarmupState, step: number, day: number): WarmupState {
  const graduatedDay = step === state.plan.daily.length ? (state.graduatedDay ?? day) : null;
  return { ...state, step, lastSentDay: day, graduatedDay };
}

function stepBack(daily: readonly number[], step: number): number {
  const half = (daily[step] as number) / 2;
  let back = Math.max(0, step - 1);
  while (back > 0 && (daily[back] as number) > half) back--;
  return back;
}

function signsOver(counts: WarmupCounts, rates: Rates): { sign: Sign; rate: number }[] {
  const attempts = counts.accepted + counts.deferred + counts.blocked + counts.bounced;
  const over: { sign: Sign; rate: number }[] = [];
  for (const sign of ["deferred", "blocked", "bounced", "complaints"] as const) {
    const of = sign === "complaints" ? counts.accepted : attempts;
    const rate = counts[sign] / Math.max(1, of);
    if (counts[sign] >= SIGN_FROM && rate >= rates[sign]) over.push({ sign, rate });
  }
  return over;
}
