import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { classifyReply } from "#core/mail/reply/classify.ts";
import { SLOWEST_PER_SECOND, startPace, stepDown, stepUp } from "./adapt.ts";
import { gcra, gcraRoom } from "./gcra.ts";
import { keepMood, wakeMood } from "./mood.ts";
import { connectionRamp } from "./ramp.ts";
import { type LaneMood, reactToReply } from "./react.ts";
import { advanceRecovery, recoveryConnections, startRecovery } from "./recovery.ts";
import { countHit } from "./threshold.ts";

describe("gcra", () => {
  it("never allows at limit 0, nor a quantity above the burst", () => {
    expect(gcra(0, 1000, { limit: 0, periodMs: 1000, burst: 1 })).toEqual({
      allowed: false,
      state: 0,
      retryAfterMs: Number.POSITIVE_INFINITY,
    });
    expect(gcra(0, 1000, { limit: 10, periodMs: 1000, burst: 5 }, 6).allowed).toBe(false);
  });
  it("spreads a daily cap with burst 1 instead of spending it at midnight", () => {
    const rate = { limit: 24, periodMs: 86_400_000, burst: 1 };
    const first = gcra(0, 1_000_000, rate);
    expect(first.allowed).toBe(true);
    const second = gcra(first.state, 1_000_000, rate);
    expect(second).toEqual({ allowed: false, state: first.state, retryAfterMs: 3_600_000 });
    expect(gcra(first.state, 1_000_000 + 3_600_000, rate).allowed).toBe(true);
  });
  it("does not lose its place when the clock goes back", () => {
    const rate = { limit: 1, periodMs: 1000, burst: 1 };
    const { state } = gcra(0, 10_000, rate);
    expect(gcra(state, 5_000, rate)).toMatchObject({ allowed: false, retryAfterMs: 6_000 });
  });
  it("goes on when the clock goes back by hours", () => {
    const rate = { limit: 1, periodMs: 1000, burst: 1 };
    const { state } = gcra(0, 7_200_000, rate);
    const next = gcra(state, 1_000, rate);
    expect(next).toEqual({ allowed: true, state: 2_000, retryAfterMs: 0 });
    expect(gcra(next.state, 1_500, rate)).toMatchObject({ allowed: false, retryAfterMs: 500 });
  });
  it("never lets more through than limit × time + burst, and answers truly when to come back", () => {
    const steps = fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 200 });
    fc.assert(
      fc.property(
        steps,
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 10 }),
        (gaps, limit, burst) => {
          const rate = { limit, periodMs: 1000, burst };
          const start = 1_700_000_000_000;
          let state = 0;
          let now = start;
          let through = 0;
          for (const gap of gaps) {
            now += gap;
            const room = gcraRoom(state, now, rate);
            const answer = gcra(state, now, rate);
            expect(answer.allowed).toBe(room >= 1);
            if (answer.allowed) through++;
            else expect(gcra(state, now + answer.retryAfterMs, rate).allowed).toBe(true);
            state = answer.state;
          }
          expect(through).toBeLessThanOrEqual(burst + Math.floor(((now - start) * limit) / 1000 + 1e-3));
        },
      ),
    );
  });
});

describe("connectionRamp", () => {
  it("gives the published points and stays within both bounds", () => {
    expect([10, 32, 64, 128].map((backlog) => connectionRamp(32, backlog))).toEqual([7, 17, 25, 31]);
    expect(connectionRamp(10, 0)).toBe(0);
    expect(connectionRamp(0, 10)).toBe(0);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100 }),
        fc.integer({ min: 1, max: 1_000_000 }),
        (limit, backlog) => {
          const n = connectionRamp(limit, backlog);
          expect(n).toBeGreaterThanOrEqual(1);
          expect(n).toBeLessThanOrEqual(Math.min(limit, backlog));
          expect(connectionRamp(limit, backlog + 1)).toBeGreaterThanOrEqual(n);
        },
      ),
    );
  });
});

