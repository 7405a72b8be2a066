import { expect, test } from "vitest";
import { healthSentence, rateOf, weekSums } from "./rules.ts";

const counts = { accepted: 990, deferred: 10, bounced: 10, complained: 1 };

test("a rate is null where there was nothing to count in, and never more than it can be", () => {
  const none = { accepted: 0, deferred: 0, bounced: 0, complained: 0 };
  for (const rate of ["complained", "deferred", "bounced"] as const) expect(rateOf(none, rate)).toBeNull();
  expect(rateOf({ ...none, complained: 3 }, "complained")).toBeNull();
  expect(rateOf({ ...none, deferred: 5 }, "deferred")).toBe(1);
  expect(rateOf(counts, "complained")).toBeCloseTo(1 / 990);
  expect(rateOf(counts, "bounced")).toBeCloseTo(10 / 1010);
});

test("a day's rate is that of the week that it ends", () => {
  const quiet = Array.from({ length: 7 }, () => null);
  expect(weekSums([...quiet])).toEqual([null]);
  const days = [{ n: 1 }, ...quiet.slice(0, 5), { n: 2 }, { n: 4 }, ...quiet];
  expect(weekSums(days)).toEqual([
    { n: 3 },
    { n: 6 },
    { n: 6 },
    { n: 6 },
    { n: 6 },
    { n: 6 },
    { n: 6 },
    { n: 4 },
    null,
  ]);
});

test("the sentence says what is so, and no more", () => {
  expect(healthSentence({ accepted: 0, deferred: 9, bounced: 0, complained: 0 }, [])).toBe(
    "No mail was settled in this time.",
  );
  expect(healthSentence(counts, [])).toBe("Mail is welcome: nearly all was accepted.");
  expect(healthSentence({ ...counts, bounced: 60 }, [])).toMatch(/^6 in 100 bounced\. /);
  expect(healthSentence({ ...counts, accepted: 100, bounced: 100 }, [])).toMatch(/far too many/);
  expect(healthSentence({ ...counts, complained: 9 }, [])).toMatch(/Complaints are above 0\.3 %/);
  expect(healthSentence(counts, ["A to Yahoo"])).toMatch(/One lane is suspended: A to Yahoo\.$/);
  expect(healthSentence(counts, ["1", "2", "3", "4", "5"])).toMatch(
    /5 lanes are suspended: 1, 2, 3 and 2 more\.$/,
  );
});
