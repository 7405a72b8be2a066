import { readFileSync } from "node:fs";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { type Browser, expect, type Page } from "@playwright/test";
import { decodeStream, readCsv as readRows } from "#core/import/csv.ts";
import { type Installation, startInstallation } from "../installation.ts";
import { makePeople, type Person } from "./people.ts";

export const WORKSPACE = "nordkai";
export const LIST = "Friday Roast";
export const ROWS = 10_000;
export const BROKEN_ROWS = 200;

/** Signs up by the form. */
export const NEWCOMER = "jonas.berg+open@yahoo.com";
/** Clicks, then unsubscribes by one click. */
export const INES = "ines.almeida+open@gmail.com";
/** Refused at once. */
export const DEAD = "moved.away+unknown@gmail.com";
/** Accepted, and bounced by a report afterwards. */
export const DEAD_LATER = "karla+dsn@werkstatt3.example";
export const COMPLAINER = "gregor+complain@outlook.com";

/** A file of the project's own in the shape in which Mailchimp exports. */
export const EXPORT = fileURLToPath(
  new URL("../fixtures/subscribed_members_export_4f2a9c.csv", import.meta.url),
);

/** A running installation, the studio's page in it, and the people that the journey knows of. */
export interface House {
  installation: Installation;
  browser: Browser;
  /** Where the administrator, who is a marketer too, is logged in. */
  page: Page;
  /** Rows of the export by column. */
  exported: Record<string, string>[];
  /** People of the made file. */
  made: Person[];
  /** Addresses of all who live in Kiel, the newcomer among them. */
  kiel: string[];
  /** An address of the workspace. */
  url(path: string): string;
  close(): Promise<void>;
}

export async function openHouse(browser: Browser): Promise<House> {
  const exported = await readCsv(readFileSync(EXPORT));
  const made = makePeople(ROWS - BROKEN_ROWS);
  const installation = await startInstallation();
  const context = await browser.newContext({ reducedMotion: "reduce", timezoneId: "Europe/Berlin" });
  const page = await context.newPage();
  return {
    installation,
    browser,
    page,
    exported,
    made,
    kiel: [
      ...made.filter((one) => one.city === "Kiel").map((one) => one.address),
      ...exported.filter((one) => one.City === "Kiel").map((one) => one["Email Address"] ?? ""),
      NEWCOMER,
    ],
    url: (path) => `${installation.base}/${WORKSPACE}${path}`,
    async close() {
      await context.close();
      await installation.stop();
    },
  };
}

/** Rows of a CSV with commas by column; surplus cells do not hurt. */
export async function readCsv(bytes: Buffer): Promise<Record<string, string>[]> {
  let header: string[] | null = null;
  const rows: Record<string, string>[] = [];
  for await (const { cells } of readRows(decodeStream(Readable.from([bytes]), "utf-8"), ",")) {
    if (header) rows.push(Object.fromEntries(header.map((name, i) => [name, cells[i] ?? ""])));
    else header = cells;
  }
  return rows;
}

/** A visitor without a session, as subscribers are; a cookie on the way would be an error. */
export async function asVisitor(house: House, visit: (guest: Page) => Promise<void>): Promise<void> {
  const context = await house.browser.newContext({ reducedMotion: "reduce" });
  await visit(await context.newPage());
  expect(await context.cookies()).toEqual([]);
  await context.close();
}

/** Picks an entry of a field with chips: types it, takes it from the list. */
export async function pick(page: Page, field: string | RegExp, entry: string): Promise<void> {
  await page.getByRole("combobox", { name: field }).fill(entry);
  await page.getByRole("option", { name: entry, exact: true }).click();
  await expect(page.getByRole("button", { name: `Remove ${entry}` })).toBeVisible();
}

export const number = (n: number): string => n.toLocaleString("en");
