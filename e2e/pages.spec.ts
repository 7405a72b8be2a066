import { type Browser, type BrowserContext, expect, type Page, test } from "@playwright/test";
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
  "/admin/providers",
  "/admin/providers/google",
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

test("limits of a provider: changed by keys, told to whoever is late, and back to what is shipped", async ({
  browser,
}) => {
  const [desk, phone] = await Promise.all(LOOKS.map(async (look) => (await open(browser, look)).newPage()));
  if (!desk || !phone) throw new Error("two looks");
  for (const page of [desk, phone]) await page.goto(`${installation.base}/admin/providers/google`);
  const connections = (page: Page) => page.getByLabel("Connections", { exact: true });
  await connections(desk).fill("2");
  await desk.getByLabel("TLS").selectOption("opportunistic");
  await connections(desk).press("Enter");
  await expect(desk.getByText(/clear text.*Tick that you want it/).last()).toBeVisible();
  await desk.getByLabel("I want less TLS than shipped").press("Space");
  await connections(desk).press("Enter");
  await expect(desk.getByText("Saved. Lanes to Google start again with it within seconds.")).toBeVisible();
  await expect(desk.getByText("2 changes")).toBeVisible();

  await connections(phone).fill("4");
  await phone.getByRole("button", { name: "Save" }).click();
  await expect(phone.getByRole("alert").getByText("Nothing of yours is saved.")).toBeVisible();
  await phone.getByRole("button", { name: "Show them" }).click();
  await expect(connections(phone)).toHaveValue("2");
  await phone.getByRole("button", { name: "Reset to shipped (Connections)" }).click();
  await expect(connections(phone)).toHaveValue("5");
  await phone.getByRole("button", { name: "Reset all to shipped" }).click();
  await expect(phone.getByText("Unsaved changes")).toBeVisible();
  await phone.getByRole("button", { name: "Save" }).click();
  await expect(phone.getByText("2 changes")).toBeHidden();
  await phone.goto(`${installation.base}/admin/system`);
  await expect(phone.getByText("Google: connections 2 to 5, TLS opportunistic to verified")).toBeVisible();
  for (const page of [desk, phone]) await page.context().close();
});

test("a warm-up is begun with an own table, judged by its page in both looks, and ended", async ({
  browser,
}) => {
  const [desk, phone] = await Promise.all(LOOKS.map(async (look) => (await open(browser, look)).newPage()));
  if (!desk || !phone) throw new Error("two looks");
  await desk.goto(`${installation.base}/admin/sources`);
  await desk.getByRole("table", { name: "Sources" }).getByRole("link").first().click();
  await desk.getByRole("button", { name: "Start warm-up…" }).click();
  const dialog = desk.getByRole("alertdialog");
  await dialog.getByLabel("Plan").selectOption({ label: "My own table" });
  await dialog.getByLabel("Mails on each sending day").fill("50, 40");
  await dialog.getByRole("button", { name: "Start warm-up" }).click();
  await expect(dialog.getByText("Day 2, 40, is less than the day before").first()).toBeVisible();
  expect(await findViolations(desk)).toEqual([]);
  await dialog.getByLabel("Mails on each sending day").fill("50, 100, 200");
  await dialog.getByRole("button", { name: "Start warm-up" }).click();
  await desk
    .getByRole("table", { name: "Warm-up by provider" })
    .getByRole("link", { name: "Google" })
    .click();
  await expect(desk.getByRole("heading", { level: 1 })).toHaveText("Warm-up with Google");
  await phone.goto(desk.url());
  for (const [page, look] of [
    [desk, LOOKS[0]],
    [phone, LOOKS[1]],
  ] as const) {
    await expect(page.getByText("Sending day 1 of 3: 0 of 50 sent today")).toBeVisible();
    expect(await overhang(page)).toBe(0);
    await keepPicture(page, `${look.name}_admin_sources_warm-up`);
    expect(await findViolations(page)).toEqual([]);
  }
  await phone.getByRole("link", { name: "Sandbox", exact: false }).first().click();
  await phone.getByRole("button", { name: "Take as known…" }).click();
  await phone.getByRole("button", { name: "End the warm-up" }).click();
  await expect(phone.getByRole("button", { name: "Start warm-up…" })).toBeVisible();
  for (const page of [desk, phone]) await page.context().close();
});

function open(browser: Browser, look: Look): Promise<BrowserContext> {
  return browser.newContext({
    viewport: { width: look.width, height: 900 },
    colorScheme: look.colorScheme,
    storageState: session,
  });
}
