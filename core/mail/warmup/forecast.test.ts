import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Chance, makeChance } from "#db/demo/random.ts";
import { DAY_MS, dayOf, dayRoom, startWarmup, warmupCaps, warmupRoom } from "./caps.ts";
import { type ForecastInput, type ForecastSource, forecastWarmup } from "./forecast.ts";
import { judgeDay, warmupThresholds } from "./judge.ts";
import { WARMUP_PLANS } from "./plans.ts";
import { anyState } from "./testing/arbitraries.ts";
import { NO_COUNTS, type WarmupState } from "./types.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const MIDNIGHT = 20_000 * DAY_MS;
const FAST = 360_000;
const cold = (step = 0): ForecastSource => ({
  warmup: { ...startWarmup(WARMUP_PLANS[1], 0), step },
  today: null,
  perHour: FAST,
});
const warm: ForecastSource = { warmup: null, today: null, perHour: FAST };
const of = (recipients: number, ...sources: ForecastSource[]): ForecastInput => ({
  provider: "google",
  recipients,
  sources,
});

describe("forecastWarmup", () => {
  it("adds up the plan's days", () => {
    expect(forecastWarmup(of(1700, cold()), "wait", MIDNIGHT)).toMatchObject({ days: 3, byCold: 1700 });
    expect(forecastWarmup(of(1701, cold()), "wait", MIDNIGHT)).toMatchObject({ days: 4 });
    expect(forecastWarmup(of(1701, cold(), cold()), "wait", MIDNIGHT)).toMatchObject({ days: 3 });
  });
  it("does not count on a day that begins in the evening: it is not promoted", () => {
    const evening = MIDNIGHT + 22 * HOUR_MS;
    // 40 an hour for two hours, then 200 and 500.
    expect(forecastWarmup(of(780, cold()), "wait", evening)).toMatchObject({ days: 3 });
    expect(forecastWarmup(of(781, cold()), "wait", evening)).toMatchObject({ days: 4 });
  });
  it("takes off what has been sent today", () => {
    const today = { ...NO_COUNTS, taken: 150, takenHour: 0, accepted: 150 };
    expect(forecastWarmup(of(550, { ...cold(), today }), "wait", MIDNIGHT)).toMatchObject({ days: 2 });
    expect(forecastWarmup(of(551, { ...cold(), today }), "wait", MIDNIGHT)).toMatchObject({ days: 3 });
  });
  it("lets what does not fit go to warm sources at once, and leaves the cold ones their day", () => {
    expect(forecastWarmup(of(10_000, cold(), warm), "warm", MIDNIGHT)).toMatchObject({
      days: 1,
      byCold: 200,
      byWarm: 9800,
    });
    expect(forecastWarmup(of(10_000, cold(), warm), "wait", MIDNIGHT)).toMatchObject({ days: 6, byWarm: 0 });
    expect(forecastWarmup(of(10_000, warm), "wait", MIDNIGHT)).toMatchObject({
      finishesAt: MIDNIGHT + HOUR_MS,
    });
  });
  it("says so when it will not be done", () => {
    expect(forecastWarmup(of(10), "wait", MIDNIGHT)).toMatchObject({ finishesAt: null, left: 10 });
    const slow = { ...cold(), perHour: 1 };
    expect(forecastWarmup(of(24 * 366 + 1, slow), "wait", MIDNIGHT)).toEqual({
      finishesAt: null,
      left: 1,
      late: 0,
    });
  });

  it("is exactly what a run without trouble needs, minute by minute", () => {
    const anySource = fc.record({
      warmup: fc.option(anyState, { nil: null, freq: 4 }),
      today: fc.constant(null),
      perHour: fc.oneof(fc.integer({ min: 20, max: 200 }), fc.constant(FAST)),
    });
    fc.assert(
      fc.property(
        fc.array(anySource, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 4000 }),
        fc.constantFrom("warm", "wait"),
        fc.nat(DAY_MS / HOUR_MS - 1),
        fc.nat(),
        (sources, recipients, overflow, hour, seed) => {
          const now = MIDNIGHT + hour * HOUR_MS;
          const input = of(recipients, ...sources);
          const forecast = forecastWarmup(input, overflow, now);
          const run = play(input, overflow, now, makeChance(seed));
          expect(forecast).toEqual(
            run.finishedAt === null
              ? { finishesAt: null, left: run.left }
              : expect.objectContaining({ finishesAt: run.finishedAt, day: dayOf(run.finishedAt - 1) }),
          );
        },
      ),
      { numRuns: 150 },
    );
  });
});

type Player = { state: WarmupState | null; perHour: number; taken: number; takenHour: number };

/** A run by the minute: who may take does so by chance, but no later than in the last minute of the hour. */
function play(input: ForecastInput, overflow: "warm" | "wait", now: number, chance: Chance) {
  let players: Player[] = input.sources.map(({ warmup, perHour }) => ({
    state: warmup,
    perHour,
    taken: 0,
    takenHour: 0,
  }));
  const isCold = (player: Player, at: number) =>
    player.state !== null && warmupCaps(player.state, at) !== null;
  const coldOnes = players.filter((player) => isCold(player, now));
  if (overflow === "wait" && coldOnes.length > 0) players = coldOnes;
  let left = input.recipients;
  for (let at = now; at < now + 366 * DAY_MS - (now % DAY_MS); at += MINUTE_MS) {
    if (at !== now && at % HOUR_MS === 0) for (const player of players) player.takenHour = 0;
    if (at !== now && at % DAY_MS === 0) {
      for (const player of players) {
        if (player.state) {
          const counts = { ...NO_COUNTS, accepted: player.taken };
          player.state = judgeDay(player.state, dayOf(at) - 1, counts, warmupThresholds("google")).state;
        }
        player.taken = 0;
      }
    }
    const isLastMinute = at % HOUR_MS === 59 * MINUTE_MS;
    for (const player of chance.happens(0.5) ? players : players.toReversed()) {
      if (!isLastMinute && chance.happens(0.7)) continue;
      const caps = player.state && warmupCaps(player.state, at);
      const kept = players.reduce((sum, other) => {
        const otherCaps = other.state && warmupCaps(other.state, at);
        return sum + (otherCaps ? dayRoom(otherCaps, other) : 0);
      }, 0);
      const room = caps ? warmupRoom(caps, player) : left - kept;
      const take = Math.max(0, Math.min(room, left, player.perHour - player.takenHour));
      player.taken += take;
      player.takenHour += take;
      left -= take;
    }
    if (left === 0) return { finishedAt: (Math.floor(at / HOUR_MS) + 1) * HOUR_MS, left };
  }
  return { finishedAt: null, left };
}
