import { afterAll, beforeAll, expect, test } from "vitest";
import { ledgerInvariant } from "#core/ledger/invariant.ts";
import { changeLimits } from "#core/limit/change.ts";
import { ChangeLimitsInput } from "#core/limit/input.ts";
import { getLimits } from "#core/limit/read.ts";
import type { AdminCtx } from "#core/platform/context.ts";
import { adminCtx, makeSource, makeUser } from "#db/testing/factories.ts";
import { type DeliveryWorld, deliveryWorld, until } from "./testing/delivery-world.ts";

// Two engines and two addresses over one database: what Gmail takes of all of them is shared.
const GOOGLE = 1;
const BLOCK = "127.79";
let w: DeliveryWorld;
let admin: AdminCtx;

beforeAll(async () => {
  w = await deliveryWorld({ block: BLOCK });
  admin = adminCtx(w.db, (await makeUser(w.db, { isAdministrator: true })).id);
  await makeSource(w.db, { ip: `${BLOCK}.1.9` });
  await w.engine();
  await w.engine();
});
afterAll(() => w.stop());

const people = (n: number, tag: string) => Array.from({ length: n }, (_, i) => `${tag}${i}@gmail.com`);
const got = (tag: string, ip?: string) =>
  w.log().filter((mail) => mail.address.startsWith(tag) && (ip === undefined || mail.clientIp === ip));
const lanes = () =>
  w.sql<{ isRunning: boolean; wakeAt: Date }[]>`
    select worker_id is not null as "isRunning", wake_at as "wakeAt" from lanes where bucket = ${GOOGLE}`;
const resting = async () => (await lanes()).every((lane) => !lane.isRunning && lane.wakeAt > new Date());

async function set(fields: Partial<ChangeLimitsInput>): Promise<void> {
  const { revision } = await getLimits(admin, "google");
  const input = ChangeLimitsInput.parse({ key: "google", revision, ...fields });
  expect(await changeLimits(admin, input)).toMatchObject({ ok: true, isChanged: true });
}

/** With nothing taken yet, and no lane at work with the limits before. */
async function begin(fields: Partial<ChangeLimitsInput>): Promise<void> {
  await set(fields);
  await until(async () => (await lanes()).every((lane) => !lane.isRunning));
  await w.sql`delete from quotas`;
}

test("what a provider takes in a day is kept over all addresses and workers; the rest waits, and goes when there is more", async () => {
  await begin({ overallPerDay: 120 });
  const id = await w.launch(people(400, "all"));
  await until(async () => got("all").length === 120 && (await resting()));
  const midnight = new Date().setUTCHours(24, 0, 0, 0);
  for (const lane of await lanes()) expect(lane.wakeAt.getTime()).toBe(midnight);
  expect(await ledgerInvariant(w.db, id)).toMatchObject({ ok: true, open: 280 });
  await set({});
  await until(() => got("all").length === 400);
  await until(async () => (await ledgerInvariant(w.db, id)).open === 0);
  expect(w.sandbox.stats().copies).toEqual([]);
});

test("an address has a day's quota of its own, whatever the others do", async () => {
  await begin({ perDay: 50 });
  const id = await w.launch(people(200, "own"));
  await until(async () => got("own").length === 100 && (await resting()));
  expect(got("own", `${BLOCK}.1.1`)).toHaveLength(50);
  expect(got("own", `${BLOCK}.1.9`)).toHaveLength(50);
  await set({});
  await until(async () => (await ledgerInvariant(w.db, id)).open === 0);
});

test("an hour's quota flows evenly: a minute's worth at once, then one by one", async () => {
  // One in two seconds, thirty at once.
  await begin({ overallPerHour: 1_800 });
  const began = Date.now();
  const id = await w.launch(people(60, "flow"));
  await until(() => got("flow").length >= 33);
  const since = (got("flow")[32]?.startedAt ?? 0) - began;
  expect(since).toBeGreaterThan(4_000);
  expect(await ledgerInvariant(w.db, id)).toMatchObject({ ok: true });
  await set({});
  await until(async () => (await ledgerInvariant(w.db, id)).open === 0);
});

test("what was taken and not sent comes back to the quota", async () => {
  await begin({ overallPerDay: 100 });
  const id = await w.launch(people(300, "back"));
  await until(() => got("back").length > 0);
  await w.sql`update sources set state = 'held'`;
  await until(async () => (await lanes()).every((lane) => !lane.isRunning));
  const [row] = await w.sql`select taken from quotas where bucket = ${GOOGLE} and source_id = 0`;
  expect(Number(row?.taken)).toBe(got("back").length);
  await w.sql`update sources set state = 'active'`;
  await w.sql`update lanes set wake_at = now()`;
  await until(async () => got("back").length === 100 && (await resting()));
  expect(await ledgerInvariant(w.db, id)).toMatchObject({ ok: true, open: 200 });
});
