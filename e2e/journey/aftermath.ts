import { request } from "node:http";
import { expect } from "@playwright/test";
import { openPerson } from "./audience.ts";
import { NAME, readEquation, SHOP } from "./campaign.ts";
import { COMPLAINER, DEAD, DEAD_LATER, type House, INES, NEWCOMER, number } from "./house.ts";
import { countMails, headerOf, openMail, type SandboxMail } from "./inbox.ts";
import { lookAt } from "./look.ts";

/** A tracked click leads to the campaign's own link, and no click link to anywhere else. */
export async function click({ page, url, installation }: House, mail: SandboxMail): Promise<void> {
  const link = new RegExp(`${installation.base}/l/[\\w-]+/\\d+`).exec(mail.text)?.[0] ?? "";
  const answer = await plain("GET", link);
  expect(answer.status).toBe(302);
  expect(answer.headers.location).toBe(SHOP);
  expect(answer.headers["set-cookie"]).toBeUndefined();
  for (const wrong of [
    link.replace(/\d+$/, "999"),
    link.replace("/l/", "/l/A"),
    `${link}?u=https://evil.example/`,
  ]) {
    const { status, headers } = await plain("GET", wrong);
    expect([SHOP, undefined]).toContain(headers.location);
    if (headers.location === undefined) expect(status).toBe(404);
  }
  await page.goto(url("/campaigns"));
  await page.getByRole("main").getByRole("link", { name: NAME }).click();
  await page.getByRole("main").getByRole("link", { name: "Links", exact: true }).click();
  await expect(page.getByRole("row", { name: /shop.nordkai.example/ })).toBeVisible();
  await lookAt(page, "37-links");
  await page.getByRole("main").getByRole("link", { name: "Engagement", exact: true }).click();
  await lookAt(page, "38-engagement");
  await openPerson(page, url, INES);
  await expect(page.getByRole("region", { name: "Timeline" })).toContainText("Clicked");
}

/** RFC 8058: a plain POST to the address in the header, and nothing else, is enough. */
export async function unsubscribe({ page, url }: House, mail: SandboxMail): Promise<void> {
  const target = /<(https?:[^>]+)>/.exec(headerOf(mail.raw, "List-Unsubscribe"))?.[1] ?? "";
  expect(headerOf(mail.raw, "List-Unsubscribe-Post")).toBe("List-Unsubscribe=One-Click");
  expect((await plain("GET", target)).status).toBe(200);
  await openPerson(page, url, INES);
  await expect(page.getByRole("region", { name: "Lists" })).toContainText("confirmed since");
  const answer = await plain("POST", target, "List-Unsubscribe=One-Click");
  expect(answer.status).toBe(200);
  expect(answer.headers.location).toBeUndefined();
  expect(answer.headers["set-cookie"]).toBeUndefined();
  await page.reload();
  await expect(page.getByRole("region", { name: "Lists" })).toContainText("unsubscribed since");
}

/** What the receivers said afterwards has come back: a bounce by report and a complaint are suppressions with evidence. */
export async function expectSuppressions({ page, url }: House): Promise<void> {
  await expect(async () => {
    await page.goto(url("/suppressions"));
    for (const address of [DEAD, DEAD_LATER, COMPLAINER])
      await expect(page.getByRole("row").filter({ hasText: address })).toBeVisible({ timeout: 500 });
  }).toPass({ timeout: 60_000 });
  await lookAt(page, "39-suppressions");
}

