import { expect, test } from "vitest";
import { contrast, INK, readableBrand } from "./contrast.ts";

test("contrast is WCAG's", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 5);
  expect(contrast("#777777", "#ffffff")).toBeCloseTo(4.48, 2);
  expect(contrast("#2a4a9c", "#2a4a9c")).toBe(1);
});

test("colours that cannot be read give way to ink", () => {
  expect(readableBrand("#2a4a9c")).toBe("#2a4a9c");
  expect(readableBrand("#777777")).toBe(INK);
  expect(readableBrand("#ffee00")).toBe(INK);
});
