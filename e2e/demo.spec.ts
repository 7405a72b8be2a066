import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import sharp from "sharp";
import { type Installation, startInstallation } from "./installation.ts";
import { drawn, findViolations, keepPicture, LOOKS, overhang } from "./looks.ts";

/**
 * Every page of the demo, full of people and mail: opened once, measured at all widths, and judged by axe in one look, by
 * turns in the light on a desk and in the dark on a phone.
 */

const NARROWEST = 320;

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
  "/admin/providers",
  "/admin/providers/*",
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
    .replace(/^(\/admin\/(?:domains|providers))\/.+/, "$1/*")
    .replace(/\/(\d+)(?=\/|$)/g, "/*");

/** Pictures stand beside what takes them; they are no files that the product serves. */
const FOLDER = join("e2e", "pictures");

let installation: Installation;
/** The preference page of one who got a mail. */
let preferences = "";
const findings: string[] = [];
/** Whose turn it is among the looks. */
let turn = 0;

test.describe.configure({ mode: "serial" });
test.use({ actionTimeout: 15_000, navigationTimeout: 30_000, trace: "off" });
test.beforeAll(async () => {
  test.setTimeout(300_000);
  installation = await startInstallation("--demo");
});
test.afterAll(() => installation?.stop());

test("every page of the demo fits at all widths and passes axe", async ({ page }) => {
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
  preferences = paths.get("p") ?? "";
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

test("before sending, the review says until when each provider gets it, and what is warmed up", async ({
  page,
}) => {
  await logIn(page);
  await openCampaign(page, "Friday Roast #49");
  // It is scheduled: that is where it opens.
  await expect(page).toHaveURL(/review$/);
  const panel = page.getByRole("region", { name: "When it arrives" });
  await expect(panel).toContainText(/The last of it leaves .+\./);
  const google = panel.getByRole("listitem").filter({ hasText: "Google" });
  await expect(google).toContainText(/Warming up, day \d+ of 45: \d+ a day now/);
});

const openReport = (page: Page) => openCampaign(page, "Friday Roast #47");
const openEditor = (page: Page) => openCampaign(page, "Still thirsty?");
const openDeliverability = (page: Page) => page.goto(`${installation.base}/admin/deliverability?range=30d`);
const openPreferences = (page: Page) => page.goto(installation.base + preferences);

/** What README shows, 1280 wide. `README_PICTURES=1 npm test -- e2e/demo.spec.ts` takes them anew. */
const PICTURES = [
  { name: "report", height: 900, shows: ".recharts-bar", open: openReport },
  { name: "editor", height: 800, shows: "text=would get this now", open: openEditor },
  { name: "deliverability", height: 960, shows: ".recharts-bar", open: openDeliverability },
  { name: "subscriber", height: 860, shows: "h1", open: openReader },
  { name: "preferences", height: 800, shows: "h1", open: openPreferences },
];

test("the pictures of the README", async ({ page }) => {
  test.skip(!process.env.README_PICTURES, "only where README_PICTURES asks for them");
  await logIn(page);
  mkdirSync(FOLDER, { recursive: true });
  for (const { name, height, open, shows } of PICTURES) {
    await page.setViewportSize({ width: 1280, height });
    await open(page);
    await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();
    await expect(page.locator(shows).first()).toBeVisible();
    await drawn(page);
    await sharp(await page.screenshot())
      .webp({ quality: 84, effort: 6 })
      .toFile(join(FOLDER, `${name}.webp`));
  }
});

/** Somebody of whom there is something to tell: mails, clicks, fields. */
async function openReader(page: Page): Promise<void> {
  await openCampaign(page, "Friday Roast #47");
  await page.getByRole("link", { name: "Links" }).click();
  await page.getByRole("row").nth(1).getByRole("link").first().click();
  await page.getByRole("rowheader").first().getByRole("link").click();
  await page.getByRole("link", { name: "Everything about this person" }).click();
  await expect(page.getByRole("region", { name: "Timeline" })).toBeVisible();
}

async function openCampaign(page: Page, name: string): Promise<void> {
  await page.goto(`${installation.base}/nordkai/campaigns?q=${encodeURIComponent(name)}`);
  await page.getByRole("row").filter({ hasText: name }).getByRole("link").first().click();
  await expect(page).toHaveURL(/campaigns\/\d+(\/review)?$/);
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

/** A page as it is now; what is wrong is noted, so that all of it is known at once. */
async function lookAt(page: Page, name: string): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();
  turn += 1;
  const judged = LOOKS[turn % LOOKS.length];
  for (const { name: look, width, colorScheme } of [...LOOKS, { ...LOOKS[0], width: NARROWEST }]) {
    await page.setViewportSize({ width, height: 900 });
    const isJudged = width === judged?.width;
    if (isJudged) await page.emulateMedia({ colorScheme });
    await drawn(page);
    const wider = await overhang(page);
    if (wider > 0) findings.push(`${name}: ${wider} px wider than a window of ${width} px`);
    if (!isJudged) continue;
    findings.push(...(await findViolations(page)).map((one) => `${name}, ${look}: ${one}`));
    await keepPicture(page, `demo-${name}.${look}`);
  }
}
