import { afterAll, beforeAll, expect, test } from "vitest";
import { readCampaignReport } from "#core/campaign/report/read.ts";
import { ledgerInvariant } from "#core/ledger/invariant.ts";
import type { AdminCtx } from "#core/platform/context.ts";
import { savePool } from "#core/pool/save.ts";
import { avoidReceivers } from "#core/source/avoid.ts";
import { adminCtx, makeSource, makeUser, workspaceCtx } from "#db/testing/factories.ts";
import { type DeliveryWorld, deliveryWorld, until } from "./testing/delivery-world.ts";

// A pool of one address, and another that carries its mail while that one cannot.
const GOOGLE = 1;
const BLOCK = "127.83";
let w: DeliveryWorld;
let own: number;
let spare: number;
let ctx: AdminCtx;

beforeAll(async () => {
  w = await deliveryWorld({ block: BLOCK });
  own = Number((await w.sql`select id from sources`)[0]?.id);
  spare = (await makeSource(w.db, { ip: `${BLOCK}.1.9` })).id;
  await w.sql`delete from pool_sources where source_id = ${spare}`;
  const [pool] = await w.sql`select id, name from pools`;
  ctx = adminCtx(w.db, (await makeUser(w.db, { isAdministrator: true })).id);
  const input = { poolId: pool?.id, name: pool?.name, sourceIds: [own], fallbackMinutes: 0 };
  expect(await savePool(ctx, { ...input, fallbackSourceId: own })).toMatchObject({ ok: false });
  expect(await savePool(ctx, { ...input, fallbackSourceId: 9_999 })).toMatchObject({ ok: false });
  expect(await savePool(ctx, { ...input, fallbackSourceId: spare })).toMatchObject({ ok: true });
  await w.engine();
});
afterAll(() => w.stop());

const people = (n: number, tag: string, domain = "gmail.com") =>
  Array.from({ length: n }, (_, i) => `${tag}${i}@${domain}`);
const got = (tag: string, ip: string) =>
  w.log().filter((mail) => mail.address.startsWith(tag) && mail.clientIp === `${BLOCK}.1.${ip}`).length;
const done = async (id: number) => (await ledgerInvariant(w.db, id)).open === 0;
const overFallback = async (id: number) =>
  (await readCampaignReport(workspaceCtx(w.db, w.workspaceId, { role: "viewer" }), id)).overFallback;
const facts = async () =>
  (await w.sql`select action from audit_events where action like 'pool.fallback%' order by id`).map(
    (row) => row.action,
  );

test("the fallback carries only what nobody else can, provider by provider, and hands it back", async () => {
  const first = await w.launch(people(20, "own"));
  await until(() => done(first));
  expect([got("own", "1"), got("own", "9")]).toEqual([20, 0]);

  await w.sql`update lanes set suspended_until = now() + interval '1 hour' where source_id = ${own} and bucket = ${GOOGLE}`;
  const second = await w.launch([...people(30, "fall"), ...people(5, "small", "small.example")]);
  await until(() => done(second));
  expect([got("fall", "1"), got("fall", "9")]).toEqual([0, 30]);
  expect([got("small", "1"), got("small", "9")]).toEqual([5, 0]);
  expect(await ledgerInvariant(w.db, second)).toMatchObject({ ok: true });
  expect(await overFallback(first)).toBeNull();
  expect(await overFallback(second)).toMatchObject({ accepted: 30 });

  await w.sql`update lanes set suspended_until = null, revision = revision + 1`;
  await until(async () => (await w.sql`select from pool_fallbacks`).length === 0);
  expect(await facts()).toEqual(["pool.fallback-opened", "pool.fallback-closed"]);
  const third = await w.launch(people(20, "again"));
  await until(() => done(third));
  expect([got("again", "1"), got("again", "9")]).toEqual([20, 0]);
});

test("it waits for as long as the pool says", async () => {
  await w.sql`update pools set fallback_minutes = 60`;
  await w.sql`update sources set state = 'held' where id = ${own}`;
  const id = await w.launch(people(10, "wait"));
  await until(async () => (await w.sql`select from pool_fallbacks where opened_at is null`).length === 1);
  expect([got("wait", "1"), got("wait", "9")]).toEqual([0, 0]);
  await w.sql`update pool_fallbacks set since = now() - interval '61 minutes'`;
  await until(() => done(id));
  expect([got("wait", "1"), got("wait", "9")]).toEqual([0, 10]);

  // It sends again, and is stopped once more: nobody waits another hour.
  await w.sql`update sources set state = 'active' where id = ${own}`;
  const tried = await w.launch(people(10, "tried"));
  await until(() => done(tried));
  expect(got("tried", "1")).toBe(10);
  await w.sql`update sources set state = 'held' where id = ${own}`;
  const once = await w.launch(people(10, "once"));
  await until(() => done(once));
  expect([got("once", "1"), got("once", "9")]).toEqual([0, 10]);

  await w.sql`update sources set state = 'active' where id = ${own}`;
  await until(async () => (await w.sql`select from pool_fallbacks where able_since is null`).length === 0);
  await w.sql`update pool_fallbacks set able_since = now() - interval '61 minutes'`;
  await until(async () => (await w.sql`select from pool_fallbacks`).length === 0);
});

test("what the pool's own sources avoid is the fallback's, at once where the pool does not wait", async () => {
  await w.sql`update pools set fallback_minutes = 0`;
  await avoidReceivers(ctx, { sourceId: own, avoids: [GOOGLE] });
  const id = await w.launch([...people(10, "avoided"), ...people(5, "other", "small.example")]);
  await until(() => done(id));
  expect([got("avoided", "1"), got("avoided", "9")]).toEqual([0, 10]);
  expect([got("other", "1"), got("other", "9")]).toEqual([5, 0]);
});
