import { beforeAll, expect, test } from "vitest";
import { makeSource, makeWorkspace } from "#db/testing/factories.ts";
import { acquire } from "./lease.ts";
import type { Claim, LaneHold } from "./reserve.ts";
import { type LedgerWorld, ledgerWorld } from "./testing/ledger-world.ts";
import { wakeLanes } from "./wake-lanes.ts";

let l: LedgerWorld;
beforeAll(async () => {
  l = await ledgerWorld();
});

test("two campaigns share a batch, and what one cannot use waits for the next", async () => {
  const b = l.nextBucket();
  const [first, second] = [await l.running(500, { bucket: b }), await l.running(3, { bucket: b })];
  const h = await l.hold(b);
  const claims = await l.take(h, b, 100);
  expect(Object.fromEntries(claims.map((c) => [c.campaignId, c.seqs.length]))).toEqual({
    [first]: 50,
    [second]: 3,
  });
  expect(claims.find((c) => c.campaignId === first)?.seqs.slice(0, 3)).toEqual([1, 2, 3]);
  const next = await l.take(h, b, 100);
  expect(next.map((c) => [c.campaignId, c.seqs[0], c.seqs.length])).toEqual([[first, 51, 100]]);
});

test("nothing is taken while sending is stopped, the source held, or the campaign paused or past its time", async () => {
  const b = l.nextBucket();
  const id = await l.running(10, { bucket: b });
  const h = await l.hold(b);
  const refuses = async (on: string, off: string) => {
    await l.t.sql.unsafe(on);
    expect(await l.take(h, b, 5)).toEqual([]);
    await l.t.sql.unsafe(off);
  };
  await refuses(
    "update installation set sending_allowed = false",
    "update installation set sending_allowed = true",
  );
  await refuses(
    `update sources set state = 'held' where id = ${l.sourceId}`,
    `update sources set state = 'active' where id = ${l.sourceId}`,
  );
  await refuses(
    `update streams set state = 'p' where campaign_id = ${id}`,
    `update streams set state = 'r' where campaign_id = ${id}`,
  );
  await refuses(
    `update streams set expires_at = now() - interval '1 s' where campaign_id = ${id}`,
    `update streams set expires_at = now() + interval '1 day' where campaign_id = ${id}`,
  );
  expect(await l.take(h, b, 5)).toHaveLength(1);
});

test("whose turn has come takes half of a batch at most, system mail nine tenths, and all where nothing is ahead", async () => {
  const b = l.nextBucket();
  const fresh = await l.running(1_000, { bucket: b });
  const back = await l.running(300, { bucket: l.nextBucket() });
  await l.t.sql`insert into due (campaign_id, seq, pool_id, bucket, class, due_at)
    select ${back}, i, ${l.poolId}, ${b}, 5, now() - interval '1 s' from generate_series(1, 200) i`;
  const h = await l.hold(b);
  const size = (claims: Claim[], id: number) =>
    claims.filter((c) => c.campaignId === id).flatMap((c) => c.seqs).length;
  const first = await l.take(h, b, 100);
  expect([size(first, back), size(first, fresh)]).toEqual([50, 50]);
  await l.t.sql`update due set class = 0 where campaign_id = ${back}`;
  const second = await l.take(h, b, 100);
  expect([size(second, back), size(second, fresh)]).toEqual([90, 10]);
  expect(second[0]?.campaignId).toBe(back);
  await l.t.sql`update streams set state = 'p' where campaign_id = ${fresh}`;
  expect(size(await l.take(h, b, 100), back)).toBe(60);
});

test("a pinned or paused recipient is left to its source or its time", async () => {
  const b = l.nextBucket();
  const id = await l.running(5, { bucket: l.nextBucket() });
  await l.t.sql`insert into due (campaign_id, seq, pool_id, bucket, class, due_at, source_id, state) values
    (${id}, 1, ${l.poolId}, ${b}, 5, now(), ${l.sourceId + 1}, 'r'), (${id}, 2, ${l.poolId}, ${b}, 5, now(), null, 'p'),
    (${id}, 3, ${l.poolId}, ${b}, 5, now() + interval '1 h', null, 'r'), (${id}, 4, ${l.poolId}, ${b}, 5, now(), ${l.sourceId}, 'r')`;
  const h = await l.hold(b);
  expect((await l.take(h, b, 10)).flatMap((c) => c.seqs)).toEqual([4]);
});