/** The same mail again to the same segment: who left, bounced or complained is left out, each with the reason. */
export async function sendAgain(house: House): Promise<void> {
  const { page, url, kiel } = house;
  await page.goto(url("/campaigns"));
  await page.getByRole("button", { name: `Acts on ${NAME}` }).click();
  await page.getByRole("menuitem", { name: "Duplicate" }).click();
  await expect(page.getByLabel("Name of the campaign")).toHaveValue(new RegExp(NAME));
  await page.getByLabel("Name of the campaign").fill("Winter roast");
  await page.getByLabel("Subject").fill('{{ subscriber.first_name | default: "Friend" }}, winter is here');
  await page.getByRole("button", { name: "Review and send" }).click();
  const who = page.getByRole("region", { name: "Who gets it" });
  await expect(who).toContainText(`of ${number(kiel.length)}`);
  await lookAt(page, "40-review-again");
  await page.getByRole("button", { name: /^Send to / }).click();
  await expect(page.getByRole("button", { name: "Take it back" })).toBeVisible();
  await lookAt(page, "41-take-back");
  await expect(page.getByText("Finished", { exact: true }).first()).toBeVisible({ timeout: 180_000 });
  await expect(page.getByText("Adds up, every recipient is accounted for")).toBeVisible();
  const sum = await readEquation(page);
  const leftOut = page.getByRole("link", { name: /left out before launch/ });
  const out = Number((await leftOut.innerText()).replace(/\D/g, ""));
  expect((sum["audience, frozen"] ?? 0) + out).toBe(kiel.length);
  expect(out).toBeGreaterThanOrEqual(4);
  await leftOut.click();
  await lookAt(page, "42-left-out");
  const list = page.url();
  for (const [address, why] of [
    [INES, /unsubscribed/],
    [DEAD, /suppressed.*(dead|bounce)/i],
    [DEAD_LATER, /suppressed.*(dead|bounce)/i],
    [COMPLAINER, /suppressed.*complain/i],
  ] as const) {
    await page.goto(list);
    await page.getByRole("link", { name: address }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Why did ${address} not get it?`);
    await expect(page.getByRole("main").getByRole("heading", { level: 2 }).first()).toHaveText(why);
    await lookAt(page, `43-why-${address.split(/[+@]/)[0]}`);
  }
  const { base } = house.installation;
  for (const address of [INES, DEAD_LATER, COMPLAINER]) expect(await countMails(page, base, address)).toBe(1);
  expect(await countMails(page, base, DEAD)).toBe(0);
  await openMail(page, base, NEWCOMER, "Friend, winter is here");
}

/** The administrator's side: what was accepted, refused and complained about, and by whom it was carried. */
export async function lookAtDeliverability({ page, installation }: House): Promise<void> {
  await page.goto(`${installation.base}/admin/deliverability`);
  const stat = (label: string) =>
    page.locator("dl > div", { has: page.locator("dt", { hasText: label }) }).locator("dd");
  await expect(stat("Complained")).toContainText(/[1-9]\d* reports?/);
  await expect(stat("Bounced")).toContainText(/[1-9]\d* messages/);
  const providers = page.getByRole("table", { name: "Replies by provider" });
  for (const name of ["Google", "Microsoft", "Yahoo"])
    await expect(providers.getByRole("row").filter({ hasText: name }).first()).toBeVisible();
  await lookAt(page, "44-deliverability");
  await page.getByRole("button", { name: "Table" }).first().click();
  await lookAt(page, "45-deliverability-table");
  for (const [path, name] of [
    ["/admin/lanes", "46-lanes"],
    ["/admin/suppressions", "47-all-suppressions"],
    ["/admin/sandbox", "48-sandbox"],
    ["/admin/system", "49-system"],
    ["/admin/sources", "50-sources"],
    ["/admin/domains", "51-domains"],
    ["/admin/team", "52-team"],
  ] as const) {
    await page.goto(installation.base + path);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await lookAt(page, name);
  }
}

/** A source is kept away from a provider, says so, and sends there again. */
export async function keepAway({ page, installation }: House): Promise<void> {
  await page.goto(`${installation.base}/admin/sources`);
  await page.getByRole("row").getByRole("link").first().click();
  const panel = page.getByRole("region", { name: "Receivers" });
  await expect(panel).toContainText("It sends to every receiver");
  await panel.getByRole("button", { name: "Change…" }).click();
  const dialog = page.getByRole("alertdialog");
  await dialog.getByLabel("Receivers to keep away from").fill("comc");
  await page.keyboard.press("Enter");
  await lookAt(page, "53-keep-away");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(panel).toContainText("It sends nothing to Comcast");
  await lookAt(page, "54-source");
  await panel.getByRole("button", { name: "Change…" }).click();
  await dialog.getByRole("button", { name: /Comcast/ }).click();
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(panel).toContainText("It sends to every receiver");
}

/** A request as a mail program's server makes it: no cookie, no redirect followed. */
function plain(
  method: "GET" | "POST",
  url: string,
  body = "",
): Promise<{ status: number; headers: Record<string, string | string[] | undefined>; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = {
      accept: "text/html",
      "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
      ...(method === "POST" ? { "content-type": "application/x-www-form-urlencoded" } : {}),
    };
    const call = request(url, { method, headers }, async (response) => {
      let text = "";
      for await (const chunk of response) text += chunk;
      resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
    });
    call.once("error", reject);
    call.end(body);
  });
}
