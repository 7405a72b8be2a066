import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import sharp from "sharp";
import { type Installation, startInstallation } from "./installation.ts";

/** Every page of the demo, full of people and mail: opened once, then looked at in both themes and at all widths. */

const LOOKS = [
  { name: "desktop-light", width: 1440, colorScheme: "light", axe: true },
  { name: "phone-dark", width: 390, colorScheme: "dark", axe: true },
  { name: "narrow", width: 320, colorScheme: "light", axe: false },
] as const;
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Pages that must have been found by following links, as shapes: numbers and names in them are `*`. */
const EXPECTED = [
  "/*",
  "/*/campaigns",
  "/*/campaigns/new",
  "/*/campaigns/*",
  "/*/campaigns/*/engagement",
  "/*/campaigns/*/links",
  "/*/campaigns/*/recipients",
  "/*/campaigns/*/recipients/*",
  "/*/campaigns/*/left-out",
  "/*/campaigns/*/content",
  "/*/campaigns/*/activity",
  "/*/campaigns/*/review",
  "/*/subscribers",
  "/*/subscribers/*",
  "/*/subscribers/imports",
  "/*/subscribers/imports/*",
  "/*/lists",
  "/*/lists/*",
  "/*/forms/*",
  "/*/forms/new",
  "/*/segments",
  "/*/segments/*",
  "/*/segments/new",
  "/*/suppressions",
  "/*/templates",
  "/*/templates/*",
  "/*/settings/general",
  "/*/settings/senders",
  "/*/settings/people",
  "/*/settings/tracking",
  "/account",
  "/admin/deliverability",
  "/admin/lanes",
  "/admin/lanes/*/*",
  "/admin/sources",
  "/admin/sources/*",
  "/admin/sources/new",
  "/admin/domains",
  "/admin/domains/*",
  "/admin/suppressions",
  "/admin/sandbox",
  "/admin/sandbox/*",
  "/admin/sandbox/leave",
  "/admin/team",
  "/admin/team/new-workspace",
  "/admin/system",
];
/** Not pages: downloads, and what only the browser asks for. */
const NO_PAGE = /\/(export|rejects|raw|preview|api|files|l|o)(\/|$)/;
const shapeOf = (path: string): string =>
  path
    .replace(/^\/nordkai(?=\/|$)/, "/*")
    .replace(/^(\/admin\/domains)\/.+/, "$1/*")
    .replace(/\/(\d+)(?=\/|$)/g, "/*");

let installation: Installation;
const findings: string[] = [];

test.describe.configure({ mode: "serial" });
test.use({ actionTimeout: 15_000, navigationTimeout: 30_000, trace: "off" });
test.beforeAll(async () => {
  test.setTimeout(300_000);
  installation = await startInstallation("--demo");
});
test.afterAll(() => installation?.stop());

test("every page of the demo fits and passes axe, in both themes and at all widths", async ({ page }) => {
  test.setTimeout(600_000);
  page.on("pageerror", (error) => findings.push(`${page.url()}: ${error.message}`));
  await logIn(page);
  const start = ["/nordkai", "/admin/deliverability?range=30d&by=source", "/account"];
  const seen = await follow(page, start);
  for (const shape of EXPECTED) if (!seen.has(shape)) findings.push(`${shape}: no link leads there`);
  // One address, other pages: the editor of a draft, the report of a cancelled campaign, what still sends.
  for (const name of ["Still thirsty?", "Harbour fair, bring a cup", "Brew guide: the flat bed"]) {
    await openCampaign(page, name);
    await lookAt(page, `campaign-${name.slice(0, 5).trim()}`);
  }
  await page.goto(`${installation.base}/nordkai/campaigns/999999`);
  await lookAt(page, "not-found");
  expect(findings).toEqual([]);
});

test("the pages of a subscriber fit and pass axe, from a mail that went through the sandbox", async ({
  page,
}) => {
  test.setTimeout(120_000);
  await logIn(page);
  const mails = page.getByRole("row").filter({ hasText: "Flat or cone" });
  await expect(async () => {
    await page.goto(`${installation.base}/admin/sandbox`);
    await expect(mails.first()).toBeVisible({ timeout: 2_000 });
  }).toPass({ timeout: 60_000 });
  await mails.first().getByRole("link").first().click();
  await expect(page).toHaveURL(/sandbox\/\d+$/);
  const raw = await (await page.request.get(`${page.url()}/raw`)).text();
  const links = raw.replaceAll("=\r\n", "").matchAll(/http:\/\/localhost:\d+(\/[upv]\/[\w=-]+)/g);
  const paths = new Map([...links].map(([, path = ""]) => [path.slice(1, 2), path.replaceAll("=3D", "=")]));
  expect([...paths.keys()].sort()).toEqual(expect.arrayContaining(["p", "u"]));
  findings.length = 0;
  for (const [kind, path] of paths) {
    await page.goto(installation.base + path);
    await lookAt(page, `public-${kind}`);
  }
  await page.goto(`${installation.base}/nordkai/lists`);
  await page.getByRole("link", { name: "Website footer" }).click();
  const form = await page.locator('a[href*="/f/"]').first().getAttribute("href");
  await page.goto(new URL(form ?? "", installation.base).href);
  await lookAt(page, "public-form");
  expect(findings).toEqual([]);
});

