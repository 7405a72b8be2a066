import type { Page } from "@playwright/test";
import { drawn, findViolations, keepPicture, LOOKS, overhang } from "../looks.ts";

/** What was wrong with how pages looked, for the end of a journey: it goes on, so that all of it is known at once. */
export const findings: string[] = [];

/** Whose turn it is: a look takes a second, and a journey passes fifty pages. */
let turn = 0;

/** Looks at a page in its present state, in one look by turns: width, picture, axe. What is wrong joins `findings`. */
export async function lookAt(page: Page, name: string): Promise<void> {
  const look = LOOKS[turn++ % LOOKS.length] ?? LOOKS[0];
  await page.setViewportSize({ width: look.width, height: 900 });
  await page.emulateMedia({ colorScheme: look.colorScheme });
  await drawn(page);
  await keepPicture(page, `journey-${name}.${look.name}`);
  const where = `${name}, ${look.name}`;
  const over = await overhang(page);
  if (over > 0) findings.push(`${where}: ${over} px wider than its window`);
  findings.push(...(await findViolations(page)).map((one) => `${where}: ${one}`));
  await page.setViewportSize({ width: LOOKS[0].width, height: 900 });
  await page.emulateMedia({ colorScheme: LOOKS[0].colorScheme });
}
