import { expect, test } from "@playwright/test";
import {
  click,
  expectSuppressions,
  keepAway,
  lookAtDeliverability,
  sendAgain,
  unsubscribe,
} from "./journey/aftermath.ts";
import { importExport, importSpreadsheet, makeList, makeSegment, setUp, signUp } from "./journey/audience.ts";
import {
  previewAndTest,
  readMail,
  reviewAndSchedule,
  watchUntilFinished,
  writeCampaign,
} from "./journey/campaign.ts";
import { type House, openHouse } from "./journey/house.ts";
import type { SandboxMail } from "./journey/inbox.ts";
import { findings } from "./journey/look.ts";

// The first campaign of a house, from the first page to the last number, as a marketer, a subscriber and an
// administrator go through it. Nothing is looked up or put into the database behind the pages' back.

let house: House;
let mail: SandboxMail;
let errors: string[] = [];

test.describe.configure({ mode: "serial" });
test.beforeAll(async ({ browser }) => {
  test.setTimeout(300_000);
  house = await openHouse(browser);
  house.page.on("pageerror", (error) => errors.push(error.message));
});
test.afterAll(async () => {
  // Said here too, for a journey that did not come to its end.
  if (findings.length > 0) console.error(findings.join("\n"));
  await house?.close();
});
test.beforeEach(() => {
  errors = [];
});
test.afterEach(() => expect(errors).toEqual([]));

test("the first run makes an administrator and a workspace, once", () => setUp(house));
test("a list is made", () => makeList(house));
test("an export of Mailchimp becomes people with consent and tags", () => importExport(house));
test("a spreadsheet of 10,000 rows is taken but for the 200 that are broken", () => importSpreadsheet(house));
test("a visitor signs up by a form and is in only after confirming", () => signUp(house));
test("a segment counts itself while it is written", () => makeSegment(house, "In Kiel"));
test("a campaign is written, and what is broken is marked", () => writeCampaign(house, "In Kiel"));
test("it is previewed as a subscriber and sent as a test", () => previewAndTest(house));
test("it is looked over and scheduled", () => reviewAndSchedule(house));
test("it goes out at its time, and everybody is accounted for", () => watchUntilFinished(house));
test("the mail is what was written, signed", async () => {
  mail = await readMail(house);
});
test("a click is counted and leads to the campaign's link only", () => click(house, mail));
test("one plain POST unsubscribes", () => unsubscribe(house, mail));
test("bounces and complaints come back and suppress", () => expectSuppressions(house));
test("the next campaign leaves them out and says why", () => sendAgain(house));
test("the deliverability page shows it", () => lookAtDeliverability(house));
test("a source is kept away from a provider, and sends there again", () => keepAway(house));
test("axe finds nothing on any page on the way, and none is wider than its window", () => {
  expect(findings).toEqual([]);
});
