import { expect, test } from "vitest";
import type { LaneRow } from "#core/lane/read.ts";
import { laneSentence } from "./lane-sentence.ts";

const NOW = new Date("2026-11-28T14:00:00Z");
const LATER = new Date("2026-11-28T15:30:00Z");

const lane = (over: Partial<LaneRow>): LaneRow => ({
  id: 1,
  sourceId: 1,
  source: "Frankfurt",
  bucket: 1,
  name: "Google",
  state: "idle",
  suspendedUntil: null,
  suspendedReply: null,
  heldAt: null,
  sourceState: "active",
  isAvoided: false,
  isHeldForATime: false,
  isSourceSuspended: false,
  slowedTo: null,
  climbing: null,
  restUntil: null,
  backlog: 0,
  pace: 0,
  connections: 0,
  limits: null,
  workerId: null,
  lastReply: null,
  lastCode: null,
  lastReplyAt: null,
  deferredShare: null,
  ...over,
});

test("tells what is going on", () => {
  const said = (over: Partial<LaneRow>) => laneSentence(lane(over), NOW);
  expect(said({})).toBe("No mail waits here.");
  expect(said({ state: "waiting", backlog: 1 })).toBe("1 waits for its turn.");
  expect(said({ state: "waiting", backlog: 1_200 })).toBe("1,200 wait for their turn.");
  expect(said({ state: "open", pace: 90, backlog: 12 })).toBe(
    "Sending: 90 accepted in the last minute, 12 wait.",
  );
  expect(said({ state: "resting", restUntil: LATER, backlog: 3 })).toMatch(
    /no room before .*15:30 UTC\. 3 wait/,
  );
});

test("of several reasons to be quiet, the one that reaches furthest", () => {
  const stopped = { state: "suspended", suspendedUntil: LATER, backlog: 5 } as const;
  expect(laneSentence(lane({ ...stopped, isSourceSuspended: true }), NOW)).toMatch(/^Its whole source/);
  expect(laneSentence(lane(stopped), NOW)).toMatch(/^Suspended by the engine/);
  const held = { state: "held", sourceState: "held", isAvoided: true } as const;
  expect(laneSentence(lane(held), NOW)).toMatch(/^Its source is held/);
  expect(laneSentence(lane({ ...held, heldAt: NOW }), NOW)).toMatch(/^Held by an administrator/);
  expect(laneSentence(lane({ isAvoided: true }), NOW)).toMatch(/^Frankfurt sends nothing to Google/);
});
