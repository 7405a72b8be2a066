import { expect, type Page } from "@playwright/test";

export interface SandboxMail {
  /** The message as it came over the wire. */
  raw: string;
  text: string;
  /** SPF, DKIM and DMARC as the page says them. */
  authentication: string;
}

/** Opens the newest mail to `address` with `subject` in the sandbox inbox, once it is there and checked. */
export async function openMail(
  page: Page,
  base: string,
  address: string,
  subject: string,
): Promise<SandboxMail> {
  const row = page.getByRole("row").filter({ hasText: address }).filter({ hasText: subject }).first();
  await expect(async () => {
    await page.goto(`${base}/admin/sandbox?q=${encodeURIComponent(address)}`);
    await expect(row).toContainText("DKIM", { timeout: 500 });
  }).toPass({ timeout: 60_000 });
  await row.getByRole("link").click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(subject);
  const source = page.getByRole("link", { name: "Source", exact: true });
  const raw = await page.request.get(new URL((await source.getAttribute("href")) ?? "", base).href);
  const part = (name: string) => page.getByRole("region", { name }).first().innerText();
  return {
    raw: (await raw.body()).toString("latin1"),
    text: await part("Text part"),
    authentication: await part("What the receiver made of it"),
  };
}

/** How many mails the sandbox inbox lists for a search. */
export async function countMails(page: Page, base: string, search: string): Promise<number> {
  await page.goto(`${base}/admin/sandbox?q=${encodeURIComponent(search)}`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Sandbox inbox");
  return page.getByRole("rowheader").count();
}

/** The value of a header field, unfolded; empty where there is none. */
export function headerOf(raw: string, name: string): string {
  const head = raw.slice(0, raw.indexOf("\r\n\r\n")).replace(/\r\n[ \t]+/g, " ");
  const line = head.split("\r\n").find((one) => one.toLowerCase().startsWith(`${name.toLowerCase()}:`));
  return line?.slice(name.length + 1).trim() ?? "";
}
