import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { alignDue } from "#core/campaign/align-due.ts";
import { closeCampaign } from "#core/campaign/close.ts";
import { expireRest } from "#core/campaign/expire-rest.ts";
import { moveCampaign } from "#core/campaign/move.ts";
import { equation } from "#core/ledger/equation.ts";
import { ledgerInvariant } from "#core/ledger/invariant.ts";
import { reconcileCampaign } from "#core/ledger/reconcile.ts";
import type { AdminCtx } from "#core/platform/context.ts";
import { savePool } from "#core/pool/save.ts";
import { drainSource, holdSource, releaseSource } from "#core/source/hold.ts";
import { readSourceRole } from "#core/source/read-role.ts";
import { adminCtx, makeSource, makeUser, systemCtx, workspaceCtx } from "#db/testing/factories.ts";
import { type DeliveryWorld, deliveryWorld, type RunningEngine, until } from "./testing/delivery-world.ts";

// What people do to sources and campaigns while mail is under way, seen from the receivers.

const BLOCK = "127.89";
let w: DeliveryWorld;
let running: RunningEngine;
let ctx: AdminCtx;
/** The two sources of the pool. */
let one: { id: number; ip: string };
let two: { id: number; ip: string };

beforeAll(async () => {
  w = await deliveryWorld({
    block: BLOCK,
    sources: 2,
    behaviours: { paceMs: 5, limitMode: "off", greylistMs: 60_000 },
  });
  ctx = adminCtx(w.db, (await makeUser(w.db, { name: "Mara" })).id);
  const rows = await w.sql<{ id: number; ip: string }[]>`select id, host(ip) as ip from sources order by id`;
  [one, two] = [rows[0]!, rows[1]!];
  running = await w.engine();
});
afterAll(() => w.stop());
beforeEach(async () => {
  for (const { id } of [one, two]) await releaseSource(ctx, { sourceId: id });
});

let round = 0;
const people = (n: number) => {
  round += 1;
  return Array.from({ length: n }, (_, i) => `p${i}-${round}@yahoo.com`);
};
/** What receivers took of one round, by the address it came from. */
const takenBy = (ip: string, of = round) =>
  w.taken.filter((mail) => mail.clientIp === ip && mail.address.includes(`-${of}@`)).length;
const inHands = async (sourceId: number) => (await readSourceRole(w, sourceId)).inHands;
const accepted = async (campaignId: number) =>
  Number(
    (
      await w.sql`select coalesce(sum(n), 0)::int as n from rollups where campaign_id = ${campaignId} and state = 'a'`
    )[0]?.n,
  );
/** Everybody got it, and nobody twice. */
async function expectOnceEach(campaignId: number, n: number, of = round): Promise<void> {
  await until(
    async () => (await accepted(campaignId)) === n,
    50_000,
    () => `${takenBy(one.ip, of)} + ${takenBy(two.ip, of)} of ${n}`,
  );
  const addresses = w.taken.filter((mail) => mail.address.includes(`-${of}@`)).map((mail) => mail.address);
  expect(addresses).toHaveLength(n);
  expect(new Set(addresses).size).toBe(n);
  expect(await ledgerInvariant(w.db, campaignId)).toMatchObject({ ok: true });
}

test("a drained source finishes what it holds and takes nothing new; the pool's other source sends the rest", async () => {
  const id = await w.launch(people(600));
  await until(() => takenBy(one.ip) > 20 && takenBy(two.ip) > 20);
  expect(await drainSource(ctx, { sourceId: one.id })).toEqual({ ok: true });
  const held = await w.sql<{ address: string }[]>`
    select d.address from lanes l join claims c on c.lane_id = l.id join deliveries d on d.campaign_id = c.campaign_id
      and d.seq = any(c.seqs) and d.state = 'w' where l.source_id = ${one.id}`;
  expect(held.length).toBeGreaterThan(20);
  expect((await drainSource(ctx, { sourceId: one.id })).ok).toBe(false);
  await until(async () => (await inHands(one.id)) === 0);
  // It sent what it held itself, and handed nothing back.
  const sent = takenBy(one.ip);
  const itsOwn = new Set(w.taken.filter((mail) => mail.clientIp === one.ip).map((mail) => mail.address));
  expect(held.filter(({ address }) => !itsOwn.has(address))).toEqual([]);
  await expectOnceEach(id, 600);
  expect(takenBy(one.ip)).toBe(sent);
});

test("the last source of a pool drains: mail waits, and goes when it sends again", async () => {
  await holdSource(ctx, { sourceId: two.id });
  const id = await w.launch(people(400));
  await until(() => takenBy(one.ip) > 20);
  await drainSource(ctx, { sourceId: one.id });
  await until(async () => (await inHands(one.id)) === 0);
  const { pools } = await readSourceRole(w, one.id);
  expect(pools[0]?.others).toEqual([]);
  expect(pools[0]?.waiting).toBeGreaterThan(100);
  expect(await ledgerInvariant(w.db, id)).toMatchObject({ ok: true });
  await releaseSource(ctx, { sourceId: one.id });
  await expectOnceEach(id, 400);
  expect(takenBy(two.ip)).toBe(0);
});

