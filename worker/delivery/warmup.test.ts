import { afterAll, beforeAll, expect, test } from "vitest";
import { ledgerInvariant } from "#core/ledger/invariant.ts";
import { DAY_MS, dayOf } from "#core/mail/warmup/caps.ts";
import type { WarmupPlan } from "#core/mail/warmup/types.ts";
import { SMALL_SITES } from "#core/warmup/types.ts";
import { makeSource } from "#db/testing/factories.ts";
import { type DeliveryWorld, deliveryWorld, until } from "./testing/delivery-world.ts";

// Two engines over one database: what a cold source may send is shared. Bucket 1 is Google's.
const GOOGLE = 1;
const BLOCK = "127.78";
let w: DeliveryWorld;
let cold: number;

beforeAll(async () => {
  w = await deliveryWorld({ block: BLOCK });
  await w.engine();
  await w.engine();
  cold = Number((await w.sql`select id from sources where ip = ${`${BLOCK}.1.1`}`)[0]?.id);
});
afterAll(() => w.stop());

const plan = (...daily: number[]): WarmupPlan => ({ key: "own", name: "Own table", daily, hourly: daily });

/** Begins a warm-up; a plan's hours are as its days, so that the time of the test does not matter but for the minute. */
async function warm(bucket: number, ...daily: number[]): Promise<void> {
  await w.sql`delete from source_days`;
  await w.sql`delete from warmups`;
  await w.sql`update lanes set wake_at = now(), revision = revision + 1`;
  await w.sql`insert into warmups (source_id, bucket, plan) values (${cold}, ${bucket}, ${JSON.stringify(plan(...daily))}::text::jsonb)`;
}

const people = (n: number, tag: string, domain = "gmail.com") =>
  Array.from({ length: n }, (_, i) => `${tag}${i}@${domain}`);
const mailsOf = (tag: string, ip?: string) =>
  w.log().filter((mail) => mail.address.startsWith(tag) && (ip === undefined || mail.clientIp === ip));
const today = async (bucket = GOOGLE) =>
  (
    await w.sql`select * from source_days where source_id = ${cold} and bucket = ${bucket} and day = ${dayOf(Date.now())}`
  )[0];
const laneEnded = (bucket = GOOGLE) =>
  until(async () => {
    const rows =
      await w.sql`select worker_id, wake_at > now() as rests from lanes where source_id = ${cold} and bucket = ${bucket}`;
    return rows.length > 0 && rows.every((row) => row.worker_id === null && row.rests);
  }, 20_000);
const waiting = async (id: number) =>
  Number(
    (
      await w.sql`select coalesce(sum(n), 0)::int as n from rollups where campaign_id = ${id} and state = 'w'`
    )[0]?.n,
  );

/** So that it takes nothing of the next test's allowance. */
async function stop(id: number): Promise<void> {
  await w.sql`update campaigns set state = 'cancelled' where id = ${id}`;
  await w.sql`update streams set state = 'c' where campaign_id = ${id}`;
}

test("a cold source sends what its cap has room for, by any number of workers, and the rest waits", async () => {
  await warm(GOOGLE, 960, 2_000);
  const id = await w.launch(people(300, "cap"));
  await until(async () => mailsOf("cap").length > 0, 20_000);
  await laneEnded();
  const row = await today();
  // An equal share of what the day has left, opened minute by minute; the minute may have passed meanwhile.
  const now = new Date();
  const share = Math.ceil(960 / (24 - now.getUTCHours()));
  expect(mailsOf("cap").length).toBeLessThanOrEqual(Math.ceil((share * (now.getUTCMinutes() + 1)) / 60));
  expect(row).toMatchObject({ cap: 960, taken: mailsOf("cap").length, accepted: mailsOf("cap").length });
  expect(await waiting(id)).toBe(300 - mailsOf("cap").length);
  expect(await ledgerInvariant(w.db, id)).toMatchObject({ ok: true });
  // System mail does not wait for room, and other providers have their own.
  const other = await w.launch(people(5, "other", "yahoo.com"));
  await until(async () => (await waiting(other)) === 0);
  await stop(id);
});

