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

it("writes times so that any program reads them", () => {
  expect(toCsv(["time", "accepted"], [[new Date("2026-11-21T08:00:00Z"), 7]])).toBe(
    "time,accepted\r\n2026-11-21T08:00:00.000Z,7\r\n",
  );
});
