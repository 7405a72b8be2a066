import { expect, test } from "vitest";
import { alternate, batchSize, choose, shareConnections, throttleWait } from "./rules.ts";

const queue = (...domains: string[]) => domains.map((domain) => ({ domain }));
const all = () => true;

test("takes the first whose domain is neither in flight nor the last started", () => {
  const flying = new Set(["b"]);
  expect(choose(queue("a", "b", "c", "a"), "a", (d) => flying.has(d), all)).toEqual({ index: 2, tier: 1 });
});

test("else the first that is not the last started, else the first", () => {
  const flying = new Set(["a", "b"]);
  expect(choose(queue("a", "b", "a"), "a", (d) => flying.has(d), all)).toEqual({ index: 1, tier: 2 });
  expect(choose(queue("a", "a"), "a", (d) => flying.has(d), all)).toEqual({ index: 0, tier: 3 });
  expect(
    choose(
      queue("a", "b"),
      null,
      () => true,
      () => false,
    ),
  ).toBeNull();
});

test("looks a hundred ahead and no further", () => {
  const long = queue(...Array(100).fill("a"), "b");
  expect(choose(long, "a", () => false, all)).toEqual({ index: 0, tier: 3 });
});

test("connections are shared by need, one each first, within what a site may have", () => {
  const needs = new Map([
    ["gmail", 80],
    ["small", 1],
    ["other", 19],
  ]);
  expect(shareConnections(needs, 5, () => 5)).toEqual(
    new Map([
      ["gmail", 3],
      ["small", 1],
      ["other", 1],
    ]),
  );
  expect(shareConnections(needs, 5, (site) => (site === "gmail" ? 1 : 5))).toEqual(
    new Map([
      ["gmail", 1],
      ["small", 1],
      ["other", 3],
    ]),
  );
  expect(shareConnections(needs, 2, () => 5)).toEqual(
    new Map([
      ["gmail", 1],
      ["small", 1],
    ]),
  );
  expect(shareConnections(new Map([["one", 1]]), 10, () => 10)).toEqual(new Map([["one", 1]]));
  expect(shareConnections(needs, 5, (site) => (site === "gmail" ? 0 : 5)).has("gmail")).toBe(false);
});

test("a batch is five seconds of the pace, never less than makes sense, never more than 200", () => {
  expect(batchSize(100, false)).toBe(200);
  expect(batchSize(10, false)).toBe(50);
  expect(batchSize(0.5, false)).toBe(10);
  expect(batchSize(0.5, true)).toBe(100);
});

test("campaigns alternate", () => {
  expect(alternate([["a1", "a2", "a3"], ["b1"]])).toEqual(["a1", "b1", "a2", "a3"]);
  expect(alternate([])).toEqual([]);
});

test("waiting after being told too many doubles up to a minute", () => {
  expect([0, 1, 3, 99].map(throttleWait)).toEqual([1_000, 2_000, 8_000, 60_000]);
});
