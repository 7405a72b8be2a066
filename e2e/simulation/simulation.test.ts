import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ProviderKey } from "#core/mail/provider/providers.ts";
import { DAY_MS, dayOf, startWarmup } from "#core/mail/warmup/caps.ts";
import { forecastWarmup } from "#core/mail/warmup/forecast.ts";
import type { WarmupPlan } from "#core/mail/warmup/types.ts";
import { simulate } from "./run.ts";
import { type Campaign, type CampaignPlan, type Habits, HOUR_MS, type Scenario, STATES } from "./types.ts";

const START = 20_000 * DAY_MS;
const kind: Omit<Habits, "provider"> = {
  coldPerDay: 1e9,
  growth: 2,
  perMinute: 1e9,
  greylists: false,
  moody: 0,
  dead: 0,
  full: 0,
  busy: 0,
  lost: 0,
  complains: 0,
};
const own = (daily: readonly number[]): WarmupPlan => ({ key: "own", name: "Own", daily, hourly: null });
/** 45 sending days, a tenth more each. */
const FORTY_FIVE = own(Array.from({ length: 45 }, (_, day) => Math.round(20 * 1.1 ** day)));
const campaign = (
  launchDay: number,
  days: number,
  recipients: Partial<Record<ProviderKey, number>>,
): CampaignPlan => {
  const launchAt = START + launchDay * DAY_MS;
  return { launchAt, expiresAt: launchAt + days * DAY_MS, recipients };
};
const base = { seed: 1, startAt: START, days: 80 };
const shareOf = (of: Campaign, state: (typeof STATES)[number]) =>
  of.state.reduce((n, code) => n + (STATES[code] === state ? 1 : 0), 0) / of.size;

const anyProvider = fc.constantFrom<ProviderKey>("google", "outlook", "yahoo", "apple", "gmx");
const anyHabits: fc.Arbitrary<Omit<Habits, "provider">> = fc.record({
  limits: fc.oneof(
    fc.constant({}),
    fc.record({
      connections: fc.integer({ min: 1, max: 4 }),
      messagesPerConnection: fc.integer({ min: 1, max: 5 }),
      messagesPerSecond: fc.constantFrom(0.01, 0.05, 0.5, 2, 10),
      connectionsPerMinute: fc.constantFrom(2, 10, 100),
    }),
  ),
  coldPerDay: fc.integer({ min: 5, max: 400 }),
  growth: fc.double({ min: 1.02, max: 3, noNaN: true }),
  perMinute: fc.constantFrom(3, 60, 1200, 1e9),
  greylists: fc.boolean(),
  moody: fc.constantFrom(0, 0.05, 0.3),
  dead: fc.constantFrom(0, 0.01, 0.2),
  full: fc.constantFrom(0, 0.01, 0.1),
  busy: fc.constantFrom(0, 0.01, 0.3),
  lost: fc.constantFrom(0, 0.001),
  complains: fc.constantFrom(0, 0.001, 0.01),
});
const anyPlan = fc
  .array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 12 })
  .map((growth) => own(growth.map((_, i) => growth.slice(0, i + 1).reduce((sum, n) => sum + n))));
const anyScenario: fc.Arbitrary<Scenario> = fc
  .uniqueArray(anyProvider, { minLength: 1, maxLength: 3 })
  .chain((providers) =>
    fc.record({
      seed: fc.nat(),
      startAt: fc.constant(START),
      days: fc.constant(25),
      sources: fc.array(fc.option(anyPlan, { nil: null, freq: 3 }), { minLength: 1, maxLength: 3 }),
      receivers: fc.tuple(
        ...providers.map((provider) => anyHabits.map((habits) => ({ provider, ...habits }))),
      ),
      campaigns: fc.array(
        fc
          .record({
            hour: fc.nat(96),
            days: fc.integer({ min: 1, max: 20 }),
            sizes: fc.array(fc.oneof(fc.nat(30), fc.nat(1500)), { minLength: 3, maxLength: 3 }),
          })
          .map(({ hour, days, sizes }) =>
            campaign(hour / 24, days, Object.fromEntries(providers.map((key, i) => [key, sizes[i]]))),
          ),
        { minLength: 1, maxLength: 10 },
      ),
    }),
  );

