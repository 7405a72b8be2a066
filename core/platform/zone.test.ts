import { expect, test } from "vitest";
import { instantIn } from "./zone.ts";

test.each([
  ["2026-11-22T09:30", "UTC", "2026-11-22T09:30:00.000Z"],
  ["2026-11-22T09:30", "Europe/Berlin", "2026-11-22T08:30:00.000Z"],
  ["2026-07-01T09:30", "Europe/Berlin", "2026-07-01T07:30:00.000Z"],
  ["2026-07-01T09:30", "America/St_Johns", "2026-07-01T12:00:00.000Z"],
  ["tomorrow", "UTC", null],
  ["2026-13-40T99:99", "UTC", null],
  ["2026-07-01T09:30", "No/Where", null],
])("%s in %s", (wall, zone, expected) => {
  expect(instantIn(wall, zone)).toBe(expected);
});
