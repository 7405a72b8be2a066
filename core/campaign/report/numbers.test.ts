import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { VERDICTS } from "#core/mail/reply/types.ts";
import { campaignMinutes, consentEvents, hits } from "#db/schema/index.ts";
import { testDatabase } from "#db/testing/database.ts";
import {
  makeCampaign,
  makeList,
  makeSender,
  makeSource,
  makeSubscriber,
  makeSuppression,
  makeWorkspace,
  systemCtx,
  workspaceCtx,
} from "#db/testing/factories.ts";
import { launchCampaign } from "../launch.ts";
import { EMPTY_AUDIENCE } from "../types.ts";
import { readEngagement, readLinks } from "./engagement.ts";
import { countLeftOut, exportLeftOut, listLeftOut } from "./left-out.ts";
import { readCampaignReport } from "./read.ts";
import { RecipientFilter } from "./recipient-filter.ts";
import { countRecipients, exportRecipients, listRecipients } from "./recipients.ts";

const { db } = await testDatabase();
const source = await makeSource(db);

/** One recipient a state: 1 accepted by Google, and so on in order of sending. */
const STATES = ["a", "a", "a", "b", "e", "x", "s", "w", "d"] as const;

async function campaign() {
  const workspace = await makeWorkspace(db);
  const sender = await makeSender(db, workspace.id);
  const list = await makeList(db, workspace.id);
  for (let i = 0; i < STATES.length; i++)
    await makeSubscriber(db, workspace.id, { address: `p${i}@ws${workspace.id}.example`, listId: list.id });
  const complained = await makeSubscriber(db, workspace.id, { listId: list.id });
  await makeSuppression(db, { address: complained.address, workspaceId: workspace.id, reason: "complaint" });
  await makeSubscriber(db, workspace.id, { listId: list.id, status: "unsubscribed" });
  await makeSubscriber(db, workspace.id, {
    address: "=cmd@x.example",
    listId: list.id,
    status: "unsubscribed",
  });
  const { id } = await makeCampaign(db, workspace.id, {
    senderId: sender.id,
    audience: { ...EMPTY_AUDIENCE, include: { lists: [list.id], segments: [] } },
  });
  expect(await launchCampaign(systemCtx(db), { campaignId: id, revision: 1 })).toMatchObject({
    ok: true,
    audience: STATES.length,
  });
  for (const [i, state] of STATES.entries()) {
    await db.execute(sql`update deliveries set state = ${state}::"char", verdict = ${state === "b" ? VERDICTS.indexOf("blocked") : null},
      reply = ${state === "b" ? "550 no" : null} where campaign_id = ${id} and seq = ${i + 1}`);
  }
  await db.execute(sql`update streams set next_seq = last_seq where campaign_id = ${id}`);
  await db.execute(sql`delete from rollups where campaign_id = ${id}`);
  await db.execute(sql`insert into rollups (campaign_id, bucket, source_id, state, n)
    select d.campaign_id, s.bucket, ${source.id}, d.state, count(*) from deliveries d join streams s on s.campaign_id = d.campaign_id
      and d.seq between s.first_seq and s.last_seq where d.campaign_id = ${id} group by 1, 2, 4`);
  return { id, workspace, ctx: workspaceCtx(db, workspace.id, { role: "viewer" }) };
}

type Made = Awaited<ReturnType<typeof campaign>>;

/** Rows on the page, the number above them, and lines of the export; all three have to be the same. */
async function behind({ id, ctx }: Made, query: Record<string, string>): Promise<number[]> {
  const filter = RecipientFilter.parse(query);
  const page = await listRecipients(ctx, id, filter, { after: 0 });
  let csv = "";
  for await (const piece of exportRecipients(ctx, id, filter)) csv += piece;
  expect(csv.trim().split("\r\n")).toHaveLength(page.rows.length + 1);
  const count = await countRecipients(ctx, id, filter);
  if (count !== null) expect({ query, count }).toEqual({ query, count: page.rows.length });
  return page.rows.map((row) => row.seq);
}

test("each number of the ledger, of a provider and of a place opens exactly its recipients", async () => {
  const made = await campaign();
  const report = await readCampaignReport(made.ctx, made.id);
  const { equation: sum } = report;
  expect(sum).toMatchObject({ accepted: 3, bounced: 1, expired: 1, uncertain: 1, suppressed: 1, waiting: 2 });
  for (const term of [
    "accepted",
    "bounced",
    "suppressed",
    "expired",
    "cancelled",
    "uncertain",
    "waiting",
  ] as const)
    expect(await behind(made, { state: term })).toHaveLength(sum[term]);
  expect(await behind(made, {})).toHaveLength(sum.audience);
  for (const row of report.providers) {
    const bucket = String(row.bucket);
    expect(await behind(made, { bucket })).toHaveLength(row.audience);
    for (const state of ["accepted", "bounced", "waiting"] as const)
      expect(await behind(made, { bucket, state })).toHaveLength(row[state]);
  }
  expect(await behind(made, { verdict: "blocked" })).toEqual([4]);
  expect(await behind(made, { state: "nonsense", bucket: "-1", link: "x" })).toHaveLength(sum.audience);
  expect(await behind(made, { q: "p3@" })).toHaveLength(1);
});

