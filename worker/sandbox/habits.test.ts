import { expect, test } from "vitest";
import { behavioursOf } from "./behaviours.ts";
import { fateOf, laterOf, tagsOf } from "./habits.ts";
import { providers, smallSite } from "./providers.ts";

const natural = behavioursOf("natural");
const google = providers[0] ?? smallSite;
const addresses = Array.from({ length: 50_000 }, (_, i) => `person${i}@gmail.com`);

test("tags are whole words, with digits after them if need be", () => {
  expect([...tagsOf("ann+full12@x.example")]).toEqual(["full"]);
  expect([...tagsOf("unknown@x.example")]).toEqual(["unknown"]);
  expect([...tagsOf("ann+open+click@x.example")]).toEqual(["open", "click"]);
  expect([...tagsOf("ann+fuller@slow.example")]).toEqual([]);
});

test("natural shares are about what they say, and the same every time", () => {
  const fates = addresses.map((address) => fateOf(address, "google", google, natural, "s"));
  const share = fates.filter((fate) => fate.refusal === "unknown").length / fates.length;
  expect(share).toBeGreaterThan(0.009);
  expect(share).toBeLessThan(0.015);
  expect(addresses.map((address) => fateOf(address, "google", google, natural, "s"))).toEqual(fates);
  expect(addresses.map((address) => fateOf(address, "google", google, natural, "t"))).not.toEqual(fates);
});

test("opening and clicking depend on the message; who clicks has opened", () => {
  const fate = fateOf("a@b.example", "s", smallSite, behavioursOf("quiet"), "s");
  const actions = (messageId: string) =>
    addresses.map((address) =>
      laterOf({ address, domain: "gmail.com", messageId }, fate, google, natural, "s"),
    );
  const first = actions("<1>");
  const opened = first.filter((list) => list.includes("open")).length / first.length;
  const clicked = first.filter((list) => list.includes("click"));
  expect(opened).toBeGreaterThan(0.28);
  expect(opened).toBeLessThan(0.34);
  expect(clicked.length / first.length).toBeGreaterThan(0.035);
  expect(clicked.every((list) => list.includes("open"))).toBe(true);
  expect(actions("<2>")).not.toEqual(first);
});

test("in the quiet world nobody does anything by themselves", () => {
  const quiet = behavioursOf("quiet");
  for (const address of addresses.slice(0, 5_000)) {
    const fate = fateOf(address, "site", smallSite, quiet, "s");
    expect(fate).toEqual({ refusal: null, deferral: null, slow: false, drop: null, dsn: false });
    expect(laterOf({ address, domain: "x.example", messageId: "1" }, fate, smallSite, quiet, "s")).toEqual(
      [],
    );
  }
});
