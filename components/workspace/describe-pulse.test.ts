import { expect, test } from "vitest";
import type { PulseNumbers } from "#core/delivery/pulse.ts";
import { describePulse } from "./describe-pulse.ts";

const IDLE: PulseNumbers = {
  sendingAllowed: true,
  sendingStoppedAt: null,
  live: 0,
  paused: 0,
  liveCampaignId: null,
  waiting: 0,
  nextTryAt: null,
  acceptedPerMinute: 0,
  next: null,
  heldSince: null,
  hasSource: true,
  lanesHeld: 0,
  lanesSuspended: 0,
};
const now = new Date("2026-11-21T13:00:00Z");
const say = (numbers: Partial<PulseNumbers>, slug: string | null = "nordkai") =>
  describePulse({ ...IDLE, ...numbers }, { slug, zone: "Europe/Berlin", now });

test("says what is wrong before what is going on", () => {
  const live = { live: 1, liveCampaignId: 7, waiting: 16_083, acceptedPerMinute: 360 };
  const since = new Date("2026-11-21T13:02:00Z");
  expect(say({ ...live, sendingAllowed: false, sendingStoppedAt: since })).toMatchObject({
    state: "stopped",
    text: "Sending is off since today 14:02",
  });
  expect(say({ ...live, heldSince: since })).toMatchObject({ state: "held", href: "/nordkai/campaigns/7" });
  expect(say(live)).toEqual({
    state: "sending",
    text: "Sending 6 a second",
    detail: "16,083 waiting",
    href: "/nordkai/campaigns/7",
  });
  const retry = { ...live, waiting: 34, acceptedPerMinute: 0, nextTryAt: new Date("2026-11-21T13:12:00Z") };
  expect(say(retry)).toMatchObject({ state: "sending", text: "Sending, next try today 14:12" });
  expect(say({ ...retry, nextTryAt: new Date("2026-11-21T12:59:00Z") }).text).toMatch(/none accepted/);
  expect(say({ ...live, hasSource: false, acceptedPerMinute: 0 })).toMatchObject({
    state: "held",
    text: "Waiting: there is no source yet",
  });
});

test("says what comes when nothing goes", () => {
  const next = { id: 9, name: "Brew guide", at: new Date("2026-11-22T08:00:00Z") };
  expect(say({ next })).toEqual({
    state: "idle",
    text: "Nothing to send",
    detail: "Next: tomorrow 09:00, Brew guide",
    href: "/nordkai/campaigns/9",
  });
  expect(say({ paused: 2, waiting: 10 })).toMatchObject({ text: "2 campaigns paused", detail: "10 waiting" });
  expect(say({}, null)).toEqual({
    state: "idle",
    text: "Nothing to send",
    detail: undefined,
    href: "/admin/lanes",
  });
});
