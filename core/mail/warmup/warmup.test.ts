import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { classifyReply } from "#core/mail/reply/classify.ts";
import {
  DAY_MS,
  dayOf,
  dayRoom,
  hourCap,
  roomAgainAt,
  startWarmup,
  stepOn,
  warmupCaps,
  warmupRoom,
} from "./caps.ts";
import { judgeDay, warmupCount, warmupThresholds } from "./judge.ts";
import { ownPlan, WARMUP_PLANS } from "./plans.ts";
import { anyCounts, anyPlan, anyState } from "./testing/arbitraries.ts";
import { NO_COUNTS, type WarmupPlan, type WarmupState } from "./types.ts";

const HOUR_MS = 3_600_000;
const MIDNIGHT = 20_000 * DAY_MS;
const usual = warmupThresholds(null);
const plan = (...daily: number[]): WarmupPlan => ({ key: "own", name: "Own table", daily, hourly: null });
const at = (step: number, of: WarmupPlan, lastSentDay: number | null = null): WarmupState => ({
  ...startWarmup(of, 0),
  step,
  lastSentDay,
});

describe("plans", () => {
  it("are the published ones", () => {
    const [sendgrid, sparkpost, gentle] = WARMUP_PLANS;
    expect([0, 7, 35].map((day) => sendgrid.daily[day])).toEqual([480, 5064, 62_477_328]);
    expect([sendgrid.daily.length, sparkpost.daily.length, gentle.daily.length]).toEqual([36, 29, 45]);
    expect([gentle.daily[0], gentle.daily[44]]).toEqual([50, 50_000]);
    for (const { daily } of WARMUP_PLANS) expect(ownPlan(daily)).toMatchObject({ ok: true });
  });
  it.each([
    [[], "empty", 0],
    [[10, 0], "not-a-number", 1],
    [[10, 10.5], "not-a-number", 1],
    [[10, Number.NaN], "not-a-number", 1],
    [[10, 20, 19], "falls", 2],
    [Array(367).fill(1), "too-long", 366],
  ])("refuses a table of one's own that is %j", (daily, reason, place) => {
    expect(ownPlan(daily)).toEqual({ ok: false, reason, at: place });
  });
});

