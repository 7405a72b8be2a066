import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";

/** How pages are looked at: both ends of what people have before them. */
export const LOOKS = [
  { name: "desktop-light", width: 1440, colorScheme: "light" },
  { name: "phone-dark", width: 390, colorScheme: "dark" },
] as const;
export type Look = (typeof LOOKS)[number];

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** What axe finds on a page as it is now, of whatever impact: one line for each rule, with where. */
export async function findViolations(page: Page): Promise<string[]> {
  // Otherwise axe opens a tab of its own each time, and after some hundred of them Chromium opens no more.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().withTags(RULES).analyze();
  return violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(" ")).join(" | ")}`);
}

/** A chart takes some frames to follow its window; what is wider after so long stays so. */
const SETTLES_MS = 2_000;

/** Pixels by which a page is wider than its window, which would make it scroll sideways. */
export function overhang(page: Page): Promise<number> {
  return page.evaluate(async (ms) => {
    const wider = () => document.documentElement.scrollWidth - document.documentElement.clientWidth;
    const end = performance.now() + ms;
    while (wider() > 0 && performance.now() < end) await new Promise(requestAnimationFrame);
    return wider();
  }, SETTLES_MS);
}

/** Keeps a picture of the whole page among those of the run, where they are wanted. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  const folder = process.env.SCREENSHOTS_DIR;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}

/** Until fonts are there, and what a change of size or theme causes is drawn. */
export async function drawn(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await document.fonts.ready;
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  });
}