test("what a dead worker left with a draining source is sent by it", async () => {
  await holdSource(ctx, { sourceId: two.id });
  await holdSource(ctx, { sourceId: one.id });
  const id = await w.launch(people(300));
  // Its lane had taken ten when its worker died.
  const [stream] = await w.sql`update streams set next_seq = next_seq + 10 where campaign_id = ${id}
    returning pool_id, bucket, next_seq - 10 as first`;
  await w.sql`insert into claims (lane_id, epoch, campaign_id, pool_id, bucket, class, seqs)
    select l.id, l.epoch, ${id}, ${stream?.pool_id}, ${stream?.bucket}, 5, array(select generate_series(${stream?.first}::int, ${stream?.first}::int + 9))
    from lanes l where l.source_id = ${one.id} and l.bucket = ${stream?.bucket}`;
  await w.sql`update sources set state = 'draining' where id = ${one.id}`;
  await until(async () => takenBy(one.ip) === 10 && (await inHands(one.id)) === 0);
  expect(await drainSource(ctx, { sourceId: one.id })).toMatchObject({ ok: false });
  await releaseSource(ctx, { sourceId: two.id });
  await expectOnceEach(id, 300);
  expect(takenBy(one.ip)).toBe(10);
});

test("a retry that was pinned to a source while that was drained is free for the others", async () => {
  const id = await w.launch(people(5).map((address) => address.replace("@", "+grey@")));
  await until(
    async () =>
      (await w.sql`select from due where campaign_id = ${id} and source_id is not null`).length === 5,
  );
  const [row] = await w.sql`select source_id from due where campaign_id = ${id}`;
  await drainSource(ctx, { sourceId: row?.source_id });
  const pinned = () => w.sql`select from due where campaign_id = ${id} and source_id = ${row?.source_id}`;
  expect(await pinned()).toHaveLength(0);
  // As a lane would have written it that did not see the change: set right within the minute.
  await w.sql`update due set source_id = ${row?.source_id} where campaign_id = ${id}`;
  expect(await alignDue(w.db)).toBe(5);
  expect(await alignDue(w.db)).toBe(0);
  expect(await pinned()).toHaveLength(0);
  await w.sql`update deliveries set state = 'c' where campaign_id = ${id}`;
  await w.sql`delete from due where campaign_id = ${id}`;
});

/** Sets the weights of the two in their pool. */
async function weigh(weights: [number, number]): Promise<void> {
  const [pool] = await w.sql<{ id: number; name: string }[]>`select id, name from pools where is_default`;
  const saved = await savePool(ctx, {
    poolId: pool!.id,
    name: pool!.name,
    sourceIds: [one.id, two.id],
    weights: { [one.id]: weights[0], [two.id]: weights[1] },
  });
  expect(saved.ok).toBe(true);
  // Lanes hear of it with their worker's next look.
  await until(() => running.engine.isWeighed(one.id) === (weights[0] !== weights[1]));
}

test("a source with weight 3 gets about three times the mail of one with weight 1, and nobody is lost", async () => {
  await weigh([3, 1]);
  const id = await w.launch(people(700));
  await expectOnceEach(id, 700);
  const share = takenBy(one.ip) / 700;
  expect(share).toBeGreaterThan(0.65);
  expect(share).toBeLessThan(0.85);
}, 60_000);

test("a light source does not wait for a heavy one that is held, nor for one that is suspended", async () => {
  await weigh([100, 1]);
  await holdSource(ctx, { sourceId: one.id });
  const id = await w.launch(people(300));
  const began = performance.now();
  await expectOnceEach(id, 300);
  expect(performance.now() - began).toBeLessThan(12_000);
  await releaseSource(ctx, { sourceId: one.id });
  // While it sends the light one gets next to nothing; when its lane is suspended, all.
  const next = await w.launch(people(400));
  await until(() => takenBy(one.ip) > 50);
  expect(takenBy(two.ip)).toBeLessThan(30);
  await w.sql`update lanes set suspended_until = now() + interval '1 hour', revision = revision + 1 where source_id = ${one.id}`;
  await expectOnceEach(next, 400);
  expect(takenBy(two.ip)).toBeGreaterThan(50);
  await w.sql`update lanes set suspended_until = null`;
  await weigh([1, 1]);
});

