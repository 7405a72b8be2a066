import { expect, it } from "vitest";
import { hrefWith, sortLink } from "./href.ts";

it("leaves the keyset behind when a filter changes, and keeps the rest", () => {
  expect(hrefWith("/a", { q: "ines", after: "9", tag: ["x", "y"] }, { state: "confirmed" })).toBe(
    "/a?q=ines&tag=x&tag=y&state=confirmed",
  );
  expect(hrefWith("/a", { q: "ines", after: "9" }, { after: "12" })).toBe("/a?q=ines&after=12");
  expect(hrefWith("/a", { q: "ines" }, { q: null })).toBe("/a");
});

it("turns the order round on the second press", () => {
  expect(sortLink("/a", {}, "name")).toEqual({ href: "/a?sort=name" });
  expect(sortLink("/a", { sort: "name" }, "name")).toEqual({ href: "/a?sort=-name", direction: "ascending" });
  expect(sortLink("/a", { sort: "-name" }, "name")).toEqual({
    href: "/a?sort=name",
    direction: "descending",
  });
  expect(sortLink("/a", {}, "at", { fallback: "-at", descendingFirst: true })).toEqual({
    href: "/a?sort=at",
    direction: "descending",
  });
});
