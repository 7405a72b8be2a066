import { expect, it } from "vitest";
import { nextSelection } from "./selection.ts";

const ids = ["a", "b", "c", "d", "e"];

it("turns one row over", () => {
  expect([...nextSelection(ids, new Set(["a"]), "c", null)]).toEqual(["a", "c"]);
  expect([...nextSelection(ids, new Set(["a", "c"]), "c", null)]).toEqual(["a"]);
});

it("extends in both directions, and takes away as well as it adds", () => {
  expect([...nextSelection(ids, new Set(["b"]), "d", "b")].sort()).toEqual(["b", "c", "d"]);
  expect([...nextSelection(ids, new Set(["d"]), "b", "d")].sort()).toEqual(["b", "c", "d"]);
  expect([...nextSelection(ids, new Set(ids), "d", "b")].sort()).toEqual(["a", "e"]);
});

it("takes only the row where the anchor is on another page", () => {
  expect([...nextSelection(ids, new Set(), "c", "z")]).toEqual(["c"]);
});
