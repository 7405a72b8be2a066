import { eq, sql } from "drizzle-orm";
import { beforeEach, describe, expect, test } from "vitest";
import { DAY_MS, dayOf } from "#core/mail/warmup/caps.ts";
import {
  domains,
  installation,
  lanes,
  limitChanges,
  poolSources,
  pools,
  sites,
  sourceDays,
  sources,
  warmups,
} from "#db/schema/index.ts";
import { anotherDatabase } from "#db/testing/database.ts";
import {
  makeCampaign,
  makeList,
  makeSender,
  makeSource,
  makeWorkspace,
  systemCtx,
  workspaceCtx,
} from "#db/testing/factories.ts";
import { forecastCampaign, forecastRest } from "./forecast.ts";
import { launchCampaign } from "./launch.ts";
import { EMPTY_AUDIENCE } from "./types.ts";

const { db } = await anotherDatabase();
const workspace = await makeWorkspace(db);
const sender = await makeSender(db, workspace.id);
const source = await makeSource(db, { ip: "127.0.0.9" });
const ctx = workspaceCtx(db, workspace.id);
const HOUR_MS = 3_600_000;
const GOOGLE = 1;
const SMALL = 1_000;

const [site] = await db.insert(sites).values({ name: "gmail.com", providerId: GOOGLE }).returning();
await db.insert(domains).values([
  { name: "gmail.com", siteId: site!.id, status: "ok", resolvedAt: new Date() },
  { name: "gone.example", status: "no-domain", resolvedAt: new Date() },
]);

/** A draft to a list of its own, with so many people at each domain. */
async function draft(people: Record<string, number>, hours = 72): Promise<number> {
  const list = await makeList(db, workspace.id);
  for (const [domain, n] of Object.entries(people)) {
    await db.execute(sql`with new as (
      insert into subscribers (workspace_id, address, address_key, domain)
      select ${workspace.id}, a, a, ${domain} from (select 'p' || ${list.id}::int || '-' || g || '@' || ${domain} a from generate_series(1, ${n}::int) g) x returning id)
      insert into subscriptions (subscriber_id, list_id, workspace_id, status) select id, ${list.id}, ${workspace.id}, 'confirmed' from new`);
  }
  const campaign = await makeCampaign(db, workspace.id, {
    senderId: sender.id,
    audience: { ...EMPTY_AUDIENCE, include: { lists: [list.id], segments: [] } },
    expireAfterHours: hours,
  });
  return campaign.id;
}

const plan = (...daily: number[]) => ({ key: "own", name: "Own table", daily, hourly: daily });
const midnight = (days: number) => (dayOf(Date.now()) + days) * DAY_MS;

beforeEach(async () => {
  for (const table of [warmups, sourceDays, limitChanges, lanes]) await db.delete(table);
  await db.update(sources).set({ state: "active" });
  await db.update(pools).set({ overflow: "warm" });
});

