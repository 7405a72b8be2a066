import { expect, type Page } from "@playwright/test";
import sharp from "sharp";
import { type House, INES, LIST, number, pick } from "./house.ts";
import { headerOf, openMail, type SandboxMail } from "./inbox.ts";
import { lookAt } from "./look.ts";
import { expected } from "./people.ts";

export const NAME = "Autumn roast";
export const SHOP = "https://shop.nordkai.example/autumn?from=mail&bag=250";
const GUIDE = "https://nordkai.example/brewing-guide";
const ZONE = "Europe/Berlin";
export const subjectFor = (first: string) => `${first}, the autumn roast is here`;

/** A campaign of blocks: headline, text with Liquid, picture, button, link; what is broken is marked until mended. */
export async function writeCampaign({ page, url, kiel }: House, segment: string): Promise<void> {
  await page.goto(url("/campaigns"));
  await lookAt(page, "22-campaigns-empty");
  await page.getByRole("link", { name: "New campaign" }).first().click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("New campaign");
  await page.getByLabel("Name").fill(NAME);
  await page.getByRole("radio", { name: "Blank" }).check();
  await lookAt(page, "23-new-campaign");
  await page.getByRole("button", { name: "Start writing" }).click();

  const envelope = page.getByRole("complementary", { name: "Settings of the mail" });
  await envelope
    .getByLabel("Subject")
    .fill('{{ subscriber.first_name | default: "Friend" }}, the autumn roast is here');
  await envelope.getByLabel("Preview text").fill("Two farms, one drum, until it is gone.");
  await envelope.getByLabel("From").selectOption({ label: "Nordkai Coffee, roast@nordkai.example" });
  await pick(page, "Audience", `${segment} (segment)`);
  await expect(envelope).toContainText(`${number(kiel.length)} people would get this now`);

  const insert = page.getByRole("complementary", { name: "Blocks" });
  const mail = page.getByRole("textbox", { name: "Mail" });
  await mail.click();
  await insert.getByRole("button", { name: "Heading", exact: true }).click();
  await page.keyboard.type("Chestnut and plum");
  await insert.getByRole("button", { name: "Text", exact: true }).click();
  await page.keyboard.type("Hello ");
  await insert.getByRole("button", { name: "Variable" }).click();
  await expect(page.getByRole("tab", { name: "Block" })).toHaveAttribute("aria-selected", "true");
  await lookAt(page, "24-editor-variable");
  await mail.getByText("Hello").click();
  await page.keyboard.press("End");
  await page.keyboard.type(", we roast for {{ subscriber.city | upcase }} on Friday. {{ subscriber.cty }}");
  await insert.getByRole("button", { name: "Image" }).click({ trial: true });
  await page.getByLabel("Image to upload").setInputFiles({
    name: "drum.png",
    mimeType: "image/png",
    buffer: await picture(),
  });
  await expect(mail.locator("img")).toBeVisible();
  await envelope.getByLabel("Description").fill("A roasting drum with chestnut-brown beans");
  await insert.getByRole("button", { name: "Button" }).click();
  await envelope.getByLabel("Leads to").fill(SHOP);
  await insert.getByRole("button", { name: "Text", exact: true }).click();
  await page.keyboard.type("Or read how we brew it: ");
  await page.keyboard.type(GUIDE);
  await page.keyboard.type(" ");

  // A name that nobody has is told while writing; so is a brace too few, which stops a send.
  await page.getByRole("tab", { name: /Checks/ }).click();
  await expect(envelope).toContainText("cty");
  await replaceText(page, "{{ subscriber.cty }}", "{{ subscriber.city");
  await expect(
    envelope.getByRole("listitem").filter({ has: page.getByRole("img", { name: "Failed" }) }),
  ).toHaveCount(1);
  await lookAt(page, "25-editor-broken");
  for (const _ of "{{ subscriber.city") await page.keyboard.press("Backspace");
  await page.keyboard.type("See you there.");
  await expect(envelope.getByRole("img", { name: "Failed" })).toHaveCount(0);
  await lookAt(page, "26-editor");
}

/** Selects a piece of text in the mail as a double click and shift would, and types over it. */
async function replaceText(page: Page, old: string, fresh: string): Promise<void> {
  await page.getByRole("textbox", { name: "Mail" }).evaluate((mail, text) => {
    const walker = document.createTreeWalker(mail, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const at = node.textContent?.indexOf(text) ?? -1;
      if (at < 0) continue;
      getSelection()?.setBaseAndExtent(node, at, node, at + text.length);
      return;
    }
    throw new Error(`"${text}" is not in the mail`);
  }, old);
  await page.keyboard.type(fresh);
}

/** As a subscriber sees it, on a desk, on a phone and as text; then as a test to the writer's own inbox. */
export async function previewAndTest(house: House): Promise<void> {
  const { page, installation } = house;
  await page.getByRole("button", { name: "Preview" }).click();
  await page.getByRole("combobox", { name: "Preview as" }).fill("ines.alm");
  await page.getByRole("option", { name: new RegExp(INES.replaceAll("+", "\\+")) }).click();
  const frame = page.frameLocator("iframe.preview-frame");
  await expect(frame.getByText("we roast for KIEL on Friday")).toBeVisible();
  await expect(frame.getByText("Hello Ines")).toBeVisible();
  await expect(frame.getByRole("img", { name: "A roasting drum" })).toBeVisible();
  await expect(page.getByRole("region", { name: "Preview" })).toContainText(subjectFor("Ines"));
  await lookAt(page, "27-preview");
  await page.getByRole("button", { name: "Phone" }).click();
  await lookAt(page, "28-preview-phone");
  await page.getByRole("button", { name: "Text" }).click();
  await expect(page.getByRole("region", { name: "Preview" })).toContainText(/chestnut and plum/i);

  const address = page.url();
  await page.getByRole("button", { name: "Send test" }).click();
  const dialog = page.getByRole("alertdialog");
  await expect(dialog.getByLabel("To")).toHaveValue("mara@nordkai.example");
  await lookAt(page, "29-send-test");
  await dialog.getByRole("button", { name: "Send the test" }).click();
  await expect(dialog).toHaveCount(0);
  const mail = await openMail(
    page,
    installation.base,
    "mara@nordkai.example",
    `[Test] ${subjectFor("Ines")}`,
  );
  expect(mail.text).toContain("KIEL");
  await lookAt(page, "30-sandbox-test");
  await page.goto(address);
}

