import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { htmlFileOf, LETTERS, type LetterId } from "#db/demo/letters.ts";
import { compileBlocks } from "./compile-blocks.ts";

// The demo cannot compile its letters itself: the compiler is the app's. After a change of either, run with `-u`.
test.each(Object.keys(LETTERS) as LetterId[])(
  "the stored HTML of the demo's letter %s is what its blocks compile to",
  async (id) => {
    const html = await compileBlocks(LETTERS[id], { brandColor: "#1f5d63", language: "en" });
    await expect(`${html}\n`).toMatchFileSnapshot(htmlFileOf(id).pathname);
    expect(await readFile(htmlFileOf(id), "utf8")).toContain("<!DOCTYPE html");
  },
);
