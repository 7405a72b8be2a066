import { beforeAll, expect, test } from "vitest";
import { VERDICTS } from "#core/mail/reply/types.ts";
import type { AdminCtx } from "#core/platform/context.ts";
import type { Db } from "#db/client.ts";
import { deliveryHours, replyHours, rollups, sites } from "#db/schema/index.ts";
import { anotherDatabase } from "#db/testing/database.ts";
import { adminCtx, makeSender, makeSource, makeUser, makeWorkspace } from "#db/testing/factories.ts";
import {
  namesOfBuckets,
  RANGES,
  type Range,
  readBars,
  readLaneBars,
  readProviderDays,
  readReplies,
  readSplit,
  readVerdicts,
  readWaiting,
} from "./read.ts";

let db: Db;
let ctx: AdminCtx;
let sourceId: number;
let senderDomainId: number;
let domain: string;
let siteId: number;

const hoursAgo = (hours: number) => {
  const at = new Date(Date.now() - hours * 3_600_000);
  at.setUTCMinutes(0, 0, 0);
  return at;
};
const ranges = Object.keys(RANGES) as Range[];

beforeAll(async () => {
  ({ db } = await anotherDatabase());
  ctx = adminCtx(db, (await makeUser(db, { isAdministrator: true })).id);
});

test("an installation that sent nothing reads as nothing", async () => {
  for (const range of ranges) {
    const { bars } = await readBars(ctx, range);
    expect(bars.length).toBeLessThanOrEqual(48);
    expect(bars.every((bar) => bar.accepted === 0 && bar.complained === 0)).toBe(true);
    expect(await readVerdicts(ctx, range)).toEqual([]);
    expect(await readReplies(ctx, range)).toEqual({ groups: [], total: 0 });
    expect((await readSplit(ctx, range, "provider")).rows).toEqual([]);
  }
  expect(await readWaiting(ctx)).toBe(0);
  expect((await readProviderDays(ctx)).providers).toEqual([]);
});

test("bars and every split count the same mail", async () => {
  const workspace = await makeWorkspace(db);
  const source = await makeSource(db, { name: "First" });
  ({ senderDomainId, domain } = await makeSender(db, workspace.id));
  sourceId = source.id;
  const [site] = await db.insert(sites).values({ name: "mx.big.example" }).returning();
  siteId = site!.id;
  const row = { sourceId, senderDomainId, accepted: 10, deferred: 2, bounced: 1 };
  await db.insert(deliveryHours).values([
    { ...row, bucket: 2, hour: hoursAgo(0) },
    { ...row, bucket: 3, hour: hoursAgo(5), complained: 1 },
    { ...row, bucket: 1001, hour: hoursAgo(30) },
    { ...row, bucket: 1004, hour: hoursAgo(47) },
    { ...row, bucket: 100_000 + siteId, hour: hoursAgo(100) },
    { ...row, bucket: 1, hour: hoursAgo(600), sourceId: 9_999, senderDomainId: 99_999 },
    { ...row, bucket: 1, hour: hoursAgo(900) },
  ]);
  const accepted = { "24h": 20, "48h": 40, "7d": 50, "30d": 60 };
  for (const range of ranges) {
    const { bars } = await readBars(ctx, range);
    expect(
      bars.reduce((sum, bar) => sum + bar.accepted, 0),
      range,
    ).toBe(accepted[range]);
    for (const split of ["provider", "source", "domain"] as const) {
      const { rows, times } = await readSplit(ctx, range, split);
      expect(times).toEqual(bars.map((bar) => bar.at));
      expect(
        times.map((_, place) => rows.reduce((sum, one) => sum + one.bars[place]!.accepted, 0)),
        `${range} ${split}`,
      ).toEqual(bars.map((bar) => bar.accepted));
      expect(
        rows.reduce((sum, one) => sum + one.accepted, 0),
        `${range} ${split}`,
      ).toBe(accepted[range]);
    }
  }
});

