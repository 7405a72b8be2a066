import { expect, it } from "vitest";
import { axisText, niceTicks } from "./unit.ts";

it.each([
  [0, 1_842, true, [0, 500, 1000, 1500, 2000]],
  [0, 0, true, [0, 1, 2, 3, 4]],
  [0, 3, true, [0, 1, 2, 3, 4]],
  [-120, 460, true, [-200, 0, 200, 400, 600]],
  [0, 0.0035, false, [0, 0.001, 0.002, 0.003, 0.004]],
])("from %d to %d", (least, most, whole, ticks) => expect(niceTicks(least, most, whole)).toEqual(ticks));

it("keeps axis labels short", () => {
  expect(axisText(0.003, "share").replace("\u202f", " ")).toBe("0.3 %");
  expect(axisText(0.5, "share").replace("\u202f", " ")).toBe("50 %");
  expect(axisText(45_000, "count").replace("\u202f", " ")).toBe("45 k");
});