describe("adaptive steps", () => {
  const limits = { connections: 10, messagesPerConnection: 100, messagesPerSecond: 100 };
  it("takes one step down a minute, however many replies ask for it", () => {
    const one = stepDown(startPace(limits), 0);
    expect(one).toMatchObject({ connections: 5, messagesPerSecond: 50 });
    expect(stepDown(one!, 59_999)).toBeNull();
    expect(stepDown(one!, 60_000)).toMatchObject({ connections: 2, messagesPerSecond: 25 });
  });
  it("does what a rule asks for when that is less than half", () => {
    const pace = stepDown(startPace(limits), 0, {
      connections: 1,
      messagesPerMinute: 1,
      messagesPerConnection: 2,
    });
    expect(pace).toMatchObject({
      connections: 1,
      messagesPerConnection: 2,
      messagesPerSecond: SLOWEST_PER_SECOND,
    });
    expect(stepDown(pace!, 60_000)).toBeNull();
  });
  it("waits an hour after a step down before it climbs, and climbs by additions", () => {
    const down = stepDown(startPace(limits), 0)!;
    expect(stepUp(down, 3_599_999, limits)).toBeNull();
    const up = stepUp(down, 3_600_000, limits)!;
    expect(up).toMatchObject({ connections: 6, messagesPerSecond: 60 });
    expect(stepUp(up, 3_600_001, limits)).toBeNull();
    expect(stepUp(startPace(limits), 1e12, limits)).toBeNull();
  });
  it("stays between the floor and the limits in any order of events, and never steps too often", () => {
    const events = fc.array(fc.record({ gap: fc.integer({ min: 0, max: 4_000_000 }), down: fc.boolean() }), {
      maxLength: 100,
    });
    fc.assert(
      fc.property(events, (list) => {
        let pace = startPace(limits);
        let now = 0;
        let lastDown = Number.NEGATIVE_INFINITY;
        let lastUp = Number.NEGATIVE_INFINITY;
        for (const event of list) {
          now += event.gap;
          const next = event.down ? stepDown(pace, now) : stepUp(pace, now, limits);
          if (next === null) continue;
          expect(now - (event.down ? lastDown : lastUp)).toBeGreaterThanOrEqual(
            event.down ? 60_000 : 3_600_000,
          );
          if (event.down) lastDown = now;
          else lastUp = now;
          expect(next.connections).toBeGreaterThanOrEqual(1);
          expect(next.connections).toBeLessThanOrEqual(limits.connections);
          expect(next.messagesPerSecond).toBeGreaterThanOrEqual(SLOWEST_PER_SECOND);
          expect(next.messagesPerSecond).toBeLessThanOrEqual(limits.messagesPerSecond);
          pace = next;
        }
      }),
    );
  });
});

describe("Gmail's recovery", () => {
  it("stops ten minutes, tries one connection, stops again when refused", () => {
    const stopped = startRecovery(0, 1);
    expect(recoveryConnections(stopped, 5)).toBe(0);
    expect(advanceRecovery(stopped, "accepted", 599_999, 5)).toEqual(stopped);
    const one = advanceRecovery(stopped, "tick", 600_000, 5)!;
    expect(recoveryConnections(one, 5)).toBe(1);
    expect(advanceRecovery(one, "refused", 600_001, 5)).toEqual({ phase: "stopped", until: 1_200_001 });
  });
  it("adds one connection at a time until the limit, and is done", () => {
    let state = advanceRecovery(startRecovery(0), "tick", 600_000, 5);
    const seen: number[] = [];
    while (state !== null) {
      seen.push(recoveryConnections(state, 5));
      state = advanceRecovery(state, "accepted", 700_000, 5);
    }
    expect(seen).toEqual([1, 2, 3, 4]);
    expect(recoveryConnections(state, 5)).toBe(5);
  });
});

