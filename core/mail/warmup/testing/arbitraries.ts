import fc from "fast-check";
import { WARMUP_PLANS } from "../plans.ts";
import type { WarmupCounts, WarmupPlan, WarmupState } from "../types.ts";

const ownTable = fc
  .array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 50 })
  .map((growth): WarmupPlan => {
    let cap = 0;
    const daily = growth.map((more) => (cap += more));
    return { key: "own", name: "Own table", daily, hourly: null };
  });

/** One of the plans that ship, or any table of a user's own. */
export const anyPlan: fc.Arbitrary<WarmupPlan> = fc.oneof(fc.constantFrom(...WARMUP_PLANS), ownTable);

/** Anywhere in a plan, graduated too. */
export const anyState: fc.Arbitrary<WarmupState> = anyPlan.chain((plan) =>
  fc
    .record({
      step: fc.nat(plan.daily.length),
      lastSentDay: fc.option(fc.integer({ min: 19_960, max: 19_999 }), { nil: null }),
    })
    .map(({ step, lastSentDay }) => ({
      plan,
      step,
      startedAt: 0,
      lastSentDay,
      graduatedDay: step === plan.daily.length ? 19_900 : null,
    })),
);

export const anyCounts: fc.Arbitrary<WarmupCounts> = fc.record({
  accepted: fc.oneof(fc.nat(100), fc.nat(100_000)),
  deferred: fc.nat(50),
  greylisted: fc.nat(1000),
  blocked: fc.nat(10),
  bounced: fc.nat(20),
  complaints: fc.nat(5),
});
