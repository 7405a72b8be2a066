import { readFileSync } from "node:fs";
import { expect, type Page } from "@playwright/test";
import {
  asVisitor,
  BROKEN_ROWS,
  EXPORT,
  type House,
  INES,
  LIST,
  NEWCOMER,
  number,
  pick,
  ROWS,
  readCsv,
  WORKSPACE,
} from "./house.ts";
import { openMail } from "./inbox.ts";
import { lookAt } from "./look.ts";
import { BROKEN, spreadsheet } from "./people.ts";

/** The page behind the link that `up` prints, and that it is gone afterwards. */
export async function setUp({ page, installation }: House): Promise<void> {
  await page.goto(installation.setupUrl);
  await lookAt(page, "01-first-run");
  await page.getByLabel("Your name").fill("Mara Reuter");
  await page.getByLabel("E-mail address").fill("mara@nordkai.example");
  await page.getByLabel("Password", { exact: true }).fill("roasted in the harbour");
  await page.getByLabel("Workspace name").fill("Nordkai Coffee");
  await page.getByLabel("Address part").fill(WORKSPACE);
  await page.getByLabel("Postal address").fill("Nordkai GmbH\nHafenstraße 4\n24103 Kiel");
  await expect(page.getByLabel("Time zone")).toHaveValue("Europe/Berlin");
  await page.getByLabel("Sender name").fill("Nordkai Coffee");
  await page.getByLabel("Sender address").fill("roast@nordkai.example");
  await page.getByRole("button", { name: "Set up and open the workspace" }).click();
  await expect(page).toHaveURL(new RegExp(`/${WORKSPACE}$`));
  await lookAt(page, "02-home-new");
  await page.goto(installation.setupUrl);
  await expect(page).not.toHaveURL(/setup/);
}

export async function makeList({ page, url }: House): Promise<void> {
  await page.goto(url("/lists"));
  await lookAt(page, "03-lists");
  await page.getByRole("button", { name: "New list" }).click();
  const dialog = page.getByRole("alertdialog");
  await dialog.getByLabel("Name").fill(LIST);
  await dialog.getByLabel("Description").fill("One letter each Friday, about what came out of the drum.");
  await lookAt(page, "04-new-list");
  await dialog.getByRole("button", { name: "Make the list" }).click();
  await expect(page.getByRole("rowheader", { name: LIST })).toBeVisible();
}

/** The export: consent from its columns, tags, names in any script. */
export async function importExport({ page, url, exported }: House): Promise<void> {
  await page.goto(url("/subscribers"));
  await lookAt(page, "05-subscribers-empty");
  await page.getByRole("link", { name: "Import a file" }).click();
  await expect(page.getByRole("heading", { name: "Import people" })).toBeVisible();
  await lookAt(page, "06-import");
  await page.getByLabel("File", { exact: true }).setInputFiles(EXPORT);
  await expect(page.getByRole("heading", { name: "Say which column is what" })).toBeVisible();
  await expect(page.getByLabel("Email Address goes to")).toHaveValue("address");
  await expect(page.getByLabel("CONFIRM_TIME goes to")).toHaveValue("consent-at");
  await expect(page.getByLabel("CONFIRM_IP goes to")).toHaveValue("consent-ip");
  await expect(page.getByLabel("TAGS goes to")).toHaveValue("tags");
  await lookAt(page, "07-import-map");
  await page.getByRole("button", { name: "Continue to consent" }).click();
  await pick(page, "Lists", LIST);
  await page.getByLabel("How they agreed").fill("Double opt-in in Mailchimp, exported in November.");
  await lookAt(page, "08-import-consent");
  await page.getByRole("button", { name: "Start the import" }).click();
  await expectStat(page, "Created", exported.length);
  await expectStat(page, "Rejected", 0);
  await lookAt(page, "09-import-done");

  await openPerson(page, url, INES);
  await expect(page.getByRole("button", { name: "Remove Tasting" })).toBeVisible();
  await expect(page.getByRole("region", { name: "Timeline" })).toContainText("198.51.100.7");
  await expect(page.getByRole("region", { name: "Timeline" })).toContainText("2023");
  await lookAt(page, "10-person");
}

/** The made file: what is good is taken, what is broken comes back with its reason. */
export async function importSpreadsheet({ page, url, made, exported }: House): Promise<void> {
  await page.goto(url("/subscribers/imports"));
  const file = { name: "customers.csv", mimeType: "text/csv", buffer: spreadsheet(made, BROKEN_ROWS) };
  await page.getByLabel("File", { exact: true }).setInputFiles(file);
  await expect(page.getByLabel("E-Mail goes to")).toHaveValue("address");
  await expect(page.getByLabel("City goes to")).toHaveValue("attribute:city");
  await expect(page.getByLabel("Customer since goes to")).toHaveValue("new:date");
  await page.getByRole("button", { name: "Continue to consent" }).click();
  await pick(page, "Lists", LIST);
  await page.getByLabel("How they agreed").fill("Ticked the box at the till, see the shop's records.");
  await page.getByRole("button", { name: "Start the import" }).click();
  await expectStat(page, "Created", ROWS - BROKEN_ROWS);
  await expectStat(page, "Rejected", BROKEN_ROWS);
  await lookAt(page, "11-import-rejects");

  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Rejected rows as CSV" }).click();
  const rejects = await readCsv(readFileSync(await (await download).path()));
  expect(rejects).toHaveLength(BROKEN_ROWS);
  const each = BROKEN_ROWS / BROKEN.length;
  for (const { reason } of BROKEN)
    expect(
      rejects.filter((one) => reason.test(one.reason ?? "")),
      String(reason),
    ).toHaveLength(each);

  await page.goto(url("/subscribers"));
  const total = number(ROWS - BROKEN_ROWS + exported.length);
  await expect(page.getByRole("main")).toContainText(`${total} people. ${total} confirmed`);
  await lookAt(page, "12-subscribers");
}