test("people and programs are counted apart, each with its recipients and its reason", async () => {
  const made = await campaign();
  const { id, workspace, ctx } = made;
  const hit = (
    seq: number,
    kind: "open" | "click",
    cls: "human" | "scanner" | "prefetch",
    because: string,
  ) => ({
    workspaceId: workspace.id,
    campaignId: id,
    seq,
    kind,
    class: cls,
    because,
    link: kind === "click" ? 0 : null,
  });
  await db
    .insert(hits)
    .values([
      hit(1, "open", "human", ""),
      hit(1, "open", "human", ""),
      hit(1, "click", "human", ""),
      hit(2, "click", "scanner", "It asked for a HEAD"),
      hit(2, "click", "scanner", "It asked for a HEAD"),
      hit(3, "click", "scanner", "Many links within two seconds"),
      hit(3, "open", "prefetch", "Ahead of time"),
    ]);
  const engagement = await readEngagement(ctx, id);
  expect(engagement).toMatchObject({ opened: 1, opens: 2, clicked: 1, clicks: 1 });
  expect(await behind(made, { did: "opened" })).toEqual([1]);
  expect(await behind(made, { did: "clicked" })).toEqual([1]);
  expect(engagement.machines).toHaveLength(3);
  for (const row of engagement.machines) {
    const did = row.kind === "open" ? "opened" : "clicked";
    expect(await behind(made, { did, by: row.class, why: row.because })).toHaveLength(row.people);
  }
  const [link] = await readLinks(ctx, id);
  expect(link).toMatchObject({ people: 1, clicks: 1 });
  expect(await behind(made, { did: "clicked", link: String(link!.n) })).toHaveLength(link!.people);
});

test("who left by the mail stands behind its number, complaints apart", async () => {
  const made = await campaign();
  const [person] = await db.execute<{ id: number }>(
    sql`select subscriber_id::int as id from deliveries where campaign_id = ${made.id} and seq = 2`,
  );
  await db.insert(consentEvents).values({
    workspaceId: made.workspace.id,
    subscriberId: person!.id,
    campaignId: made.id,
    kind: "unsubscribed",
    source: "One click",
  });
  expect((await readEngagement(made.ctx, made.id)).unsubscribed).toBe(1);
  expect(await behind(made, { did: "unsubscribed" })).toEqual([2]);
  expect(await behind(made, { did: "complained" })).toEqual([]);
});

test("those left out are listed and exported by reason, and a spreadsheet runs none of it", async () => {
  const { id, ctx } = await campaign();
  const counted = await countLeftOut(ctx, id);
  expect(Object.fromEntries(counted.map((row) => [row.reason, row.n]))).toEqual({
    unsubscribed: 2,
    suppressed: 1,
  });
  for (const { reason, n } of counted) {
    expect((await listLeftOut(ctx, id, { reason, after: 0 })).rows).toHaveLength(n);
    let csv = "";
    for await (const piece of exportLeftOut(ctx, id, reason)) csv += piece;
    expect(csv.trim().split("\r\n")).toHaveLength(n + 1);
    if (reason === "unsubscribed") expect(csv).toContain("'=cmd@x.example,unsubscribed");
  }
  const first = await listLeftOut(ctx, id, { reason: null, after: 0, limit: 2 });
  expect(first.next).not.toBeNull();
  expect((await listLeftOut(ctx, id, { reason: null, after: first.next!, limit: 2 })).rows).toHaveLength(1);
});

test("pace and deferrals of a provider come from its minutes", async () => {
  const { id, ctx } = await campaign();
  const [stream] = await db.execute<{ bucket: number }>(
    sql`select bucket from streams where campaign_id = ${id} limit 1`,
  );
  const minute = Math.floor(Date.now() / 60_000) * 60_000;
  // This minute and the one before: either is the last full one, should the clock move on meanwhile.
  for (const at of [minute - 60_000, minute])
    await db.insert(campaignMinutes).values({
      campaignId: id,
      bucket: stream!.bucket,
      sourceId: source.id,
      minute: new Date(at),
      accepted: 3,
      deferred: 1,
      bounced: 0,
    });
  const { providers, pace } = await readCampaignReport(ctx, id);
  expect(pace).toBe(3);
  expect(providers[0]).toMatchObject({ pace: 3, deferred: 2, deferredShare: 0.25 });
});