describe("reactToReply", () => {
  const limits = { connections: 10, messagesPerConnection: 100, messagesPerSecond: 100 };
  const fresh: LaneMood = { pace: startPace(limits), recovery: null, hits: {} };
  const said = (code: number, text: string) => classifyReply({ code, text, stage: "rcpt" });

  it("leaves the pace alone for what is about one mail", () => {
    for (const text of ["user unknown", "mailbox full", "message contains a virus", "DMARC policy"]) {
      expect(reactToReply(fresh, said(550, text), 0)).toEqual({ mood: fresh, suspend: null, slowed: false });
    }
  });
  it("steps down once a minute for slow-down without an action", () => {
    const one = reactToReply(fresh, said(451, "rate limit exceeded"), 0);
    expect(one).toMatchObject({ slowed: true, suspend: null, mood: { pace: { connections: 5 } } });
    expect(reactToReply(one.mood, said(451, "rate limit exceeded"), 30_000).slowed).toBe(false);
  });
  it("suspends when the rule's count is reached, not before", () => {
    const reply = said(421, "[TSS04] Messages from 192.0.2.1 temporarily deferred");
    const one = reactToReply(fresh, reply, 0);
    expect(one).toMatchObject({ suspend: null, slowed: true });
    expect(reactToReply(one.mood, reply, 1000).suspend).toEqual({ until: 7_201_000, scopes: ["lane"] });
    expect(reactToReply(one.mood, reply, 3_700_000).suspend).toBeNull();
  });
  it("stops at Gmail's quota at once, and again when refused while climbing", () => {
    const reply = said(421, "Gmail has detected an unusual rate of mail originating from your IP address");
    const stop = reactToReply(fresh, reply, 0);
    expect(stop).toMatchObject({
      suspend: { until: 600_000, scopes: ["lane"] },
      mood: { recovery: { phase: "stopped" } },
    });
    const climbing = advanceRecovery(stop.mood.recovery!, "tick", 600_000, 10);
    const again = reactToReply({ ...stop.mood, recovery: climbing }, reply, 700_000);
    expect(again.suspend?.until).toBe(1_300_000);
  });
});

describe("countHit", () => {
  it("fires at once without a threshold", () => {
    expect(countHit([], 0, undefined)).toEqual({ fires: true, hits: [] });
  });
  it("counts within the window only, and begins anew after firing", () => {
    const threshold = { count: 3, windowSeconds: 60 };
    const a = countHit([], 0, threshold);
    const b = countHit(a.hits, 50_000, threshold);
    expect(countHit(b.hits, 61_000, threshold)).toEqual({ fires: false, hits: [50_000, 61_000] });
    expect(countHit(b.hits, 59_000, threshold)).toEqual({ fires: true, hits: [] });
  });
});

describe("a mood between two owners", () => {
  const limits = { connections: 10, messagesPerConnection: 100, messagesPerSecond: 100 };
  const at = (pace: Partial<LaneMood["pace"]>): LaneMood => ({
    pace: { ...startPace(limits), ...pace },
    recovery: null,
    hits: {},
  });
  it("remembers nothing of a lane at its limits: it has the next ones, lower or higher", () => {
    expect(keepMood(at({}), limits)).toBeNull();
    for (const connections of [1, 20])
      expect(wakeMood(null, { ...limits, connections }, 0).pace.connections).toBe(connections);
  });
  it("remembers what replies lowered, and of the rest nothing", () => {
    const kept = keepMood(at({ messagesPerSecond: 50 }), limits);
    const stored = JSON.parse(JSON.stringify(kept));
    expect(wakeMood(stored, limits, 0).pace).toMatchObject({ ...limits, messagesPerSecond: 50 });
    const higher = { ...limits, connections: 20 };
    expect(wakeMood(stored, higher, 0).pace).toMatchObject({ ...higher, messagesPerSecond: 50 });
    // Lowered by a person and raised again, it is not a lowering by replies.
    const lower = { ...limits, connections: 1, messagesPerSecond: 20 };
    const there = wakeMood(stored, lower, 0);
    expect(there.pace).toMatchObject(lower);
    expect(keepMood(there, lower)).toBeNull();
  });
});
