import { type Browser, type BrowserContext, expect, test } from "@playwright/test";
import { type Installation, startInstallation } from "./installation.ts";
import { findViolations, keepPicture, LOOKS, type Look, overhang } from "./looks.ts";

/** As a new installation has them, with nothing in them yet. Those of the demo are full: demo.spec.ts. */
const PAGES = [
  "/nordkai",
  "/nordkai/subscribers",
  "/nordkai/subscribers/imports",
  "/nordkai/lists",
  "/nordkai/segments",
  "/nordkai/suppressions",
  "/nordkai/campaigns",
  "/nordkai/templates",
  "/nordkai/settings",
  "/admin/deliverability",
  "/admin/lanes",
  "/admin/sources",
  "/admin/domains",
  "/admin/sandbox",
  "/admin/system",
];

let installation: Installation;
let session: Awaited<ReturnType<BrowserContext["storageState"]>>;

test.describe.configure({ mode: "serial" });
test.beforeAll(async () => {
  test.setTimeout(300_000);
  installation = await startInstallation();
});
test.afterAll(() => installation?.stop());

test("a new administrator sets up the first workspace", async ({ browser }) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(installation.setupUrl);
  await page.getByLabel("Your name").fill("Mara Reuter");
  await page.getByLabel("E-mail address").fill("mara@nordkai.example");
  await page.getByLabel("Password", { exact: true }).fill("a long password here");
  await page.getByLabel("Workspace name").fill("Nordkai Coffee");
  await page.locator("[name=slug]").fill("nordkai");
  await page.locator("[name=postalAddress]").fill("Hafenstraße 4\n24103 Kiel");
  await page.locator("[name=senderName]").fill("Nordkai Coffee");
  await page.locator("[name=senderAddress]").fill("roast@nordkai.example");
  await page.getByRole("button", { name: "Set up and open the workspace" }).click();
  await expect(page).toHaveURL(/\/nordkai/);
  session = await context.storageState();
  await context.close();
});

test("the pages are for those who are logged in", async ({ browser }) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${installation.base}/nordkai/subscribers`);
  await expect(page.getByLabel("Password", { exact: true })).toBeVisible();
  await context.close();
});

for (const [index, path] of PAGES.entries()) {
  // Each page in one look, by turns: what is common to pages is judged in both.
  const look = LOOKS[index % LOOKS.length] ?? LOOKS[0];
  test(`${path} in ${look.name} opens, fits and passes axe`, async ({ browser }) => {
    const context = await open(browser, look);
    const page = await context.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    const response = await page.goto(installation.base + path);
    expect(response?.status()).toBe(200);
    await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();
    expect.soft(await overhang(page)).toBe(0);
    await keepPicture(page, `${look.name}${path.replaceAll("/", "_")}`);
    expect.soft(await findViolations(page)).toEqual([]);
    expect.soft(errors).toEqual([]);
    await context.close();
  });
}

function open(browser: Browser, look: Look): Promise<BrowserContext> {
  return browser.newContext({
    viewport: { width: look.width, height: 900 },
    colorScheme: look.colorScheme,
    storageState: session,
  });
}