describe("caps", () => {
  const caps = (hour: number, minute: number, cap = 240) =>
    warmupCaps(startWarmup(plan(cap), 0), MIDNIGHT + hour * HOUR_MS + minute * 60_000)!;

  it("spread the day over its hours, and the hour over its minutes", () => {
    expect(hourCap(caps(0, 0), { taken: 0, takenHour: 0 })).toBe(10);
    expect(warmupRoom(caps(0, 0), { taken: 0, takenHour: 0 })).toBe(1);
    expect(warmupRoom(caps(0, 29), { taken: 2, takenHour: 2 })).toBe(3);
    expect(warmupRoom(caps(0, 59), { taken: 0, takenHour: 0 })).toBe(10);
    expect(roomAgainAt(caps(0, 0), { taken: 1, takenHour: 1 })).toBe(MIDNIGHT + 6 * 60_000);
    expect(roomAgainAt(caps(0, 0), { taken: 10, takenHour: 10 })).toBe(MIDNIGHT + HOUR_MS);
    expect(roomAgainAt(caps(3, 0), { taken: 240, takenHour: 1 })).toBe(MIDNIGHT + DAY_MS);
  });
  it("give a fifth of the day in an hour at most, however late it is", () => {
    expect(hourCap(caps(22, 0), { taken: 0, takenHour: 0 })).toBe(48);
    expect(dayRoom(caps(22, 0), { taken: 0, takenHour: 0 })).toBe(96);
    expect(dayRoom(caps(22, 0), { taken: 48, takenHour: 48 })).toBe(48);
  });
  it("keep to the hours of a plan that has some", () => {
    const night = warmupCaps(startWarmup(WARMUP_PLANS[0], 0), MIDNIGHT + 23 * HOUR_MS)!;
    expect(hourCap(night, { taken: 0, takenHour: 0 })).toBe(20);
  });
  it("are none after the plan", () => {
    expect(warmupCaps(at(1, plan(10)), MIDNIGHT)).toBeNull();
  });

  it("are never exceeded, and the room that is said to come does come", () => {
    const takes = fc.array(
      fc.record({ wait: fc.integer({ min: 0, max: 2 * HOUR_MS }), want: fc.integer({ min: 1, max: 300 }) }),
      { maxLength: 300 },
    );
    fc.assert(
      fc.property(anyState, takes, fc.integer({ min: 0, max: DAY_MS }), (state, list, offset) => {
        let now = MIDNIGHT + offset;
        let [day, hour, taken, takenHour] = [-1, -1, 0, 0];
        for (const { wait, want } of list) {
          now += wait;
          const caps = warmupCaps(state, now);
          if (!caps) return;
          if (caps.day !== day) taken = 0;
          if (caps.day !== day || caps.hour !== hour) takenHour = 0;
          [day, hour] = [caps.day, caps.hour];
          const room = warmupRoom(caps, { taken, takenHour });
          expect(room).toBeLessThanOrEqual(dayRoom(caps, { taken, takenHour }));
          if (room === 0) {
            const later = roomAgainAt(caps, { taken, takenHour });
            expect(later).toBeGreaterThan(now);
            if (dayOf(later) === day) {
              const isSameHour = Math.floor(later / HOUR_MS) === Math.floor(now / HOUR_MS);
              const then = { taken, takenHour: isSameHour ? takenHour : 0 };
              expect(warmupRoom(warmupCaps(state, later)!, then)).toBeGreaterThan(0);
              if (isSameHour) expect(warmupRoom(warmupCaps(state, later - 1)!, then)).toBe(0);
            }
          }
          const before = taken - takenHour;
          taken += Math.min(room, want);
          takenHour += Math.min(room, want);
          const { daily, hourly } = state.plan;
          const step = stepOn(state, day);
          expect(taken).toBeLessThanOrEqual(daily[step]!);
          expect(takenHour).toBeLessThanOrEqual(hourly?.[step] ?? Math.ceil(daily[step]! / 5));
          expect(takenHour).toBeLessThanOrEqual(Math.ceil((daily[step]! - before) / (24 - hour)));
        }
      }),
    );
  });
  it("are used up to the last mail by who takes whenever there is room, from midnight on", () => {
    fc.assert(
      fc.property(anyPlan, (of) => {
        const state = startWarmup(of, 0);
        let taken = 0;
        for (let hour = 0; hour < 24; hour++) {
          const caps = warmupCaps(state, MIDNIGHT + (hour + 1) * HOUR_MS - 1)!;
          taken += warmupRoom(caps, { taken, takenHour: 0 });
        }
        expect(taken).toBe(of.daily[0]);
      }),
    );
  });
});

