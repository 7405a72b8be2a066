import { DAY_MS, dayOf, dayRoom, stepOn, warmupCaps, warmupRoom } from "./caps.ts";
import { judgeDay, type WarmupThresholds, warmupThresholds } from "./judge.ts";
import { NO_COUNTS, type WarmupCounts, type WarmupState, type WarmupUse } from "./types.ts";

const HOUR_MS = 3_600_000;
/** Beyond a year no answer is honest. */
const HORIZON_DAYS = 366;

export type ForecastSource = {
  /** With this provider; null: it needs none (a relay, an address that is known). */
  warmup: WarmupState | null;
  /** Its row of `source_days` for today; null: none yet. */
  today: (WarmupUse & WarmupCounts) | null;
  /** What its lane can send in an hour: `pace.messagesPerSecond × 3,600`. */
  perHour: number;
};

export type ForecastInput = {
  /** Key of the provider; null where it is none we know. */
  provider: string | null;
  /** All that stand before this provider: the campaign's own, and those of other campaigns that share its lanes. */
  recipients: number;
  sources: readonly ForecastSource[];
};

export type Forecast =
  /** `finishesAt`: end of the hour in which the last one goes, ms; `days`: calendar days in UTC, today being 1. */
  | { finishesAt: number; day: number; days: number; byCold: number; byWarm: number }
  /** Not within a year; so many are left then. */
  | { finishesAt: null; left: number };

/**
 * When the last recipient of one provider is sent to, if nothing goes wrong: hour by hour with the same rules that
 * send. What is deferred comes on top. `overflow` is the pool's word on what the cold sources cannot take today:
 * `warm`: sources without a cap (relays too) take it at once, and leave the cold ones their day's cap; `wait`: it
 * waits, and sources that are warm now stand aside while there is a cold one.
 */
export function forecastWarmup(input: ForecastInput, overflow: "warm" | "wait", now: number): Forecast {
  const today = dayOf(now);
  const isCold = (source: ForecastSource) =>
    source.warmup !== null && stepOn(source.warmup, today) < source.warmup.plan.daily.length;
  const waits = overflow === "wait" && input.sources.some(isCold);
  const runs = input.sources.filter((source) => !waits || isCold(source)).map(startRun);
  const thresholds = warmupThresholds(input.provider);
  const total = { cold: 0, warm: 0 };
  let left = input.recipients;
  let at = now;
  for (let day = today; day < today + HORIZON_DAYS; day++) {
    const midnight = (day + 1) * DAY_MS;
    while (at < midnight) {
      const end = (Math.floor(at / HOUR_MS) + 1) * HOUR_MS;
      const sent = sendHour(runs, left, at, (end - at) / HOUR_MS);
      total.cold += sent.cold;
      total.warm += sent.warm;
      left -= sent.cold + sent.warm;
      if (left <= 0) {
        return { finishesAt: end, day, days: day - today + 1, byCold: total.cold, byWarm: total.warm };
      }
      at = end;
    }
    for (const run of runs) endDay(run, day, thresholds);
  }
  return { finishesAt: null, left };
}

type Run = { state: WarmupState | null; perHour: number; use: WarmupUse; counts: WarmupCounts };

function startRun(source: ForecastSource): Run {
  const { taken, takenHour, ...counts } = source.today ?? { taken: 0, takenHour: 0, ...NO_COUNTS };
  return { state: source.warmup, perHour: source.perHour, use: { taken, takenHour }, counts };
}

/** One hour, or what is left of it. The order among cold sources does not matter: all take what they may, or it is the last hour. */
function sendHour(
  runs: readonly Run[],
  waiting: number,
  at: number,
  part: number,
): { cold: number; warm: number } {
  const sent = { cold: 0, warm: 0 };
  const cold = runs.flatMap((run) => {
    const caps = run.state && warmupCaps(run.state, at);
    return caps ? [{ run, caps: { ...caps, minute: 59 } }] : [];
  });
  let spill = waiting - cold.reduce((sum, { run, caps }) => sum + dayRoom(caps, run.use), 0);
  for (const { run, caps } of cold) {
    const pace = Math.floor(run.perHour * part);
    const take = Math.min(warmupRoom(caps, run.use), pace, waiting - sent.cold);
    run.use = { taken: run.use.taken + take, takenHour: 0 };
    run.counts = { ...run.counts, accepted: run.counts.accepted + take };
    sent.cold += take;
  }
  for (const run of runs) {
    if (cold.some((other) => other.run === run)) continue;
    const take = Math.max(0, Math.min(spill, Math.floor(run.perHour * part)));
    run.use = { taken: run.use.taken + take, takenHour: 0 };
    run.counts = { ...run.counts, accepted: run.counts.accepted + take };
    spill -= take;
    sent.warm += take;
  }
  return sent;
}

function endDay(run: Run, day: number, thresholds: WarmupThresholds): void {
  if (run.state) run.state = judgeDay(run.state, day, run.counts, thresholds).state;
  run.use = { taken: 0, takenHour: 0 };
  run.counts = NO_COUNTS;
}