describe("the engine's rules in a simulated world", () => {
  it("exceed no limit, lose nobody, end each once and starve no campaign, in any world", () => {
    fc.assert(
      fc.property(anyScenario, (scenario) => {
        const run = simulate(scenario);
        expect(run.violations).toEqual([]);
        expect(run.longestWait).toBeLessThanOrEqual(1);
        for (const { size, left, state, copies } of run.campaigns) {
          expect(left).toBe(0);
          expect(state.every((code) => code >= 2)).toBe(true);
          expect(copies.every((n) => n <= 1)).toBe(true);
          const accepted = copies.reduce((sum, n) => sum + n, 0);
          const reached = state.reduce((n, code) => n + (code === 2 || code === 5 ? 1 : 0), 0);
          expect([reached, state.length]).toEqual([accepted, size]);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("give the same run for the same seed", () => {
    fc.assert(
      fc.property(anyScenario, (scenario) => {
        const { triedBy: _, ...run } = simulate(scenario);
        expect(simulate(scenario)).toMatchObject(run);
      }),
      { numRuns: 5 },
    );
  });

  it("finish a 45-day warm-up in 45 days where receivers are kind", () => {
    const run = simulate({
      ...base,
      sources: [FORTY_FIVE, FORTY_FIVE],
      receivers: [{ provider: "google", ...kind }],
      campaigns: [campaign(0, 70, { google: 40_000 })],
    });
    expect(run.violations).toEqual([]);
    expect(run.lanes.map((lane) => [lane.graduatedAfter, lane.judged.get("promoted")])).toEqual([
      [45, 44],
      [45, 44],
    ]);
    expect(run.campaigns[0]).toMatchObject({ left: 0 });
    expect(shareOf(run.campaigns[0]!, "accepted")).toBe(1);
  });

  // How long it takes is chance: of 450 lanes half were warm after 61 days, 99 % after 114, all after 136. Hence fixed seeds.
  it.each([1, 2, 3, 4, 5, 6])("finish it where they are cautious and moody: seed %i", (seed) => {
    const habits = {
      ...kind,
      coldPerDay: 60,
      growth: 1.3,
      moody: 0.02,
      dead: 0.005,
      full: 0.003,
      busy: 0.005,
    };
    const run = simulate({
      ...base,
      days: 160,
      seed,
      sources: [FORTY_FIVE],
      receivers: [
        { provider: "google", ...habits },
        { provider: "outlook", ...habits },
        { provider: "yahoo", ...habits },
      ],
      campaigns: [campaign(0, 159, { google: 60_000, outlook: 60_000, yahoo: 60_000 })],
    });
    expect(run.violations).toEqual([]);
    for (const lane of run.lanes) {
      expect(lane.graduatedAfter).toBeGreaterThanOrEqual(45);
      expect(lane.unwelcome / lane.attempts).toBeLessThan(0.1);
    }
  });

  it("are done on the day that the forecast named, where nothing goes wrong", () => {
    const anySources = fc.array(anyPlan, { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(
        anySources,
        fc.boolean(),
        fc.integer({ min: 1, max: 1500 }),
        fc.nat(23),
        (plans, isWarm, n, hour) => {
          const startAt = START + hour * HOUR_MS;
          const sources = [...plans, ...(isWarm ? [null] : [])];
          const run = simulate({
            seed: n,
            startAt,
            days: 366,
            sources,
            receivers: [{ provider: "google", ...kind }],
            campaigns: [{ launchAt: startAt, expiresAt: startAt + 400 * DAY_MS, recipients: { google: n } }],
          });
          const forecast = forecastWarmup(
            {
              provider: "google",
              recipients: n,
              sources: sources.map((plan) => ({
                warmup: plan && startWarmup(plan, startAt),
                today: null,
                perHour: 360_000,
              })),
            },
            "warm",
            startAt,
          );
          expect(run.violations).toEqual([]);
          const { finishedAt } = run.campaigns[0]!;
          expect(forecast).toMatchObject({ day: dayOf(finishedAt!) });
          expect(forecast.finishesAt).toBe((Math.floor(finishedAt! / HOUR_MS) + 1) * HOUR_MS);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("let a small campaign through beside a large one, and end late news at its own time", () => {
    const run = simulate({
      ...base,
      sources: [own(Array(60).fill(240))],
      receivers: [{ provider: "google", ...kind }],
      campaigns: [
        campaign(0, 30, { google: 5000 }),
        campaign(2, 3, { google: 100 }),
        campaign(3, 3, { google: 5000 }),
      ],
    });
    const [large, small, late] = run.campaigns as [Campaign, Campaign, Campaign];
    expect(small.finishedAt! - small.launchAt).toBeLessThan(DAY_MS);
    expect(shareOf(small, "accepted")).toBe(1);
    // Half of three days for itself; the other half went to the large one, which has the rest of the month.
    expect(shareOf(late, "accepted") * late.size).toBeGreaterThan(350);
    expect(late.finishedAt).toBe(late.expiresAt);
    expect(shareOf(large, "accepted")).toBe(1);
  });

  it("take anew what outlives its hour in the hands of a slow lane", () => {
    // Ten an hour may go and thirty can: what five minutes have left over must not come on top of the next hour.
    const run = simulate({
      ...base,
      days: 3,
      sources: [own([240, 240, 240])],
      receivers: [{ provider: "google", ...kind, limits: { messagesPerSecond: 30 / 3600 } }],
      campaigns: [campaign(55 / 1440, 2, { google: 300 })],
    });
    expect(run.violations).toEqual([]);
    expect(run.lanes[0]?.accepted).toBe(300);
  });
});