test("Microsoft's buckets have one name, small sites another, what was removed says so", async () => {
  const { rows: providers } = await readSplit(ctx, "30d", "provider");
  expect(Object.fromEntries(providers.map((one) => [one.name, one.accepted]))).toEqual({
    Microsoft: 20,
    "Other sites": 20,
    "mx.big.example": 10,
    Google: 10,
  });
  const { rows: bySource } = await readSplit(ctx, "30d", "source");
  expect(bySource.map((one) => [one.name, one.accepted])).toEqual([
    ["First", 50],
    ["removed", 10],
  ]);
  expect((await readSplit(ctx, "7d", "domain")).rows.map((one) => one.name)).toEqual([domain]);
  const names = await namesOfBuckets(ctx, [0, 2, 3, 1000, 100_000 + siteId]);
  expect([...names.values()]).toEqual([
    "All receivers",
    "Outlook.com",
    "Microsoft 365",
    "Small sites 1 of 16",
    "mx.big.example",
  ]);
});

test("days by provider: the sums of a week, most mail first, and a week without mail is no zero", async () => {
  const { days, providers } = await readProviderDays(ctx);
  expect(days).toEqual([...days].sort());
  const google = providers.find((one) => one.name === "Google");
  expect(google?.counts.length).toBe(days.length);
  expect(days).toHaveLength(30);
  // 25 days ago there were ten: they count in the seven days that follow.
  expect(google?.counts.filter(Boolean)).toMatchObject(Array.from({ length: 7 }, () => ({ accepted: 10 })));
  const complaints = providers.flatMap(({ name, counts }) =>
    counts.some((one) => one && one.complained > 0) ? [name] : [],
  );
  expect(complaints).toEqual(["Microsoft"]);
});

test("a lane's bars are its own", async () => {
  const bars = await readLaneBars(ctx, { sourceId, bucket: 2 });
  expect(bars.length).toBe(48);
  expect(bars.at(-1)).toMatchObject({ accepted: 10, deferred: 2, bounced: 1 });
  expect(bars.reduce((sum, bar) => sum + bar.accepted, 0)).toBe(10);
});

test("replies are grouped by text, the newest first, and a lane sees its own", async () => {
  const slowDown = VERDICTS.indexOf("slow-down");
  const dead = VERDICTS.indexOf("recipient-dead");
  const later = new Date();
  const reply = { sourceId, bucket: 1, code: 421, verdict: slowDown, n: 3, lastAt: hoursAgo(3) };
  await db.insert(replyHours).values([
    { ...reply, hour: hoursAgo(3), shape: "too many #", sample: "too many 7" },
    { ...reply, hour: hoursAgo(1), shape: "too many #", sample: "too many 9", lastAt: later },
    {
      ...reply,
      bucket: 4,
      hour: hoursAgo(5),
      shape: "too many #",
      sample: "too many 5",
      n: 2,
      lastAt: hoursAgo(5),
    },
    { ...reply, bucket: 2, hour: hoursAgo(2), shape: "no <>", sample: "no <a>", code: 550, verdict: dead },
    { ...reply, bucket: 2, hour: hoursAgo(900), shape: "old", sample: "old" },
    { ...reply, bucket: 2, hour: hoursAgo(2), shape: "odd", sample: "odd", code: null, verdict: null },
  ]);
  const { groups: all, total } = await readReplies(ctx, "48h");
  expect(total).toBe(3);
  expect(await readReplies(ctx, "48h", { limit: 1 })).toEqual({ groups: all.slice(0, 1), total: 3 });
  expect(all.map((one) => one.shape).sort()).toEqual(["no <>", "odd", "too many #"]);
  expect(all[0]).toMatchObject({
    n: 8,
    lanes: 2,
    sample: "too many 9",
    verdict: "slow-down",
    name: "Google",
    source: "First",
  });
  expect(all.find((one) => one.shape === "odd")).toMatchObject({ code: null, verdict: null });
  expect((await readReplies(ctx, "48h", { lane: { sourceId, bucket: 2 } })).groups).toHaveLength(2);
  expect(await readVerdicts(ctx, "48h")).toEqual([
    { verdict: "slow-down", n: 8 },
    { verdict: "recipient-dead", n: 3 },
  ]);
});

test("waiting counts deltas of all sources, deferred ones too", async () => {
  const row = { campaignId: 1, bucket: 1 };
  await db.insert(rollups).values([
    { ...row, sourceId: 0, state: "w", n: 100 },
    { ...row, sourceId, state: "w", n: -40 },
    { ...row, sourceId, state: "d", n: 5 },
    { ...row, sourceId, state: "a", n: 35 },
  ]);
  expect(await readWaiting(ctx)).toBe(65);
});