test("a day that was good is promoted before the first mail of the next, one that was bad is taken back", async () => {
  await warm(GOOGLE, 60, 600_000, 6_000_000);
  const yesterday = dayOf(Date.now() - DAY_MS);
  const day = (values: Record<string, number>) =>
    w.sql`insert into source_days ${w.sql({ source_id: cold, bucket: GOOGLE, day: yesterday, cap: 60, taken: 60, ...values })}`;
  await day({ accepted: 60 });
  const id = await w.launch(people(60, "next"));
  await until(async () => (await waiting(id)) === 0, 20_000);
  expect(await today()).toMatchObject({ cap: 600_000, accepted: 60 });
  expect((await w.sql`select step, last_sent_day from warmups`)[0]).toEqual({
    step: 1,
    last_sent_day: yesterday,
  });
  expect((await w.sql`select result from source_days where day = ${yesterday}`)[0]?.result).toBe("promoted");

  await warm(GOOGLE, 60, 600_000, 6_000_000);
  await w.sql`update warmups set step = 1`;
  await day({ accepted: 20, blocked: 5 });
  const bad = await w.launch(people(3, "bad"));
  await until(async () => mailsOf("bad").length > 0, 20_000);
  expect((await w.sql`select step from warmups`)[0]?.step).toBe(0);
  expect((await w.sql`select result, because from source_days where day = ${yesterday}`)[0]).toMatchObject({
    result: "taken-back",
    because: [{ sign: "blocked", rate: 0.2 }],
  });
  await stop(bad);
}, 120_000);

test("what a warm source of the pool takes is what the cold one cannot take today", async () => {
  await warm(GOOGLE, 10, 20);
  const warmSource = await makeSource(w.db, { ip: `${BLOCK}.1.9` });
  const id = await w.launch(people(200, "spill"));
  // The cold one keeps what the day still has for it; the warm one has taken the others.
  await until(async () => mailsOf("spill", `${BLOCK}.1.9`).length >= 190, 30_000);
  expect(mailsOf("spill", `${BLOCK}.1.9`).length).toBe(190);
  await until(async () => mailsOf("spill", `${BLOCK}.1.1`).length + (await waiting(id)) === 10);
  expect(await ledgerInvariant(w.db, id)).toMatchObject({ ok: true });

  // It would take the one mail that there is room for.
  await stop(id);
  await warm(GOOGLE, 10, 20);
  await w.sql`update pools set overflow = 'wait'`;
  const wait = await w.launch(people(50, "wait"));
  await until(async () => mailsOf("wait", `${BLOCK}.1.1`).length > 0, 20_000);
  await laneEnded();
  expect(mailsOf("wait", `${BLOCK}.1.9`)).toEqual([]);
  expect(await waiting(wait)).toBe(50 - mailsOf("wait").length);
  await w.sql`update pools set overflow = 'warm'`;
  await w.sql`delete from warmups`;
  await until(async () => (await waiting(wait)) === 0, 40_000);
  await w.sql`update sources set removed_at = now(), state = 'held' where id = ${warmSource.id}`;
}, 120_000);

test("all small sites share one allowance, whatever shard they are in", async () => {
  await warm(SMALL_SITES, 60, 120);
  const names = Array.from({ length: 40 }, (_, i) => `mail-shard${i}.example`);
  const small = await w.launch(names.flatMap((name) => people(5, "small", name)));
  await until(async () => mailsOf("small").length > 0, 20_000);
  await until(async () => {
    const rows =
      await w.sql`select 1 from lanes where source_id = ${cold} and bucket >= 1000 and worker_id is not null`;
    return rows.length === 0;
  }, 30_000);
  const row = await today(SMALL_SITES);
  const [sent] =
    await w.sql`select coalesce(sum(n), 0)::int as n from rollups where campaign_id = ${small} and bucket >= 1000 and state = 'a'`;
  expect(row?.taken).toBe(sent?.n);
  expect(row?.taken).toBeLessThanOrEqual(60);
  expect(await ledgerInvariant(w.db, small)).toMatchObject({ ok: true });
}, 60_000);
