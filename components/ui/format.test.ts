import { describe, expect, it } from "vitest";
import * as format from "./format.ts";

const plain = (text: string) => text.replace(/[\u202f\u00a0]/g, " ");
const now = new Date("2026-11-20T13:32:00Z");
const zone = "Europe/Berlin";

describe("numbers", () => {
  it("never says 100 % or 0 % of what is not all or nothing", () => {
    expect(plain(format.formatShare(0.99999))).toBe("99.9 %");
    expect(plain(format.formatShare(0.000001))).toBe("0.01 %");
    expect(plain(format.formatShare(1))).toBe("100 %");
    expect(plain(format.formatShare(0))).toBe("0 %");
  });

  it("says the count where the share is under 0.01 %, and no rate without a whole", () => {
    expect(format.formatRate(4, 48_214)).toBe("4 of 48,214");
    expect(plain(format.formatRate(5, 48_214))).toBe("0.01 %");
    expect(format.formatRate(0, 0)).toBe("none yet");
  });

  it.each([
    [0.994, "99.4 %"],
    [0.0004, "0.04 %"],
    [0.0017, "0.17 %"],
    [0.054, "5.4 %"],
  ])("rate %d is %s", (share, text) => expect(plain(format.formatShare(share))).toBe(text));

  it("groups digits, shortens on axes only from ten thousand", () => {
    expect(format.formatNumber(48_214)).toBe("48,214");
    expect(format.formatShort(1_950)).toBe("1,950");
    expect(plain(format.formatShort(12_400))).toBe("12.4 k");
    expect(plain(format.formatShort(1_500_000))).toBe("1.5 M");
  });

  it("says changes in points with their sign", () => {
    expect(plain(format.formatPoints(0.001))).toBe("+0.1 pt");
    expect(plain(format.formatPoints(-0.0004))).toBe("-0.04 pt");
    expect(plain(format.formatPoints(0))).toBe("0 pt");
  });

  it("counts people", () => {
    expect(format.formatPeople(1)).toBe("1 person");
    expect(format.formatPeople(48_214)).toBe("48,214 people");
  });
});

describe("durations, sizes, paces", () => {
  it.each([
    [0, "0 ms"],
    [320, "320 ms"],
    [48_000, "48 s"],
    [108_000, "1 min 48 s"],
    [6_600_000, "1 h 50 min"],
    [3_600_000, "1 h"],
    [90_061_000, "1 d 1 h"],
    [86_400_000 + 5_000, "1 d"],
    [59_999, "1 min"],
  ])("%d ms is %s", (milliseconds, text) => expect(plain(format.formatDuration(milliseconds))).toBe(text));

  it.each([
    [0, "0 B"],
    [999, "999 B"],
    [61_234, "61 kB"],
    [1_500_000, "1.5 MB"],
  ])("%d bytes is %s", (bytes, text) => expect(plain(format.formatBytes(bytes))).toBe(text));

  it.each([
    [360, "6 a second"],
    [22, "22 a minute"],
    [0.5, "30 an hour"],
    [0, "nothing"],
  ])("%d a minute is %s", (pace, text) => expect(format.formatPace(pace)).toBe(text));
});

describe("moments", () => {
  it.each([
    ["2026-11-20T13:09:00Z", "today 14:09"],
    ["2026-11-20T23:30:00Z", "tomorrow 00:30"],
    ["2026-11-19T10:00:00Z", "yesterday 11:00"],
    ["2026-11-28T08:00:00Z", "Sat 28 Nov, 09:00"],
    ["2024-03-12T08:00:00Z", "12 Mar 2024, 09:00"],
  ])("%s is %s", (at, text) => expect(format.formatMoment(new Date(at), zone, now)).toBe(text));

  it("goes by the day in the zone, not by the day in UTC", () => {
    expect(format.dayIn(new Date("2026-11-20T23:30:00Z"), zone)).toBe("2026-11-21");
    expect(format.dayIn(new Date("2026-11-20T23:30:00Z"), "America/New_York")).toBe("2026-11-20");
  });

  it("says the exact time with its zone", () => {
    expect(format.formatExact(new Date("2026-11-21T08:00:00Z"), zone)).toMatch(
      /^Sat,? 21 Nov 2026,? (at )?09:00:00 (CET|GMT\+1)$/,
    );
  });
});