/** A form, a sign-up, the mail that asks, and the two requests of which only the second says yes. */
export async function signUp(house: House): Promise<void> {
  const { page, url, installation } = house;
  await page.goto(url("/lists"));
  await page.getByRole("link", { name: "New form" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Footer of the shop");
  await page.getByLabel("Heading").fill("The Friday roast, by mail");
  await page.getByLabel("Promise").fill("One letter each Friday.");
  await pick(page, "Lists", LIST);
  await pick(page, "Ask for more", "City");
  await lookAt(page, "13-new-form");
  await page.getByRole("button", { name: "Open the form" }).click();
  await page.getByRole("link", { name: "Footer of the shop" }).click();
  const formUrl = (await page.getByRole("link", { name: /\/f\// }).getAttribute("href")) ?? "";
  await lookAt(page, "14-form");

  await asVisitor(house, async (guest) => {
    await guest.goto(formUrl);
    await lookAt(guest, "15-sign-up");
    await guest.getByLabel("E-mail address").fill(NEWCOMER);
    await guest.getByLabel("City").fill("Kiel");
    await guest.getByLabel(/I want to get this/).check();
    await guest.getByRole("button", { name: "Subscribe" }).click();
    await expect(guest.getByRole("heading", { name: "Check your mail" })).toBeVisible();
    await lookAt(guest, "16-check-your-mail");

    const subject = "Confirm that you want mail from Nordkai Coffee";
    const mail = await openMail(page, installation.base, NEWCOMER, subject);
    expect(mail.authentication).toContain("DKIM pass");
    await lookAt(page, "17-sandbox-mail");
    const link = /https?:\/\/\S+\/c\/[\w-]+/.exec(mail.text)?.[0] ?? "";
    expect(new URL(link).origin).toBe(installation.base);

    await guest.goto(link);
    await expect(guest.getByRole("button", { name: "Confirm" })).toBeVisible();
    await lookAt(guest, "18-confirm");
    await guest.goto(link);
    await expectStanding(house, "pending since");
    await guest.getByRole("button", { name: "Confirm" }).click();
    await expect(guest.getByRole("button", { name: "Confirm" })).toHaveCount(0);
    await lookAt(guest, "19-confirmed");
    await expectStanding(house, "confirmed since");
    await expect(page.getByRole("region", { name: "Timeline" })).toContainText(
      "I want to get this by e-mail",
    );
  });
}

/** Everybody in Kiel, counted as the rule is written. */
export async function makeSegment({ page, url, kiel }: House, name: string): Promise<void> {
  await page.goto(url("/segments"));
  await lookAt(page, "20-segments-empty");
  await page.getByRole("link", { name: "New segment" }).click();
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Condition 1: about").selectOption({ label: "City" });
  await page.getByLabel("Condition 1: text").fill("Kiel");
  const count = page.getByRole("region", { name: "Right now" });
  await expect(count).toContainText(`${number(kiel.length)} people`);
  await page.getByRole("button", { name: "Add condition" }).click();
  await page.getByLabel("Condition 2: about").selectOption({ label: "Subscription" });
  await expect(count).toContainText(`${number(kiel.length)} people`);
  await lookAt(page, "21-segment");
  // Who left should not drop out silently: the campaign after says of each why not.
  await page.getByRole("button", { name: "Remove condition 2" }).click();
  await expect(page.getByLabel("Condition 2: about")).toHaveCount(0);
  await page.getByRole("button", { name: "Save segment" }).click();
  await expect(page.getByText("Saved")).toBeVisible();
  await page.goto(url("/segments"));
  await expect(page.getByRole("row", { name: new RegExp(name) })).toContainText(number(kiel.length));
}

export async function openPerson(page: Page, url: House["url"], address: string): Promise<void> {
  await page.goto(url(`/subscribers?q=${encodeURIComponent(address)}`));
  await page.getByRole("link", { name: address }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(address);
}

async function expectStanding({ page, url }: House, words: string): Promise<void> {
  await openPerson(page, url, NEWCOMER);
  await expect(page.getByRole("region", { name: "Lists" })).toContainText(words);
}

async function expectStat(page: Page, label: string, value: number): Promise<void> {
  const stat = page.locator("dl > div", { has: page.locator("dt", { hasText: label }) });
  await expect(stat.locator("dd")).toContainText(number(value), { timeout: 60_000 });
}
