import { afterAll, beforeAll, expect, test } from "vitest";
import { alignDue } from "#core/campaign/align-due.ts";
import { forecastRest } from "#core/campaign/forecast.ts";
import { listLanes } from "#core/lane/read.ts";
import { ledgerInvariant } from "#core/ledger/invariant.ts";
import type { AdminCtx } from "#core/platform/context.ts";
import { avoidReceivers, RECEIVERS, readAbandoned } from "#core/source/avoid.ts";
import { SMALL_SITES } from "#core/warmup/types.ts";
import { adminCtx, makeSource, makeUser, workspaceCtx } from "#db/testing/factories.ts";
import { type DeliveryWorld, deliveryWorld, until } from "./testing/delivery-world.ts";

// Two addresses of one pool, one of which is kept away from receivers.
const GOOGLE = 1;
const BLOCK = "127.82";
let w: DeliveryWorld;
let ctx: AdminCtx;
let first: number;
let second: number;

beforeAll(async () => {
  w = await deliveryWorld({ block: BLOCK });
  first = Number((await w.sql`select id from sources`)[0]?.id);
  second = (await makeSource(w.db, { ip: `${BLOCK}.1.9` })).id;
  ctx = adminCtx(w.db, (await makeUser(w.db, { isAdministrator: true })).id);
  await w.engine();
});
afterAll(() => w.stop());

const people = (n: number, tag: string, domain = "gmail.com") =>
  Array.from({ length: n }, (_, i) => `${tag}${i}@${domain}`);
/** Two at each of small sites of their own, which get five a second. */
const scattered = (n: number, tag: string) =>
  Array.from({ length: n }, (_, i) => `${tag}${i}@no-mx.${tag}${i >> 1}.example`);
const got = (tag: string) =>
  [1, 9].map(
    (ip) =>
      w.log().filter((mail) => mail.address.startsWith(tag) && mail.clientIp === `${BLOCK}.1.${ip}`).length,
  );
const done = async (id: number) => (await ledgerInvariant(w.db, id)).open === 0;

test("what makes no sense is refused, and says so", async () => {
  expect(await avoidReceivers(ctx, { sourceId: first, avoids: [77_777] })).toMatchObject({ ok: false });
  expect(await avoidReceivers(ctx, { sourceId: 9_999, avoids: [GOOGLE] })).toMatchObject({ ok: false });
  const every = RECEIVERS.map(({ bucket }) => bucket);
  expect(await avoidReceivers(ctx, { sourceId: first, avoids: every })).toMatchObject({
    ok: false,
    fields: { avoids: expect.stringContaining("Hold the source") },
  });
});

test("mail for a receiver that a source avoids goes by another, all else by both", async () => {
  expect(await avoidReceivers(ctx, { sourceId: second, avoids: [GOOGLE] })).toMatchObject({ ok: true });
  const id = await w.launch([...people(80, "google"), ...scattered(20, "small")]);
  await until(() => done(id));
  expect(got("google")).toEqual([80, 0]);
  expect(got("small").reduce((sum, n) => sum + n)).toBe(20);
  expect(await ledgerInvariant(w.db, id)).toMatchObject({ ok: true });
  const lanes = await listLanes(ctx);
  expect(lanes.filter((lane) => lane.isAvoided && lane.backlog > 0)).toEqual([]);
  expect(await readAbandoned(ctx)).toEqual([]);
});

test("small and big sites are one, beside the providers", async () => {
  await avoidReceivers(ctx, { sourceId: second, avoids: [SMALL_SITES] });
  const id = await w.launch([...scattered(40, "rest"), ...people(40, "yahoo", "yahoo.com")]);
  await until(() => done(id));
  expect(got("rest")).toEqual([40, 0]);
});

test("where nobody sends to a receiver its mail waits untried, is named, and leaves once somebody does", async () => {
  await avoidReceivers(ctx, { sourceId: first, avoids: [GOOGLE] });
  await avoidReceivers(ctx, { sourceId: second, avoids: [GOOGLE] });
  expect(await readAbandoned(ctx)).toEqual([{ pool: expect.any(String), receivers: ["Google"] }]);
  const id = await w.launch([...people(10, "waits"), ...people(10, "goes", "there.example")]);
  const waiting = async () =>
    (await w.sql`select from deliveries where campaign_id = ${id} and state = 'w' and attempts = 0`).length;
  await until(async () => (await waiting()) === 10);
  expect(got("goes").reduce((sum, n) => sum + n)).toBe(10);
  const forecast = await forecastRest(workspaceCtx(w.db, w.workspaceId, { role: "viewer" }), {
    campaignId: id,
  });
  expect(forecast?.rows).toContainEqual(expect.objectContaining({ name: "Google", isStopped: true }));

  await avoidReceivers(ctx, { sourceId: first, avoids: [] });
  await until(() => done(id));
  expect(got("waits")).toEqual([10, 0]);
});

test("a retry that was to go by the same source goes by another", async () => {
  await w.sql`update sources set state = 'held'`;
  const id = await w.launch(people(4, "pinned"));
  await w.sql`with moved as (update streams set next_seq = last_seq + 1 where campaign_id = ${id} returning campaign_id, pool_id, bucket, class)
    insert into due (campaign_id, seq, pool_id, bucket, class, due_at, source_id, state)
    select m.campaign_id, d.seq, m.pool_id, m.bucket, m.class, now(), ${second}, 'r' from moved m join deliveries d using (campaign_id)`;
  await w.sql`update sources set state = 'active'`;
  // Written while it was being kept away: the minute's look sets it right.
  expect(await alignDue(w.db)).toBe(4);
  await until(() => done(id));
  expect(got("pinned")).toEqual([4, 0]);
});