/** What README shows. `README_PICTURES=1 npm test -- e2e/demo.spec.ts` takes them anew. */
const PICTURES = [
  { name: "home", path: "/nordkai", width: 1280, height: 860, colorScheme: "light" },
  {
    name: "report",
    path: "/nordkai/campaigns",
    opens: "Brew guide: the flat bed",
    width: 1280,
    height: 900,
    colorScheme: "light",
  },
  {
    name: "editor",
    path: "/nordkai/campaigns",
    opens: "Winter opening hours",
    width: 1280,
    height: 860,
    colorScheme: "light",
  },
  {
    name: "deliverability",
    path: "/admin/deliverability?range=30d",
    width: 1280,
    height: 1500,
    colorScheme: "dark",
  },
  { name: "phone", path: "/nordkai", width: 390, height: 844, colorScheme: "dark" },
] as const;

test("the pictures of the README", async ({ page }) => {
  test.skip(!process.env.README_PICTURES, "only where README_PICTURES asks for them");
  await logIn(page);
  for (const picture of PICTURES) {
    await page.setViewportSize({ width: picture.width, height: picture.height });
    await page.emulateMedia({ colorScheme: picture.colorScheme });
    await page.goto(installation.base + picture.path);
    if ("opens" in picture) await openCampaign(page, picture.opens);
    await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();
    await page.waitForLoadState("networkidle").catch(() => undefined);
    await drawn(page);
    const png = await page.screenshot();
    await sharp(png)
      .webp({ quality: 82 })
      .toFile(join("e2e", "pictures", `${picture.name}.webp`));
  }
});

async function openCampaign(page: Page, name: string): Promise<void> {
  await page.goto(`${installation.base}/nordkai/campaigns?q=${encodeURIComponent(name)}`);
  await page.getByRole("row").filter({ hasText: name }).getByRole("link").first().click();
  await expect(page).toHaveURL(/campaigns\/\d+$/);
}

async function logIn(page: Page): Promise<void> {
  const [, address = "", password = ""] =
    /Log in as (\S+) with the password (\S+)/.exec(installation.output) ?? [];
  await page.goto(`${installation.base}/login`);
  await page.getByLabel("E-mail address").fill(address);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Log in" }).click();
  await expect(page).toHaveURL(/\/nordkai$/);
}

/** Opens a page of each shape that links lead to, looks at it, and goes on from there. */
async function follow(page: Page, start: string[]): Promise<Set<string>> {
  const queue = [...start];
  const seen = new Set<string>();
  for (let path = queue.shift(); path; path = queue.shift()) {
    const { pathname } = new URL(path, installation.base);
    const shape = shapeOf(pathname);
    if (seen.has(shape) || NO_PAGE.test(pathname) || /^\/[fupvc]\//.test(pathname)) continue;
    seen.add(shape);
    const response = await page.goto(installation.base + path);
    if (response?.status() !== 200) findings.push(`${path}: answered ${response?.status()}`);
    await lookAt(page, shape.replaceAll("*", "x").replaceAll("/", "_"));
    queue.push(...(await linksOf(page)));
  }
  return seen;
}

const linksOf = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLAnchorElement>("a[href]")]
      .filter((link) => link.origin === location.origin && !link.hasAttribute("download"))
      .map((link) => link.pathname + link.search),
  );

/** A page as it is now, in every look; what is wrong is noted, so that all of it is known at once. */
async function lookAt(page: Page, name: string): Promise<void> {
  await page.setViewportSize({ width: 1440, height: 900 });
  await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();
  for (const look of LOOKS) {
    await page.setViewportSize({ width: look.width, height: 900 });
    await page.emulateMedia({ colorScheme: look.colorScheme });
    await drawn(page);
    const wider = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    if (wider > 0) findings.push(`${name}, ${look.name}: ${wider} px wider than its window`);
    if (!look.axe) continue;
    findings.push(...(await violations(page)).map((one) => `${name}, ${look.name}: ${one}`));
    await keepPicture(page, `demo-${name}.${look.name}`);
  }
}

async function violations(page: Page): Promise<string[]> {
  // Otherwise axe opens a tab of its own each time, and after some hundred of them Chromium opens no more.
  const found = await new AxeBuilder({ page }).setLegacyMode().withTags(RULES).analyze();
  return found.violations.map(
    (one) =>
      `${one.id}: ${one.nodes
        .slice(0, 3)
        .map((node) => node.target.join(" "))
        .join(" | ")}`,
  );
}

async function keepPicture(page: Page, name: string): Promise<void> {
  const folder = process.env.SCREENSHOTS_DIR;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}

/** Until fonts are there, and what a change of size or theme causes is drawn. */
async function drawn(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await document.fonts.ready;
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  });
}
