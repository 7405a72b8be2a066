import { expect, it } from "vitest";
import { toCsv } from "./csv.ts";

it("quotes what has to be quoted and disarms formulas", () => {
  expect(
    toCsv(
      ["Provider", "Said"],
      [
        ["Google", 'no "more", thanks'],
        ["=1+1", -3],
      ],
    ),
  ).toBe('Provider,Said\r\nGoogle,"no ""more"", thanks"\r\n\'=1+1,-3\r\n');
});
