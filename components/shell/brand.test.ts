import { expect, it } from "vitest";
import { readableBrand } from "./brand.ts";

it.each([["#ffee00"], ["#cccccc"], ["red"], ["#12345"], [""], [null], ["url(javascript:1)"]])(
  "does not use %s",
  (brand) => expect(readableBrand(brand)).toBeNull(),
);

it("uses a colour that white text can be read on", () => {
  expect(readableBrand("#4a2c20")).toEqual({ background: "#4a2c20", foreground: "#ffffff" });
  expect(readableBrand("#767676")).not.toBeNull();
  expect(readableBrand("#787878")).toBeNull();
});
