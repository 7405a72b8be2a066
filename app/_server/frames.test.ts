import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

// The HTML of a mail is somebody's own: templates, imports, what the sandbox received. It is shown in frames that run
// nothing and know nothing of our origin, and nowhere else.

const root = join(import.meta.dirname, "../..");
const sources = globSync(["app/**/*.tsx", "components/**/*.tsx"], { cwd: root }).map((name) => ({
  name,
  text: readFileSync(join(root, name), "utf8"),
}));

test("a frame with HTML of its own allows neither scripts nor our origin, forms, or the page around it", () => {
  const frames = sources.flatMap(({ name, text }) =>
    [...text.matchAll(/<iframe\b[^>]*?(?:\/>|>)/gs)].map(([frame]) => ({ name, frame })),
  );
  const written = frames.filter(({ frame }) => frame.includes("srcDoc"));
  expect(written.length).toBeGreaterThanOrEqual(4);
  for (const { name, frame } of written) {
    const allowed = /\bsandbox="([^"]*)"/.exec(frame)?.[1];
    expect(allowed, `${name} has a frame without sandbox`).toBeDefined();
    expect(allowed, name).not.toMatch(/allow-(?:scripts|same-origin|forms|top-navigation|modals|downloads)/);
  }
});

test("no page puts HTML into itself as a string", () => {
  const found = sources.filter(({ text }) =>
    /dangerouslySetInnerHTML|\.innerHTML\s*=|insertAdjacentHTML/.test(text),
  );
  expect(found.map(({ name }) => name)).toEqual([]);
});
