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
  /** Its quota of a UTC day; missing: none. */
  perDay?: { most: number; taken: number } | null;
  /** It rests until then, ms since the epoch; missing: it sends now. */
  from?: number | null;
};

/** What all sources together may send. */
export type ForecastOverall = { perHour: number | null; perDay: { most: number; taken: number } | null };

export type ForecastInput = {
  /** Key of the provider; null where it is none we know. */
  provider: string | null;
  /** All that stand before this provider: the campaign's own, and those of other campaigns that share its lanes. */
  recipients: number;
  sources: readonly ForecastSource[];
  overall?: ForecastOverall;
  /** Who is not sent to by then expires; ms since the epoch. */
  deadline?: number | null;
};

export type Forecast =
  /** `finishesAt`: end of the hour in which the last one goes, ms; `days`: calendar days in UTC, today being 1. */
  | { finishesAt: number; day: number; days: number; byCold: number; byWarm: number; late: number }
  /** Not within a year; so many are left then. */
  | { finishesAt: null; left: number; late: number };

/**
 * When the last recipient of one provider is sent to, if nothing goes wrong: hour by hour with the same rules that
 * send. What is deferred comes on top. `overflow` is the pool's word on what the cold sources cannot take today:
 * `warm`: sources without a cap (relays too) take it at once, and leave the cold ones their day's cap; `wait`: it
 * waits, and sources that are warm now stand aside while there is a cold one. `late`: so many are left after the hour of the deadline.
 */
export function forecastWarmup(input: ForecastInput, overflow: "warm" | "wait", now: number): Forecast {
  const today = dayOf(now);
  const isCold = (source: ForecastSource) =>
    source.warmup !== null && stepOn(source.warmup, today) < source.warmup.plan.daily.length;
  const waits = overflow === "wait" && input.sources.some(isCold);
  const runs = input.sources.filter((source) => !waits || isCold(source)).map(startRun);
  const thresholds = warmupThresholds(input.provider);
  const all: Cap = startCap(input.overall?.perHour ?? null, input.overall?.perDay ?? null);
  const total = { cold: 0, warm: 0 };
  let left = input.recipients;
  const deadline = input.deadline ?? 0;
  let late = input.deadline ? left : 0;
  let at = now;
  for (let day = today; day < today + HORIZON_DAYS; day++) {
    const midnight = (day + 1) * DAY_MS;
    while (at < midnight) {
      const end = (Math.floor(at / HOUR_MS) + 1) * HOUR_MS;
      const most = Math.min(left, roomOf(all, (end - at) / HOUR_MS));
      const sent = sendHour(runs, { waiting: left, most }, at, end);
      all.left -= sent.cold + sent.warm;
      total.cold += sent.cold;
      total.warm += sent.warm;
      left -= sent.cold + sent.warm;
      if (at < deadline) late = left;
      if (left <= 0) {
        const days = day - today + 1;
        return { finishesAt: end, day, days, byCold: total.cold, byWarm: total.warm, late };
      }
      at = end;
    }
    for (const run of runs) endDay(run, day, thresholds);
    all.left = all.perDay;
  }
  return { finishesAt: null, left, late };
}

/** A quota while the forecast runs; Infinity: none. */
type Cap = { perHour: number; perDay: number; left: number };

function startCap(perHour: number | null, perDay: { most: number; taken: number } | null): Cap {
  const most = perDay?.most ?? Number.POSITIVE_INFINITY;
  return { perHour: perHour ?? Number.POSITIVE_INFINITY, perDay: most, left: most - (perDay?.taken ?? 0) };
}

const roomOf = (cap: Cap, part: number): number =>
  Math.max(0, Math.min(cap.left, Math.floor(cap.perHour * part)));

type Run = { state: WarmupState | null; cap: Cap; from: number; use: WarmupUse; counts: WarmupCounts };

function startRun(source: ForecastSource): Run {
  const { taken, takenHour, ...counts } = source.today ?? { taken: 0, takenHour: 0, ...NO_COUNTS };
  return {
    state: source.warmup,
    cap: startCap(source.perHour, source.perDay ?? null),
    from: source.from ?? 0,
    use: { taken, takenHour },
    counts,
  };
}

/** One hour, or what is left of it. The order among cold sources does not matter: all take what they may, or it is the last hour. */
function sendHour(
  runs: readonly Run[],
  { waiting, most }: { waiting: number; most: number },
  at: number,
  end: number,
): { cold: number; warm: number } {
  const sent = { cold: 0, warm: 0 };
  const cold = runs.flatMap((run) => {
    const caps = run.state && warmupCaps(run.state, at);
    return caps ? [{ run, caps: { ...caps, minute: 59 } }] : [];
  });
  const pace = ({ cap, from }: Run) => roomOf(cap, Math.max(0, end - Math.max(at, from)) / HOUR_MS);
  const take = (run: Run, n: number) => {
    run.use = { taken: run.use.taken + n, takenHour: 0 };
    run.counts = { ...run.counts, accepted: run.counts.accepted + n };
    run.cap.left -= n;
  };
  let spill = waiting - cold.reduce((sum, { run, caps }) => sum + dayRoom(caps, run.use), 0);
  for (const { run, caps } of cold) {
    const n = Math.min(warmupRoom(caps, run.use), pace(run), most - sent.cold);
    take(run, n);
    sent.cold += n;
  }
  for (const run of runs) {
    if (cold.some((other) => other.run === run)) continue;
    const n = Math.max(0, Math.min(spill, pace(run), most - sent.cold - sent.warm));
    take(run, n);
    spill -= n;
    sent.warm += n;
  }
  return sent;
}

function endDay(run: Run, day: number, thresholds: WarmupThresholds): void {
  if (run.state) run.state = judgeDay(run.state, day, run.counts, thresholds).state;
  run.use = { taken: 0, takenHour: 0 };
  run.counts = NO_COUNTS;
  run.cap.left = run.cap.perDay;
}