/** The last look, then a time at the next full minute. What waits meanwhile is looked at, too. */
export async function reviewAndSchedule(house: House): Promise<void> {
  const { page, url, kiel } = house;
  await page.getByRole("button", { name: "Review and send" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Review and send" })).toBeVisible();
  await expect(page.getByRole("region", { name: "Who gets it" })).toContainText(number(kiel.length));
  await expect(page.getByRole("region", { name: "Checks" }).getByRole("img", { name: "Failed" })).toHaveCount(
    0,
  );
  await expect(page.getByRole("region", { name: "When it arrives" })).toContainText(
    /All of it leaves within the hour\.|The last of it leaves/,
  );
  await page.getByText("At a time", { exact: true }).click();
  await page.getByLabel("Date and time").fill(soon(5_000));
  await lookAt(page, "31-review");
  await page.getByLabel("Date and time").fill(soon(5_000));
  await page.getByRole("button", { name: `Schedule for ${number(kiel.length)} people` }).click();
  await expect(page.getByText("Scheduled").first()).toBeVisible();
  await lookAt(page, "32-scheduled");
  await page.goto(url(""));
  await lookAt(page, "33-home-scheduled");
}

/** Live until it is finished: everybody is accounted for, and the numbers are those that the sandbox's habits make. */
export async function watchUntilFinished(house: House): Promise<void> {
  const { page, url, kiel } = house;
  await page.goto(url("/campaigns"));
  const row = page.getByRole("main").getByRole("row").filter({ hasText: NAME });
  await expect(row).toContainText(/Sending|Finished/, { timeout: 90_000 });
  await row.getByRole("link").first().click();
  await lookAt(page, "34-report-live");
  await expect(page.getByText("Finished", { exact: true }).first()).toBeVisible({ timeout: 120_000 });
  await expect(page.getByText("Adds up, every recipient is accounted for")).toBeVisible();
  const sum = await readEquation(page);
  const count = (what: string) => kiel.filter((address) => expected(address) === what).length;
  const { accepted = 0, bounced = 0, ...others } = sum;
  // Who bounced by a report afterwards was accepted first, and may be either by now.
  expect(accepted + bounced).toBe(count("accepted") + count("bounced"));
  expect(bounced).toBeGreaterThanOrEqual(count("bounced"));
  expect(bounced).toBeLessThan(count("bounced") + 10);
  expect(others).toEqual({
    suppressed: 0,
    expired: 0,
    cancelled: 0,
    uncertain: count("uncertain"),
    waiting: 0,
    "audience, frozen": kiel.length,
  });
  await lookAt(page, "35-report-finished");
}

/** The mail as Ines got it. */
export async function readMail(house: House): Promise<SandboxMail> {
  const { page, installation } = house;
  const mail = await openMail(page, installation.base, INES, subjectFor("Ines"));
  expect(mail.authentication).toMatch(/SPF pass[\s\S]*DKIM pass[\s\S]*DMARC pass/);
  expect(mail.text).toContain("Hafenstraße 4");
  expect(headerOf(mail.raw, "List-Id")).toContain(LIST);
  const frame = page.frameLocator("iframe");
  await expect(frame.getByText("Hello Ines")).toBeVisible();
  await expect(frame.getByRole("link", { name: "Read on" })).toHaveAttribute("href", /\/l\/[\w-]+\/\d+$/);
  await lookAt(page, "36-sandbox-campaign-mail");
  return mail;
}

/** The terms of a report's equation by name, as they stand on the page. */
export async function readEquation(page: Page): Promise<Record<string, number>> {
  const pairs = await page
    .locator("dl > .term")
    .evaluateAll((terms) =>
      terms.map((term) => [
        term.querySelector("dt")?.textContent?.trim() ?? "",
        Number((term.querySelector("dd")?.textContent ?? "").replace(/\D/g, "")),
      ]),
    );
  return Object.fromEntries(pairs);
}

/** The next full minute at least `leastMs` from now, as a date-and-time field wants it. */
function soon(leastMs: number): string {
  const at = new Date(Math.ceil((Date.now() + leastMs) / 60_000) * 60_000);
  const text = new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE, dateStyle: "short", timeStyle: "short" });
  return text.format(at).replace(" ", "T");
}

/** A picture larger than mails want, so that it has to be made smaller. */
function picture(): Promise<Buffer> {
  const overlay = Buffer.from(
    '<svg width="1800" height="900"><circle cx="900" cy="450" r="360" fill="#8a4b20"/><circle cx="900" cy="450" r="210" fill="#3c1f10"/></svg>',
  );
  return sharp({ create: { width: 1800, height: 900, channels: 3, background: "#e8dccb" } })
    .composite([{ input: overlay }])
    .png()
    .toBuffer();
}