describe("idle days", () => {
  it("cost nothing for ten days, everything after thirty", () => {
    const state = at(20, plan(...Array(45).fill(10)), 100);
    expect([100, 107, 111, 112, 121, 130, 131, 999].map((day) => stepOn(state, day))).toEqual([
      20, 20, 20, 19, 10, 1, 0, 0,
    ]);
    expect(stepOn(at(20, state.plan), 5000)).toBe(20);
  });
  it("never raise a step, and cost more the longer they last", () => {
    fc.assert(
      fc.property(anyState, fc.nat(80), fc.nat(80), (state, a, b) => {
        const from = state.lastSentDay ?? 0;
        const [soon, late] = [stepOn(state, from + Math.min(a, b)), stepOn(state, from + Math.max(a, b))];
        expect(soon).toBeLessThanOrEqual(state.step);
        expect(late).toBeLessThanOrEqual(soon);
        expect(late).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe("judgeDay", () => {
  const doubling = plan(100, 200, 400, 800);
  const judge = (state: WarmupState, counts: Partial<typeof NO_COUNTS>, provider: string | null = null) =>
    judgeDay(state, 50, { ...NO_COUNTS, ...counts }, warmupThresholds(provider));

  it("promotes when nine tenths were accepted and nothing speaks against it", () => {
    expect(judge(at(1, doubling), { accepted: 180, deferred: 5, bounced: 5 })).toMatchObject({
      result: "promoted",
      state: { step: 2, lastSentDay: 50 },
    });
    expect(judge(at(1, doubling), { accepted: 179 })).toMatchObject({ result: "held", because: [] });
    expect(judge(at(3, doubling), { accepted: 800 })).toMatchObject({
      result: "graduated",
      state: { step: 4, graduatedDay: 50 },
    });
  });
  it("promotes where everyone is greylisted once, not where hardly anything gets through", () => {
    expect(judge(at(1, doubling), { accepted: 95, greylisted: 100 }).result).toBe("promoted");
    expect(judge(at(1, doubling), { accepted: 79, greylisted: 121 }).result).toBe("held");
  });
  it("holds for what providers do not like, earlier at Outlook", () => {
    const counts = { accepted: 195, deferred: 3 };
    expect(judge(at(1, doubling), counts).result).toBe("promoted");
    expect(judge(at(1, doubling), counts, "outlook")).toMatchObject({
      result: "held",
      because: [{ sign: "deferred" }],
    });
    expect(judge(at(3, doubling), { accepted: 10_000, complaints: 12 })).toMatchObject({
      result: "held",
      because: [{ sign: "complaints", rate: 0.0012 }],
    });
  });
  it("takes back to at most half the cap, but not for a single complaint", () => {
    expect(judge(at(3, doubling), { accepted: 700, blocked: 100 })).toMatchObject({
      result: "taken-back",
      state: { step: 2 },
    });
    expect(judge(at(3, plan(100, 110, 120, 130)), { accepted: 100, deferred: 30 }).state.step).toBe(0);
    expect(judge(at(0, doubling), { accepted: 0, deferred: 30 }).state.step).toBe(0);
    expect(judge(at(1, doubling), { accepted: 190, complaints: 1 }).result).toBe("promoted");
    expect(judge(at(1, doubling), { accepted: 190, complaints: 2 }).result).toBe("taken-back");
  });
  it("lets a trickle keep nothing warm", () => {
    const state = at(3, doubling, 40);
    expect(judge(state, { accepted: 79 })).toEqual({ state, result: "little", because: [] });
    expect(judge(at(4, doubling, 40), { accepted: 80 })).toMatchObject({
      result: "warm",
      state: { step: 4, lastSentDay: 50 },
    });
  });
  it("starts from what idle days have left, and lets go of a graduation that is cold", () => {
    const cold = { ...at(4, doubling, 50 - 21), graduatedDay: 20 };
    expect(judge(cold, { accepted: 400 })).toMatchObject({
      result: "promoted",
      state: { step: 3, graduatedDay: null },
    });
  });
  it("moves within the plan, forward by one step at most, and judges a day once", () => {
    const days = fc.array(fc.record({ gap: fc.integer({ min: 1, max: 40 }), counts: anyCounts }), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(anyState, days, (start, list) => {
        let state = start;
        let day = (state.lastSentDay ?? 0) + 1;
        for (const { gap, counts } of list) {
          day += gap;
          const before = stepOn(state, day);
          const { state: next, result } = judgeDay(state, day, counts, usual);
          expect(next.step).toBeGreaterThanOrEqual(0);
          expect(next.step).toBeLessThanOrEqual(state.plan.daily.length);
          expect(stepOn(next, day + 1)).toBeLessThanOrEqual(before + 1);
          if (result === "taken-back") expect(next.step).toBeLessThanOrEqual(Math.max(0, before - 1));
          if (next !== state) expect(judgeDay(next, day, counts, usual).state).toBe(next);
          expect(next.graduatedDay !== null && next.step < state.plan.daily.length).toBe(false);
          state = next;
        }
      }),
    );
  });
});

describe("warmupCount", () => {
  const said = (code: number, text: string) => warmupCount(classifyReply({ code, text, stage: "rcpt" }));
  it("counts what is about us, and dead addresses", () => {
    expect(said(451, "rate limit exceeded")).toBe("deferred");
    expect(said(550, "IP listed at Spamhaus")).toBe("blocked");
    expect(said(550, "user unknown")).toBe("bounced");
    expect(said(451, "Greylisted, try again in 5 minutes")).toBe("greylisted");
    expect(said(452, "mailbox full")).toBeNull();
  });
});
