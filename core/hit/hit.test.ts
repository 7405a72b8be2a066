import { asc, eq } from "drizzle-orm";
import { describe, expect, test } from "vitest";
import { campaignLinks, hits, subscribers } from "#db/schema/index.ts";
import { testDatabase } from "#db/testing/database.ts";
import { makeCampaign, makeSubscriber, makeWorkspace, systemCtx } from "#db/testing/factories.ts";
import { linkKeys } from "../mail/link-keys.ts";
import { recipientTokens } from "../mail/links.ts";
import type { Ctx } from "../platform/context.ts";
import { recordClick, recordOpen } from "./record.ts";
import { classifyHit } from "./rules.ts";

const { db } = await testDatabase();
const BROWSER =
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36";

describe("classifyHit", () => {
  const facts = {
    kind: "click",
    method: "GET",
    ip: "192.0.2.9",
    userAgent: BROWSER,
    sinceAcceptedMs: 60_000,
    others: [],
    link: 0,
  } as const;
  test.each([
    ["a browser", {}, "human"],
    ["HEAD", { method: "HEAD" }, "scanner"],
    ["no agent", { userAgent: null }, "machine"],
    [
      "a crawler",
      { userAgent: "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)" },
      "machine",
    ],
    ["a gateway", { userAgent: "BarracudaCentral/1.0" }, "scanner"],
    ["Microsoft's network", { ip: "40.94.3.2" }, "scanner"],
    ["three links in two seconds", { others: [{ link: 1 }, { link: 2 }] }, "scanner"],
    ["the same link thrice", { others: [{ link: 0 }, { link: 0 }] }, "human"],
    ["Apple's prefetch", { kind: "open", ip: "17.58.1.1" }, "prefetch"],
    ["a click through Apple's network", { ip: "17.58.1.1" }, "human"],
    [
      "Gmail's image proxy",
      {
        kind: "open",
        userAgent:
          "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
      },
      "human",
    ],
    ["an address that is none", { ip: "nonsense" }, "human"],
  ] as const)("%s", (_name, change, expected) => {
    expect(
      classifyHit({ ...facts, ...change, others: [...("others" in change ? change.others : [])] }).class,
    ).toBe(expected);
  });
});

async function campaignWithLinks() {
  const workspace = await makeWorkspace(db);
  const campaign = await makeCampaign(db, workspace.id);
  await db
    .insert(campaignLinks)
    .values([0, 1, 2].map((n) => ({ campaignId: campaign.id, n, url: `https://shop.example/${n}` })));
  const person = await makeSubscriber(db, workspace.id);
  const ctx: Ctx = { ...systemCtx(db), actor: { kind: "subscriber", ip: "192.0.2.1", userAgent: BROWSER } };
  const { view, manage } = recipientTokens(linkKeys(ctx.settings.secret), {
    workspace: workspace.id,
    campaign: campaign.id,
    seq: 1,
    subscriber: person.id,
    lists: [],
  });
  return { ctx, campaign, person, view, manage };
}

describe("recording", () => {
  test("a click leads to a link of its campaign and nowhere else", async () => {
    const { ctx, view, manage } = await campaignWithLinks();
    expect(await recordClick(ctx, { token: view, n: 1, method: "GET" })).toBe("https://shop.example/1");
    for (const n of [9, -1, 1.5, Number.NaN, 40_000])
      expect(await recordClick(ctx, { token: view, n, method: "GET" })).toBeNull();
    expect(await recordClick(ctx, { token: manage, n: 1, method: "GET" })).toBeNull();
    expect(await recordClick(ctx, { token: `${view}x`, n: 1, method: "GET" })).toBeNull();
  });

  test("people's hits move their engagement, machines' are kept and do not", async () => {
    const { ctx, campaign, person, view } = await campaignWithLinks();
    await recordOpen(ctx, { token: view, method: "HEAD" });
    const read = async () => (await db.select().from(subscribers).where(eq(subscribers.id, person.id)))[0]!;
    expect((await read()).lastOpenedAt).toBeNull();
    await recordOpen(ctx, { token: view, method: "GET" });
    expect((await read()).lastOpenedAt).not.toBeNull();
    await recordOpen(ctx, { token: "forged", method: "GET" });
    const kept = await db.select().from(hits).where(eq(hits.campaignId, campaign.id)).orderBy(asc(hits.id));
    expect(kept.map((hit) => hit.class)).toEqual(["scanner", "human"]);
  });

  test("a burst classes its first clicks anew", async () => {
    const { ctx, campaign, view } = await campaignWithLinks();
    for (const n of [0, 1, 2]) await recordClick(ctx, { token: view, n, method: "GET" });
    const kept = await db.select().from(hits).where(eq(hits.campaignId, campaign.id));
    expect(kept.map((hit) => hit.class)).toEqual(["scanner", "scanner", "scanner"]);
  });
});
