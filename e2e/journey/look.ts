import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";

/** How pages are looked at: both ends of what people have before them. */
export const LOOKS = [
  { name: "desktop-light", width: 1440, height: 900, colorScheme: "light" },
  { name: "phone-dark", width: 390, height: 844, colorScheme: "dark" },
] as const;
export type Look = (typeof LOOKS)[number];

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/**
 * What axe finds on a page as it is now, of whatever impact: one line for each rule, with where. Not inside frames: they
 * hold mails, which are not ours to judge, and run no scripts; that each frame has a name is looked at here.
 */
export async function findViolations(page: Page): Promise<string[]> {
  // Else it opens a tab for each look, and a browser stops at some hundred.
  const axe = new AxeBuilder({ page }).setLegacyMode();
  const { violations } = await axe.withTags(RULES).exclude("iframe").analyze();
  const nameless = await page.locator("iframe:not([title])").count();
  return [
    ...violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(" ")).join(" | ")}`),
    ...(nameless > 0 ? [`${nameless} frames without a title`] : []),
  ];
}

/** Pixels by which a page is wider than its window, which would make it scroll sideways. */
export function overhang(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** Keeps a picture among those of the run, where they are wanted. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  const folder = process.env.SCREENSHOTS_DIR;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  const size = page.viewportSize();
  // The whole page as its window: what keeps to the foot of the window stays at the foot of the picture.
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  if (size)
    await page.setViewportSize({ width: size.width, height: Math.min(8_000, Math.max(size.height, height)) });
  await page.screenshot({ path: join(folder, `${name}.png`) });
  if (size) await page.setViewportSize(size);
}

/** What was wrong with how pages looked, for the end of a journey: it goes on, so that all of it is known at once. */
export const findings: string[] = [];

/** Looks at a page in its present state in every look: axe, width, picture. What is wrong is added to `findings`. */
export async function lookAt(page: Page, name: string): Promise<void> {
  if (process.env.JOURNEY_FAST) return; // LOCAL
  for (const look of LOOKS) {
    await page.setViewportSize({ width: look.width, height: look.height });
    await page.emulateMedia({ colorScheme: look.colorScheme });
    await settle(page);
    await keepPicture(page, `journey-${name}-${look.name}`);
    const where = `${name}, ${look.name}`;
    const over = await overhang(page);
    if (over > 0) findings.push(`${where}: ${over} px wider than its window`);
    findings.push(...(await findViolations(page)).map((one) => `${where}: ${one}`));
  }
  await page.setViewportSize({ width: LOOKS[0].width, height: LOOKS[0].height });
  await page.emulateMedia({ colorScheme: LOOKS[0].colorScheme });
}

/** Until fonts are there and what a change of size causes is drawn. */
async function settle(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await document.fonts.ready;
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  });
}