test("a campaign moved to another pool while it sends: what waits goes by the new one, nobody is lost or gets two", async () => {
  const [pool] = await w.sql<{ id: number }[]>`insert into pools (name) values ('Spare') returning id`;
  const three = await makeSource(w.db, { ip: `${BLOCK}.1.3`, poolId: pool!.id });
  const [old] = await w.sql<{ id: number }[]>`select id from pools where is_default`;
  const id = await w.launch(people(800));
  await until(() => takenBy(one.ip) > 20 && takenBy(two.ip) > 20);
  const answers = await Promise.all(
    [1, 2].map(() => moveCampaign(ctx, { campaignId: id, poolId: pool!.id })),
  );
  expect(answers.map((answer) => answer.ok).sort()).toEqual([false, true]);
  const done = answers.find((answer) => answer.ok);
  expect(done).toMatchObject({ moved: expect.any(Number), inFlight: expect.any(Number) });
  expect(await ledgerInvariant(w.db, id)).toMatchObject({ ok: true });
  const strays = () => w.sql`select from streams where campaign_id = ${id} and pool_id <> ${pool!.id}
    union all select from due where campaign_id = ${id} and pool_id <> ${pool!.id}
    union all select from claims where campaign_id = ${id} and pool_id <> ${pool!.id}`;
  expect(await strays()).toHaveLength(0);
  await until(() => takenBy(`${BLOCK}.1.3`) > 20);
  const [before] =
    await w.sql`select count(*)::int as n from streams where campaign_id = ${id} and next_seq <= last_seq`;
  expect(before?.n).toBeGreaterThan(0);
  // There and back again while lanes take and write.
  await moveCampaign(ctx, { campaignId: id, poolId: old!.id });
  await moveCampaign(ctx, { campaignId: id, poolId: pool!.id });
  expect(await strays()).toHaveLength(0);
  await expectOnceEach(id, 800);
  expect(await strays()).toHaveLength(0);
  const moved = done?.ok ? done.moved : 0;
  // Apart from what lanes of the old pool took in the moment between, and gave back.
  expect(takenBy(`${BLOCK}.1.3`)).toBeGreaterThan(moved / 2);
  const events =
    await w.sql`select sentence, user_id from campaign_events where campaign_id = ${id} and kind = 'moved' order by id`;
  expect(events).toHaveLength(3);
  expect(events[0]?.sentence).toMatch(
    /^Moved to the pool Spare: \d+ who wait\. \d+ in flight will finish where they are\.$/,
  );
  expect(events[0]?.user_id).toBe(ctx.actor.kind === "user" ? ctx.actor.userId : 0);
  await holdSource(ctx, { sourceId: three.id });
});

test("retries of a moved campaign lose a pin to a source that is not of the new pool", async () => {
  const [pool] = await w.sql<{ id: number }[]>`select id from pools where name = 'Spare'`;
  const id = await w.launch(people(4).map((address) => address.replace("@", "+grey@")));
  await until(
    async () =>
      (await w.sql`select from due where campaign_id = ${id} and source_id is not null`).length === 4,
  );
  // Its only source is held: it may go there, and waits.
  expect(await moveCampaign(ctx, { campaignId: id, poolId: pool!.id })).toEqual({
    ok: true,
    moved: 4,
    inFlight: 0,
  });
  const turns = await w.sql`select pool_id, source_id from due where campaign_id = ${id}`;
  expect(new Set(turns.map((turn) => `${turn.pool_id} ${turn.source_id}`))).toEqual(
    new Set([`${pool!.id} null`]),
  );
  const [event] =
    await w.sql`select sentence from campaign_events where campaign_id = ${id} and kind = 'moved'`;
  expect(event?.sentence).toBe(
    "Moved to the pool Spare: 4 who wait. No source of it sends now, so they wait.",
  );
  expect(await ledgerInvariant(w.db, id)).toMatchObject({ open: 4, ok: true });
  await w.sql`update deliveries set state = 'c' where campaign_id = ${id}`;
  await w.sql`delete from due where campaign_id = ${id}`;
});

test("the rest of a campaign expires while it sends: lanes stop within seconds, and it finishes and adds up", async () => {
  const n = 900;
  const id = await w.launch(people(n));
  await until(() => takenBy(one.ip) > 20 && takenBy(two.ip) > 20);
  const mara = workspaceCtx(w.db, w.workspaceId, { role: "marketer" });
  const done = await expireRest(mara, { campaignId: id });
  expect(done).toMatchObject({ ok: true, expired: expect.any(Number) });
  // The job that closes it comes again while lanes hold some of it.
  const end = () => w.sql`select from campaigns where id = ${id} and state = 'finished'`;
  await until(async () => {
    await closeCampaign(systemCtx(w.db), { campaignId: id });
    return (await end()).length === 1;
  });
  const sum = await equation(w.db, id);
  expect(sum).toMatchObject({ waiting: 0, difference: 0, accepted: takenBy(one.ip) + takenBy(two.ip) });
  expect(sum.accepted + sum.expired).toBe(n);
  // What was ahead has expired, and most of what lanes had taken and not begun.
  expect(sum.expired).toBeGreaterThanOrEqual(done.ok ? done.expired : n);
  expect(await reconcileCampaign(w.db, id)).toEqual({ ok: true, differences: [] });
  expect(await ledgerInvariant(w.db, id)).toMatchObject({ open: 0, ok: true });
});
