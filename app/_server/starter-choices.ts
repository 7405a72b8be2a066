import { liquidWords } from "#components/campaign/liquid-words.ts";
import type { StartChoice } from "#components/campaign/start-choices.tsx";
import { STARTERS } from "#core/template/starters.ts";
import { compileBlocks } from "./compile-blocks.ts";

const compiled = new Map<string, Promise<StartChoice[]>>();

/** What comes with the product, with pictures in the workspace's colour. */
export function starterChoices(brandColor: string): Promise<StartChoice[]> {
  const known = compiled.get(brandColor);
  if (known) return known;
  if (compiled.size > 100) compiled.clear();
  const made = Promise.all(
    STARTERS.map(async ({ id, name, about, document }) => ({
      value: `starter:${id}`,
      name,
      about,
      html: liquidWords((await compileBlocks(document, { brandColor, language: "en" })) ?? ""),
    })),
  ).then((starters) => [
    ...starters,
    { value: "blank", name: "Blank", about: "An empty page with blocks.", html: null },
    { value: "html", name: "HTML", about: "Paste or write the HTML yourself.", html: null },
  ]);
  compiled.set(brandColor, made);
  return made;
}
