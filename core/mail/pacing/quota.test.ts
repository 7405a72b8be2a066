import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DAY_MS } from "../warmup/caps.ts";
import { type Quota, type QuotaUse, quotaAgainAt, quotaRoom, quotasOf, takeQuota } from "./quota.ts";

const HOUR_MS = 3_600_000;
const T0 = 20_000 * DAY_MS;
const NOTHING: QuotaUse = { day: 0, taken: 0, tat: 0 };
const quota = (perHour: number | null, perDay: number | null): Quota => ({
  sourceId: 0,
  bucket: 1,
  perHour,
  perDay,
});

test("a lane draws on what is capped, its own and everybody's", () => {
  expect(quotasOf({ sourceId: 3, bucket: 1 }, {})).toEqual([]);
  expect(quotasOf({ sourceId: 3, bucket: 1 }, { perDay: 10, overallPerHour: 60 })).toEqual([
    { sourceId: 0, bucket: 1, perHour: 60, perDay: null },
    { sourceId: 3, bucket: 1, perHour: null, perDay: 10 },
  ]);
});

describe("whoever takes only what there is room for", () => {
  const wishes = fc.array(
    fc.record({ waitMs: fc.integer({ min: 0, max: HOUR_MS }), want: fc.integer({ min: 1, max: 500 }) }),
    {
      minLength: 1,
      maxLength: 200,
    },
  );
  test("never goes beyond a day's cap, nor beyond an hour's and a minute's worth in any sixty minutes", () => {
    fc.assert(
      fc.property(
        wishes,
        fc.integer({ min: 1, max: 5_000 }),
        fc.integer({ min: 1, max: 20_000 }),
        (steps, perHour, perDay) => {
          const cap = quota(perHour, perDay);
          const taken: { at: number; n: number }[] = [];
          let use = NOTHING;
          let now = T0;
          for (const { waitMs, want } of steps) {
            now += waitMs;
            const n = Math.min(want, quotaRoom(cap, use, now));
            if (n === 0) continue;
            use = takeQuota(cap, use, now, n);
            taken.push({ at: now, n });
          }
          const sum = (from: number, to: number) =>
            taken.filter(({ at }) => at >= from && at < to).reduce((all, { n }) => all + n, 0);
          for (let day = T0; day <= now; day += DAY_MS)
            expect(sum(day, day + DAY_MS)).toBeLessThanOrEqual(perDay);
          const most = perHour + Math.max(1, Math.ceil(perHour / 60));
          for (const { at } of taken) expect(sum(at, at + HOUR_MS)).toBeLessThanOrEqual(most);
        },
      ),
    );
  });
  test("finds room at the time that it was told, and not before", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100_000 }),
        fc.integer({ min: 1, max: 1_000 }),
        (perHour, perDay) => {
          const cap = quota(perHour, perDay);
          let use = NOTHING;
          for (let room = quotaRoom(cap, use, T0); room > 0; room = quotaRoom(cap, use, T0))
            use = takeQuota(cap, use, T0, room);
          const again = quotaAgainAt(cap, use, T0);
          expect(quotaRoom(cap, use, again)).toBeGreaterThan(0);
          expect(quotaRoom(cap, use, again - 2)).toBe(0);
        },
      ),
    );
  });
  test("gives up what system mail took beyond it", () => {
    const cap = quota(60, null);
    const use = takeQuota(cap, NOTHING, T0, 10);
    expect(quotaRoom(cap, use, T0 + 9 * 60_000)).toBe(0);
    expect(quotaRoom(cap, use, T0 + 10 * 60_000)).toBe(1);
  });
});
