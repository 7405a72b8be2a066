import { afterAll, beforeAll, expect, test } from "vitest";
import { ledgerInvariant } from "#core/ledger/invariant.ts";
import { makeSource } from "#db/testing/factories.ts";
import { type DeliveryWorld, deliveryWorld, until } from "./testing/delivery-world.ts";

// An IPv6 address beside an IPv4 one; the sandbox's receivers have IPv4 alone.
const BLOCK = "127.87";
let w: DeliveryWorld;

beforeAll(async () => {
  w = await deliveryWorld({ block: BLOCK });
  await makeSource(w.db, { ip: "::1" });
  await w.sql`update sources set state = 'held' where ip = ${`${BLOCK}.1.1`}`;
  await w.engine();
});
afterAll(() => w.stop());

const rows = (id: number) => w.sql<{ state: string; attempts: number; reply: string | null }[]>`
  select distinct state::text as state, attempts, reply from deliveries where campaign_id = ${id}`;

test("a pool of IPv6 addresses says why it cannot reach a receiver", async () => {
  const id = await w.launch(["alone@gmail.com"]);
  await until(async () => (await rows(id))[0]?.state === "d");
  expect((await rows(id))[0]?.reply).toMatch(/has no IPv6 address, and ::1 can reach no other/);
  await w.sql`update campaigns set state = 'cancelled' where id = ${id}`;
  await w.sql`delete from due`;
  await w.sql`update streams set state = 'c'`;
});

test("what an IPv6 address cannot reach goes by an IPv4 one of the pool, without a try and without going in circles", async () => {
  await w.sql`update sources set state = 'active'`;
  const id = await w.launch([
    ...Array.from({ length: 60 }, (_, i) => `many${i}@gmail.com`),
    ...Array.from({ length: 20 }, (_, i) => `few${i}@small${i % 3}.example`),
  ]);
  await until(async () => (await ledgerInvariant(w.db, id)).open === 0);
  const states = (await rows(id)).map(({ state, attempts }) => ({ state, attempts }));
  expect(states).toContainEqual({ state: "a", attempts: 1 });
  expect(new Set(states.map(({ state, attempts }) => `${state} ${attempts}`))).toEqual(new Set(["a 1"]));
  expect(new Set(w.log().map((mail) => mail.clientIp))).toEqual(new Set([`${BLOCK}.1.1`]));
  expect(await w.sql`select from attempts where campaign_id = ${id}`).toHaveLength(0);
});

test("a pool of IPv6 addresses alone hands it to its fallback, and nothing else", async () => {
  // Lanes keep for a while whom they pass on to.
  await until(async () => (await w.sql`select from lanes where worker_id is not null`).length === 0);
  await w.sql`delete from pool_sources where source_id = (select id from sources where ip = ${`${BLOCK}.1.1`})`;
  await w.sql`update pools set fallback_source_id = (select id from sources where ip = ${`${BLOCK}.1.1`}), fallback_minutes = 60`;
  const id = await w.launch(Array.from({ length: 10 }, (_, i) => `spare${i}@gmail.com`));
  await until(async () => (await ledgerInvariant(w.db, id)).open === 0);
  expect((await rows(id)).map(({ state, attempts }) => `${state} ${attempts}`)).toEqual(
    Array(10).fill("a 1"),
  );
  expect(await w.sql`select from pool_fallbacks where opened_at is not null`).toHaveLength(0);
  // What the IPv6 address could take itself is not the fallback's, though it is idle.
  await w.sql`update lanes set held_at = now(), revision = revision + 1 where source_id = (select id from sources where ip = '::1')`;
  const waits = await w.launch(Array.from({ length: 3 }, (_, i) => `held${i}@gmail.com`));
  await until(async () => (await w.sql`select from pool_fallbacks`).length > 0);
  expect((await rows(waits)).map(({ state }) => state)).toEqual(["w"]);
});
