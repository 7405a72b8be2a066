import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { retryHint } from "./hint.ts";
import { planRetry, RETRY_WINDOW_MS } from "./plan.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const base = { attempts: 1, firstAttemptAt: 0, now: 0, expiresAt: null, greylisted: false, random: 0.5 };

describe("planRetry", () => {
  it("expires with the reason that came first", () => {
    expect(planRetry({ ...base, now: RETRY_WINDOW_MS })).toEqual({ expired: "retry-window" });
    expect(planRetry({ ...base, now: HOUR, expiresAt: HOUR })).toEqual({ expired: "campaign" });
    expect(planRetry({ ...base, now: HOUR, expiresAt: HOUR - 1 })).toEqual({ expired: "campaign" });
  });
  it("doubles from ten minutes to four hours", () => {
    const delays = [1, 2, 3, 4, 5, 6, 7, 500].map((attempts) => {
      const plan = planRetry({ ...base, attempts });
      return "at" in plan ? plan.at / MINUTE : null;
    });
    expect(delays).toEqual([10, 20, 40, 80, 160, 240, 240, 240]);
  });
  it("comes back sooner once after greylisting", () => {
    expect(planRetry({ ...base, greylisted: true })).toEqual({ at: 6 * MINUTE });
    expect(planRetry({ ...base, greylisted: true, attempts: 2 })).toEqual({ at: 20 * MINUTE });
  });
  it("brings the last try forward instead of giving up hours early", () => {
    const expiresAt = 3 * HOUR;
    expect(planRetry({ ...base, attempts: 6, expiresAt })).toEqual({ at: expiresAt - MINUTE });
    expect(planRetry({ ...base, attempts: 6, expiresAt, now: expiresAt - MINUTE })).toEqual({
      expired: "campaign",
    });
  });
  it("believes a hint within bounds", () => {
    expect(planRetry({ ...base, random: 0, hintSeconds: 300 })).toEqual({ at: 310_000 });
    expect(planRetry({ ...base, random: 0, hintSeconds: 0 })).toEqual({ at: MINUTE });
    expect(planRetry({ ...base, random: 0, hintSeconds: 9e9 })).toEqual({ at: 4 * HOUR });
  });
  it("always ends: at most some 25 attempts, each later than the one before, none after the window", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 100, maxLength: 100 }),
        (rolls) => {
          let now = 0;
          let attempts = 1;
          for (const random of rolls) {
            const plan = planRetry({ ...base, attempts, now, random });
            if ("expired" in plan) break;
            expect(plan.at).toBeGreaterThan(now);
            expect(plan.at).toBeLessThan(RETRY_WINDOW_MS);
            now = plan.at;
            attempts++;
          }
          expect(attempts).toBeGreaterThan(15);
          expect(attempts).toBeLessThan(32);
          expect(now).toBeGreaterThan(RETRY_WINDOW_MS - 5 * HOUR);
        },
      ),
    );
  });
});

describe("retryHint", () => {
  it.each([
    ["Greylisted, please try again in 5 minutes", 300],
    ["451 4.7.1 Greylisting in action, please come back in 00:04:59", 299],
    ["retry after 300 seconds", 300],
    ["Please wait 10 min", 600],
    ["try again after 2 hours", 7200],
    ["in 30s", 30],
    ["Try again later", null],
    ["5 messages in 7 mailboxes", null],
    ["", null],
  ])("%s → %s", (text, seconds) => {
    expect(retryHint(text)).toBe(seconds);
  });
  it("never throws", () => {
    fc.assert(fc.property(fc.string(), (text) => void retryHint(text)));
  });
});