describe("before it is sent", () => {
  test("what limits alone let through is out within the hour; the dead are not sent to", async () => {
    const campaignId = await draft({
      "gmail.com": 300,
      "small.example": 20,
      "other.example": 5,
      "gone.example": 3,
    });
    const answer = await forecastCampaign(ctx, { campaignId });
    expect(answer?.rows.map(({ bucket, recipients }) => [bucket, recipients])).toEqual([
      [GOOGLE, 300],
      [SMALL, 25],
    ]);
    expect(answer?.finishesAt).toBeLessThanOrEqual(Date.now() + HOUR_MS);
    expect(answer).toMatchObject({
      late: 0,
      rows: [{ warmup: null, isStopped: false }, { name: "Small sites" }],
    });
  });

  test("an address that is warmed up takes days, less what it sent today, and says who expires before", async () => {
    await db.insert(warmups).values({ sourceId: source.id, bucket: GOOGLE, plan: plan(100, 200, 400, 800) });
    await db.insert(sourceDays).values({
      sourceId: source.id,
      bucket: GOOGLE,
      day: dayOf(Date.now()),
      cap: 100,
      taken: 60,
      // All of it in an hour that is over: this one has its own share.
      hour: (new Date().getUTCHours() + 1) % 24,
      takenHour: 60,
      accepted: 60,
    });
    const campaignId = await draft({ "gmail.com": 640, "small.example": 20 }, 24);
    const answer = await forecastCampaign(ctx, { campaignId });
    // 40 today, then 200 and 400.
    const gmail = answer?.rows.find((row) => row.bucket === GOOGLE);
    expect(gmail).toMatchObject({ forecast: { days: 3 }, warmup: { capToday: 100, day: 1, days: 4 } });
    expect(answer?.finishesAt).toBeGreaterThan(midnight(2));
    expect(answer?.finishesAt).toBeLessThanOrEqual(midnight(3));
    expect(answer?.late).toBe(gmail?.forecast.late);
    expect(answer?.late).toBeGreaterThanOrEqual(400);
    expect(answer?.rows.find((row) => row.bucket === SMALL)?.forecast.late).toBe(0);
  });

  test("quotas count, in all and by address, and a relay is shared by all providers", async () => {
    await db.insert(limitChanges).values({ key: "google", overallPerDay: 100 });
    const campaignId = await draft({ "gmail.com": 250 });
    expect((await forecastCampaign(ctx, { campaignId }))?.rows[0]?.forecast).toMatchObject({ days: 3 });
    await db.update(limitChanges).set({ overallPerDay: null, perDay: 50 });
    expect((await forecastCampaign(ctx, { campaignId }))?.rows[0]?.forecast).toMatchObject({ days: 5 });
    await db.update(sources).set({ state: "held" });
    const relay = await makeSource(db, {
      kind: "relay",
      ip: null,
      host: "smtp.example.com",
      messagesPerDay: 200,
    });
    const both = await draft({ "gmail.com": 300, "small.example": 300 });
    const days = (await forecastCampaign(ctx, { campaignId: both }))?.rows.map((row) => row.forecast);
    expect(days).toMatchObject([{ days: 3 }, { days: 3 }]);
    await db.update(sources).set({ removedAt: new Date() }).where(sql`id = ${relay.id}`);
  });

  test("where all is held nothing leaves, and a rest only puts it off", async () => {
    const campaignId = await draft({ "gmail.com": 10 });
    const until = new Date(midnight(1) + 30 * 60_000);
    await db.insert(lanes).values({ sourceId: source.id, bucket: GOOGLE, suspendedUntil: until });
    expect((await forecastCampaign(ctx, { campaignId }))?.finishesAt).toBe(midnight(1) + HOUR_MS);
    // So does one of the whole source, though it has no lane there yet.
    await db.delete(lanes);
    await db.update(sources).set({ suspendedUntil: until }).where(eq(sources.id, source.id));
    expect((await forecastCampaign(ctx, { campaignId }))?.finishesAt).toBe(midnight(1) + HOUR_MS);
    await db.update(sources).set({ suspendedUntil: null });
    await db.insert(lanes).values({ sourceId: source.id, bucket: GOOGLE, heldAt: new Date() });
    expect(await forecastCampaign(ctx, { campaignId })).toMatchObject({
      finishesAt: null,
      late: 10,
      rows: [{ isStopped: true }],
    });
    // But for a pool that falls back to another.
    const spare = await makeSource(db, { ip: "127.0.0.8" });
    await db.delete(poolSources).where(eq(poolSources.sourceId, spare.id));
    await db.update(pools).set({ fallbackSourceId: spare.id, fallbackMinutes: 120 });
    const fallen = await forecastCampaign(ctx, { campaignId });
    expect(fallen).toMatchObject({ late: 0, rows: [{ isStopped: false }] });
    expect(fallen?.finishesAt).toBeGreaterThan(Date.now() + 2 * HOUR_MS - 60_000);
    await db.update(pools).set({ fallbackSourceId: null });
  });

  test("another workspace's campaign is none of ours", async () => {
    const campaignId = await draft({ "gmail.com": 1 });
    const other = workspaceCtx(db, (await makeWorkspace(db)).id);
    expect(await forecastCampaign(other, { campaignId })).toBeNull();
    expect(await forecastRest(other, { campaignId })).toBeNull();
  });
});

test("a campaign's own pool counts, not that of its workspace", async () => {
  const slow = await makeSource(db, { kind: "relay", ip: null, host: "smtp.example.com", messagesPerDay: 5 });
  await db.delete(poolSources).where(eq(poolSources.sourceId, slow.id));
  const [pool] = await db.insert(pools).values({ name: "Slow" }).returning();
  await db.insert(poolSources).values({ poolId: pool!.id, sourceId: slow.id });
  const campaignId = await draft({ "gmail.com": 12 });
  await db.execute(sql`update campaigns set pool_id = ${pool!.id} where id = ${campaignId}`);
  expect((await forecastCampaign(ctx, { campaignId }))?.rows[0]?.forecast).toMatchObject({ days: 3 });
});

test("while it is sent: those who wait, beside what waits of others", async () => {
  await db.update(installation).set({ sendingAllowed: true });
  await db
    .insert(warmups)
    .values({ sourceId: source.id, bucket: GOOGLE, plan: plan(100, 100, 100, 100, 100, 100, 100) });
  const first = await draft({ "gmail.com": 150 });
  expect(await launchCampaign(systemCtx(db), { campaignId: first, revision: 1 })).toMatchObject({ ok: true });
  const second = await draft({ "gmail.com": 200 });
  expect((await forecastCampaign(ctx, { campaignId: second }))?.rows).toMatchObject([
    { others: 150, forecast: { days: 4 } },
  ]);
  expect((await forecastRest(ctx, { campaignId: first }))?.rows).toMatchObject([
    { recipients: 150, others: 0, forecast: { days: 2 } },
  ]);
  await db.execute(sql`update rollups set state = 'a' where campaign_id = ${first}`);
  expect(await forecastRest(ctx, { campaignId: first })).toBeNull();
});