test("only system mail is taken where only that is asked for", async () => {
  const b = l.nextBucket();
  await l.running(10, { bucket: b });
  const h = await l.hold(b);
  expect(await l.take(h, b, 10, true)).toEqual([]);
});

test("who unsubscribed, was suppressed or erased in the meantime is settled, and the equation holds", async () => {
  const b = l.nextBucket();
  const id = await l.running(6, { bucket: b });
  await l.t
    .sql`update subscriptions set status = 'unsubscribed' where subscriber_id = (select subscriber_id from deliveries where campaign_id = ${id} and seq = 1)`;
  await l.t.sql`insert into suppressions (workspace_id, address, address_key, reason, evidence)
    select null, lower(address), lower(address), 'recipient-dead', '{"source":"person"}' from deliveries where campaign_id = ${id} and seq = 2`;
  await l.t.sql`insert into suppressions (workspace_id, address, address_key, reason, evidence)
    select ${(await makeWorkspace(l.t.db)).id}, lower(address), lower(address), 'complaint', '{"source":"person"}' from deliveries where campaign_id = ${id} and seq = 3`;
  await l.t
    .sql`update subscribers set erased_at = now() where id = (select subscriber_id from deliveries where campaign_id = ${id} and seq = 4)`;
  const claims = await l.take(await l.hold(b), b, 10);
  const opened = await l.look(claims);
  expect(opened.recipients.map((r) => r.seq)).toEqual([3, 5, 6]);
  expect(opened.recipients[0]).toMatchObject({
    address: `P3@c${id}.example`,
    attempts: 0,
    firstAt: null,
    listId: l.listId,
  });
  expect(opened.suppressed).toBe(3);
  const reasons = await l.t
    .sql`select seq, reply from deliveries where campaign_id = ${id} and state = 's' order by seq`;
  expect(reasons.map((row) => row.reply)).toEqual(["unsubscribed", "suppressed: recipient-dead", "erased"]);
  expect(await l.counts(id)).toEqual({ w: 3, s: 3 });
});

test("lanes are woken where there is something to do, once", async () => {
  const b = l.nextBucket();
  await l.running(2, { bucket: b });
  expect(await wakeLanes(l.t.db, { bucket: b })).toBe(1);
  expect(await wakeLanes(l.t.db, { bucket: b })).toBe(0);
  const [lane] = await l.t.sql`select id from lanes where bucket = ${b}`;
  const [job] = await l.t
    .sql`select task_identifier from graphile_worker.jobs where key = ${`lane:${lane?.id}`}`;
  expect(job?.task_identifier).toBe("lane");
  await l.t.sql`delete from graphile_worker._private_jobs`;
  await l.hold(b);
  expect(await wakeLanes(l.t.db, { bucket: b })).toBe(0);
});

test("two sources of a pool share a stream without taking anybody twice", async () => {
  const b = l.nextBucket();
  const id = await l.running(2_000, { bucket: b });
  const other = await makeSource(l.t.db);
  await l.t.sql`insert into lanes (source_id, bucket) values (${other.id}, ${b})`;
  const [lane] = await l.t.sql`select id from lanes where source_id = ${other.id} and bucket = ${b}`;
  const row = await acquire(l.t.sql, Number(lane?.id), l.workerId);
  const holds = [await l.hold(b), { laneId: row!.id, workerId: l.workerId, epoch: row!.epoch }];
  const work = async (h: LaneHold) => {
    const mine: number[] = [];
    for (;;) {
      const claims = await l.take(h, b, 50);
      if (claims.length === 0) return mine;
      mine.push(...claims.flatMap((c) => c.seqs));
    }
  };
  const taken = (await Promise.all(holds.map(work))).flat();
  expect(taken.length).toBe(2_000);
  expect(new Set(taken).size).toBe(2_000);
  expect(await l.places(id)).toMatchObject({ claimed: 2_000, twice: 0 });
  await l.t.sql`update sources set removed_at = now() where id = ${other.id}`;
});
