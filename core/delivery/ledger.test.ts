import { beforeAll, expect, test } from "vitest";
import { anotherDatabase, type TestDatabase } from "#db/testing/database.ts";
import { makeCampaign, makeList, makeSender, makeSource, makeWorkspace } from "#db/testing/factories.ts";
import { acquire, adopt, beat, enrol, reap, release } from "./lease.ts";
import { open } from "./open.ts";
import { type Claim, type LaneHold, reserve } from "./reserve.ts";
import { type Outcome, settle } from "./settle.ts";
import { wakeLanes } from "./wake-lanes.ts";

// One database for the file: each test has a bucket of its own.
let t: TestDatabase;
let workspaceId: number;
let listId: number;
let senderId: number;
let senderDomainId: number;
let sourceId: number;
let poolId: number;
let workerId: number;
let bucket = 1000;

beforeAll(async () => {
  t = await anotherDatabase();
  workspaceId = (await makeWorkspace(t.db)).id;
  listId = (await makeList(t.db, workspaceId)).id;
  const sender = await makeSender(t.db, workspaceId);
  senderId = sender.id;
  senderDomainId = sender.senderDomainId;
  sourceId = (await makeSource(t.db)).id;
  poolId = Number((await t.sql`select id from pools where is_default`)[0]?.id);
  workerId = await enrol(t.sql, { host: "test", pid: 1, graphileIds: [] });
});

/** Another shard, then big sites' numbers. */
const nextBucket = () => {
  bucket = bucket === 1015 ? 100_001 : bucket + 1;
  return bucket;
};

/** A running campaign of `n` people in one bucket. */
async function running(n: number, of: { bucket: number; seqFrom?: number }): Promise<number> {
  const campaign = await makeCampaign(t.db, workspaceId, {
    state: "sending",
    senderId,
    launchedAt: new Date(),
  });
  const { id } = campaign;
  await t.sql`with s as (
      insert into subscribers (workspace_id, address, address_key, domain)
      select ${workspaceId}, 'P' || i || '@c' || ${id}::int || '.example', 'p' || i || '@c' || ${id}::int || '.example', 'c' || ${id}::int || '.example'
      from generate_series(1, ${n}::int) i returning id, address, domain
    ), u as (insert into subscriptions (subscriber_id, list_id, workspace_id, status) select id, ${listId}, ${workspaceId}, 'confirmed' from s)
    insert into deliveries (campaign_id, seq, subscriber_id, address, domain, list_id)
    select ${id}, row_number() over (order by id), id, address, domain, ${listId} from s`;
  await t.sql`insert into streams (pool_id, bucket, campaign_id, class, workspace_id, sender_domain_id, expires_at, first_seq, next_seq, last_seq)
    values (${poolId}, ${of.bucket}, ${id}, 5, ${workspaceId}, ${senderDomainId}, now() + interval '1 day', 1, 1, ${n})`;
  await t.sql`insert into rollups (campaign_id, bucket, source_id, state, n) values (${id}, ${of.bucket}, 0, 'w', ${n})`;
  return id;
}

async function hold(of: number): Promise<LaneHold> {
  await t.sql`insert into lanes (source_id, bucket) values (${sourceId}, ${of}) on conflict do nothing`;
  const [lane] = await t.sql`select id from lanes where source_id = ${sourceId} and bucket = ${of}`;
  const row = await acquire(t.sql, Number(lane?.id), workerId);
  return { laneId: row!.id, workerId, epoch: row!.epoch };
}

const take = (h: LaneHold, b: number, want: number, onlySystem = false) =>
  t.sql.begin((tx) => reserve(tx, h, [b], want, onlySystem)) as Promise<Claim[]>;

const look = (claims: Claim[]) =>
  t.sql.begin((tx) =>
    open(tx, claims, { sourceId, workspaceOf: async () => ({ workspaceId, isSystem: false }) }),
  );

const counts = async (campaignId: number) => {
  const rows =
    await t.sql`select state, sum(n)::int as n from rollups where campaign_id = ${campaignId} group by state having sum(n) <> 0`;
  return Object.fromEntries(rows.map((row) => [row.state, row.n]));
};

/** Open rows by place: ahead of a cursor, in a claim, due; and all of them in the ledger. */
async function places(
  campaignId: number,
): Promise<{ open: number; ahead: number; claimed: number; due: number; twice: number }> {
  const [row] = await t.sql`
    with o as (select seq from deliveries where campaign_id = ${campaignId} and state in ('w', 'd')),
    a as (select generate_series(next_seq, last_seq) as seq from streams where campaign_id = ${campaignId}),
    c as (select unnest(seqs) as seq from claims where campaign_id = ${campaignId}),
    d as (select seq from due where campaign_id = ${campaignId})
    select (select count(*)::int from o) as open, (select count(*)::int from a join o using (seq)) as ahead,
      (select count(*)::int from c join o using (seq)) as claimed, (select count(*)::int from d join o using (seq)) as due,
      (select count(*)::int from (select seq from (select * from a union all select * from c union all select * from d) z join o using (seq)
        group by seq having count(*) > 1) y) as twice`;
  return row as never;
}

function outcome(claim: Claim, seq: number, over: Partial<Outcome> = {}): Outcome {
  return {
    kind: "accepted",
    claimId: claim.id,
    epoch: claim.epoch,
    campaignId: claim.campaignId,
    seq,
    sourceId,
    bucket: claim.bucket,
    senderDomainId,
    attempt: 1,
    at: Date.now(),
    code: 250,
    enhanced: "2.0.0",
    reply: "ok",
    verdict: null,
    shape: null,
    retryAt: null,
    pinnedTo: null,
    toBucket: null,
    suppress: false,
    sign: null,
    ...over,
  };
}

const deferred = {
  kind: "deferred",
  code: 451,
  enhanced: "4.3.0",
  reply: "later",
  verdict: "temporary",
  shape: "later",
} as const;

test("where nobody knows, a workspace may have it sent once more; a second time it ends", async () => {
  const b = nextBucket();
  const id = await running(1, { bucket: b });
  await t.sql`update workspaces set repeat_uncertain = true where id = (select workspace_id from campaigns where id = ${id})`;
  const lost = {
    ...deferred,
    kind: "uncertain",
    verdict: "uncertain",
    retryAt: Date.now() + 600_000,
  } as const;
  const h = await hold(b);
  const [claim] = await take(h, b, 10);
  await settle(t.sql, {
    outcomes: [outcome(claim!, 1, lost)],
    finished: [claim!].map((c) => ({ claimId: c.id, epoch: c.epoch })),
  });
  expect(await counts(id)).toEqual({ d: 1 });
  await t.sql`update due set due_at = now() where campaign_id = ${id}`;
  const [again] = await take(h, b, 10);
  const second = outcome(again!, 1, { ...lost, attempt: 2 });
  await settle(t.sql, { outcomes: [second], finished: [] });
  await settle(t.sql, { outcomes: [second], finished: [] });
  expect(await counts(id)).toEqual({ x: 1 });
  expect(await t.sql`select from due where campaign_id = ${id}`).toHaveLength(0);
  // Not of a campaign that somebody ended meanwhile.
  const ended = await running(1, { bucket: b });
  await t.sql`update workspaces set repeat_uncertain = true`;
  const [last] = await take(h, b, 10);
  await t.sql`update campaigns set state = 'cancelled' where id = ${ended}`;
  await settle(t.sql, { outcomes: [outcome(last!, 1, lost)], finished: [] });
  expect(await counts(ended)).toEqual({ x: 1 });
  await t.sql`update workspaces set repeat_uncertain = false`;
});

test("two campaigns share a batch, and what one cannot use waits for the next", async () => {
  const b = nextBucket();
  const [first, second] = [await running(500, { bucket: b }), await running(3, { bucket: b })];
  const h = await hold(b);
  const claims = await take(h, b, 100);
  expect(Object.fromEntries(claims.map((c) => [c.campaignId, c.seqs.length]))).toEqual({
    [first]: 50,
    [second]: 3,
  });
  expect(claims.find((c) => c.campaignId === first)?.seqs.slice(0, 3)).toEqual([1, 2, 3]);
  const next = await take(h, b, 100);
  expect(next.map((c) => [c.campaignId, c.seqs[0], c.seqs.length])).toEqual([[first, 51, 100]]);
});

test("a lane that was taken over cannot reserve", async () => {
  const b = nextBucket();
  await running(10, { bucket: b });
  const h = await hold(b);
  await t.sql`update lanes set epoch = epoch + 1 where id = ${h.laneId}`;
  expect(await take(h, b, 5)).toEqual([]);
});

test.each([
  ["held", "update lanes set held_at = now() where id = $1"],
  ["suspended", "update lanes set suspended_until = now() + interval '1 hour' where id = $1"],
])("nothing is taken by a lane that is %s", async (_, statement) => {
  const b = nextBucket();
  await running(10, { bucket: b });
  const h = await hold(b);
  await t.sql.unsafe(statement, [h.laneId]);
  expect(await take(h, b, 5)).toEqual([]);
});

test("nothing is taken while sending is stopped, the source held, or the campaign paused or past its time", async () => {
  const b = nextBucket();
  const id = await running(10, { bucket: b });
  const h = await hold(b);
  const refuses = async (on: string, off: string) => {
    await t.sql.unsafe(on);
    expect(await take(h, b, 5)).toEqual([]);
    await t.sql.unsafe(off);
  };
  await refuses(
    "update installation set sending_allowed = false",
    "update installation set sending_allowed = true",
  );
  await refuses(
    `update sources set state = 'held' where id = ${sourceId}`,
    `update sources set state = 'active' where id = ${sourceId}`,
  );
  await refuses(
    `update streams set state = 'p' where campaign_id = ${id}`,
    `update streams set state = 'r' where campaign_id = ${id}`,
  );
  await refuses(
    `update streams set expires_at = now() - interval '1 s' where campaign_id = ${id}`,
    `update streams set expires_at = now() + interval '1 day' where campaign_id = ${id}`,
  );
  expect(await take(h, b, 5)).toHaveLength(1);
});

test("whose turn has come takes half of a batch at most, system mail nine tenths, and all where nothing is ahead", async () => {
  const b = nextBucket();
  const fresh = await running(1_000, { bucket: b });
  const back = await running(300, { bucket: nextBucket() });
  await t.sql`insert into due (campaign_id, seq, pool_id, bucket, class, due_at)
    select ${back}, i, ${poolId}, ${b}, 5, now() - interval '1 s' from generate_series(1, 200) i`;
  const h = await hold(b);
  const size = (claims: Claim[], id: number) =>
    claims.filter((c) => c.campaignId === id).flatMap((c) => c.seqs).length;
  const first = await take(h, b, 100);
  expect([size(first, back), size(first, fresh)]).toEqual([50, 50]);
  await t.sql`update due set class = 0 where campaign_id = ${back}`;
  const second = await take(h, b, 100);
  expect([size(second, back), size(second, fresh)]).toEqual([90, 10]);
  expect(second[0]?.campaignId).toBe(back);
  await t.sql`update streams set state = 'p' where campaign_id = ${fresh}`;
  expect(size(await take(h, b, 100), back)).toBe(60);
});

test("a pinned or paused recipient is left to its source or its time", async () => {
  const b = nextBucket();
  const id = await running(5, { bucket: nextBucket() });
  await t.sql`insert into due (campaign_id, seq, pool_id, bucket, class, due_at, source_id, state) values
    (${id}, 1, ${poolId}, ${b}, 5, now(), ${sourceId + 1}, 'r'), (${id}, 2, ${poolId}, ${b}, 5, now(), null, 'p'),
    (${id}, 3, ${poolId}, ${b}, 5, now() + interval '1 h', null, 'r'), (${id}, 4, ${poolId}, ${b}, 5, now(), ${sourceId}, 'r')`;
  const h = await hold(b);
  expect((await take(h, b, 10)).flatMap((c) => c.seqs)).toEqual([4]);
});

test("only system mail is taken where only that is asked for", async () => {
  const b = nextBucket();
  await running(10, { bucket: b });
  const h = await hold(b);
  expect(await take(h, b, 10, true)).toEqual([]);
});

test("who unsubscribed, was suppressed or erased in the meantime is settled, and the equation holds", async () => {
  const b = nextBucket();
  const id = await running(6, { bucket: b });
  await t.sql`update subscriptions set status = 'unsubscribed' where subscriber_id = (select subscriber_id from deliveries where campaign_id = ${id} and seq = 1)`;
  await t.sql`insert into suppressions (workspace_id, address, address_key, reason, evidence)
    select null, lower(address), lower(address), 'recipient-dead', '{"source":"person"}' from deliveries where campaign_id = ${id} and seq = 2`;
  await t.sql`insert into suppressions (workspace_id, address, address_key, reason, evidence)
    select ${(await makeWorkspace(t.db)).id}, lower(address), lower(address), 'complaint', '{"source":"person"}' from deliveries where campaign_id = ${id} and seq = 3`;
  await t.sql`update subscribers set erased_at = now() where id = (select subscriber_id from deliveries where campaign_id = ${id} and seq = 4)`;
  const claims = await take(await hold(b), b, 10);
  const opened = await look(claims);
  expect(opened.recipients.map((r) => r.seq)).toEqual([3, 5, 6]);
  expect(opened.recipients[0]).toMatchObject({
    address: `P3@c${id}.example`,
    attempts: 0,
    firstAt: null,
    listId,
  });
  expect(opened.suppressed).toBe(3);
  const reasons =
    await t.sql`select seq, reply from deliveries where campaign_id = ${id} and state = 's' order by seq`;
  expect(reasons.map((row) => row.reply)).toEqual(["unsubscribed", "suppressed: recipient-dead", "erased"]);
  expect(await counts(id)).toEqual({ w: 3, s: 3 });
});

test("settling the same outcomes twice changes nothing the second time", async () => {
  const b = nextBucket();
  const id = await running(4, { bucket: b });
  const [claim] = await take(await hold(b), b, 10);
  const at = Date.now();
  const input = {
    outcomes: [
      outcome(claim!, 1, { at }),
      outcome(claim!, 2, { ...deferred, at, retryAt: at + 600_000 }),
      outcome(claim!, 3, {
        kind: "bounced",
        code: 550,
        enhanced: "5.1.1",
        reply: "no such user",
        verdict: "recipient-dead",
        shape: "no such user",
        suppress: true,
        at,
      }),
      outcome(claim!, 4, {
        kind: "uncertain",
        code: null,
        enhanced: null,
        reply: "closed",
        verdict: "network",
        shape: "closed",
        at,
      }),
    ],
    finished: [{ claimId: claim!.id, epoch: claim!.epoch }],
  };
  await settle(t.sql, input);
  const once = await state(id);
  expect(await counts(id)).toEqual({ a: 1, d: 1, b: 1, x: 1 });
  expect(await places(id)).toEqual({ open: 1, ahead: 0, claimed: 0, due: 1, twice: 0 });
  await t.sql`delete from due where campaign_id = ${id}`;
  await settle(t.sql, input);
  await t.sql`insert into due (campaign_id, seq, pool_id, bucket, class, due_at) values (${id}, 2, ${poolId}, ${b}, 5, to_timestamp(${(at + 600_000) / 1000}))`;
  expect(await state(id)).toEqual(once);
  const dead =
    await t.sql`select address_key, workspace_id, evidence from suppressions where campaign_id = ${id}`;
  expect(dead).toEqual([
    {
      address_key: `p3@c${id}.example`,
      workspace_id: null,
      evidence: expect.objectContaining({ source: "smtp", reply: "550 5.1.1 no such user" }),
    },
  ]);
});

async function state(id: number) {
  return {
    deliveries: await t.sql`select * from deliveries where campaign_id = ${id} order by seq`,
    attempts: await t.sql`select * from attempts where campaign_id = ${id} order by seq`,
    rollups: await t.sql`select * from rollups where campaign_id = ${id} order by state, source_id`,
    minutes: await t.sql`select * from campaign_minutes where campaign_id = ${id}`,
    due: await t.sql`select seq from due where campaign_id = ${id}`,
    suppressions: await t.sql`select address_key from suppressions where campaign_id = ${id}`,
    replies:
      await t.sql`select shape, n from reply_hours where source_id = ${sourceId} and bucket = ${bucket} order by shape`,
  };
}

test("a dead worker's claims go to the lane's next owner; facts of the old one still count, its plans do not", async () => {
  const b = nextBucket();
  const id = await running(3, { bucket: b });
  const old = await enrol(t.sql, { host: "test", pid: 2, graphileIds: ["g1"] });
  const h = await hold(b);
  await t.sql`update lanes set worker_id = ${old} where id = ${h.laneId}`;
  const oldHold = { ...h, workerId: old };
  const [claim] = await take(oldHold, b, 10);
  expect(await acquire(t.sql, h.laneId, workerId)).toBeNull();
  await t.sql`update workers set lease_until = now() - interval '1 s' where id = ${old}`;
  expect(await reap(t.sql)).toMatchObject([{ id: old, lanes: 1, graphileIds: ["g1"] }]);
  expect(await beat(t.sql, old)).toBe(false);
  const row = await acquire(t.sql, h.laneId, workerId);
  expect(row).toMatchObject({ isInherited: true, epoch: h.epoch + 1 });
  const mine: LaneHold = { laneId: h.laneId, workerId, epoch: row!.epoch };
  const { claims } = (await t.sql.begin((tx) => adopt(tx, mine))) as Awaited<ReturnType<typeof adopt>>;
  expect(claims).toMatchObject([{ id: claim!.id, epoch: mine.epoch, seqs: [1, 2, 3] }]);

  // The dead one lives on: an acceptance is a fact, a deferral gives no second turn, a hand-back nothing at all.
  await settle(t.sql, {
    outcomes: [
      outcome(claim!, 1),
      outcome(claim!, 2, { ...deferred, retryAt: Date.now() + 1_000 }),
      outcome(claim!, 3, { kind: "back", code: null, reply: null, retryAt: Date.now() }),
    ],
    finished: [{ claimId: claim!.id, epoch: claim!.epoch }],
  });
  expect(await counts(id)).toEqual({ a: 1, d: 1, w: 1 });
  expect(await places(id)).toEqual({ open: 2, ahead: 0, claimed: 2, due: 0, twice: 0 });

  // The new one sends to all it opened before that: the first is a copy, and known.
  await settle(t.sql, {
    outcomes: [1, 2, 3].map((seq) => outcome(claims[0]!, seq, { at: Date.now() + 5 })),
    finished: [{ claimId: claim!.id, epoch: mine.epoch }],
  });
  expect(await counts(id)).toEqual({ a: 3 });
  const dups = await t.sql`select seq, dup from deliveries where campaign_id = ${id} order by seq`;
  expect(dups.map((row) => row.dup)).toEqual([1, 0, 0]);
});

test("a claim that ended three workers is set aside", async () => {
  const b = nextBucket();
  await running(3, { bucket: b });
  let h = await hold(b);
  await take(h, b, 10);
  const seen: [number, number][] = [];
  for (let i = 0; i < 5; i++) {
    await release(t.sql, h, 0);
    h = await hold(b);
    const { claims, setAside } = (await t.sql.begin((tx) => adopt(tx, h))) as Awaited<
      ReturnType<typeof adopt>
    >;
    seen.push([claims.length, setAside.length]);
  }
  expect(seen).toEqual([
    [1, 0],
    [1, 0],
    [1, 0],
    [0, 1],
    [0, 0],
  ]);
});

test("a claim of which something is settled each time is never set aside, nor is one that waits behind another", async () => {
  const b = nextBucket();
  const id = await running(9, { bucket: b });
  let h = await hold(b);
  const first = await take(h, b, 7);
  await take(h, b, 2);
  let front: Claim = first[0]!;
  for (let i = 1; i <= 6; i++) {
    await settle(t.sql, { outcomes: [outcome(front, i)], finished: [] });
    await release(t.sql, h, 0);
    h = await hold(b);
    const { claims, setAside } = (await t.sql.begin((tx) => adopt(tx, h))) as Awaited<
      ReturnType<typeof adopt>
    >;
    expect(setAside).toEqual([]);
    expect(claims.map((claim) => claim.seqs)).toEqual([[1, 2, 3, 4, 5, 6, 7].slice(i), [8, 9]]);
    front = claims[0]!;
  }
  expect(await places(id)).toEqual({ open: 3, ahead: 0, claimed: 3, due: 0, twice: 0 });
});

test("a recipient given back and claimed anew belongs to the newer claim alone", async () => {
  const b = nextBucket();
  const id = await running(3, { bucket: b });
  const h = await hold(b);
  const [older] = await take(h, b, 3);
  const back = outcome(older!, 2, { kind: "back", code: null, reply: null, retryAt: Date.now() - 1_000 });
  await settle(t.sql, { outcomes: [back], finished: [] });
  const [newer] = await take(h, b, 3);
  expect(newer?.seqs).toEqual([2]);
  await release(t.sql, h, 0);
  const next = await hold(b);
  const { claims } = (await t.sql.begin((tx) => adopt(tx, next))) as Awaited<ReturnType<typeof adopt>>;
  expect(claims.map((claim) => claim.seqs)).toEqual([[1, 3], [2]]);
  expect(await places(id)).toEqual({ open: 3, ahead: 0, claimed: 3, due: 0, twice: 0 });
});

test("what a paused campaign gives back waits, and the settle says that it no longer runs", async () => {
  const b = nextBucket();
  const id = await running(2, { bucket: b });
  const [claim] = await take(await hold(b), b, 10);
  await t.sql`update campaigns set state = 'paused' where id = ${id}`;
  const { stopped } = await settle(t.sql, {
    outcomes: [
      outcome(claim!, 1),
      outcome(claim!, 2, { kind: "back", code: null, reply: null, retryAt: Date.now() }),
    ],
    finished: [{ claimId: claim!.id, epoch: claim!.epoch }],
  });
  expect(stopped).toEqual([id]);
  expect(await t.sql`select seq, state from due where campaign_id = ${id}`).toEqual([{ seq: 2, state: "p" }]);
  const [row] = await t.sql`select state, attempts from deliveries where campaign_id = ${id} and seq = 2`;
  expect(row).toEqual({ state: "w", attempts: 0 });
});

test("lanes are woken where there is something to do, once", async () => {
  const b = nextBucket();
  await running(2, { bucket: b });
  expect(await wakeLanes(t.db, { bucket: b })).toBe(1);
  expect(await wakeLanes(t.db, { bucket: b })).toBe(0);
  const [lane] = await t.sql`select id from lanes where bucket = ${b}`;
  const [job] =
    await t.sql`select task_identifier from graphile_worker.jobs where key = ${`lane:${lane?.id}`}`;
  expect(job?.task_identifier).toBe("lane");
  await t.sql`delete from graphile_worker._private_jobs`;
  await hold(b);
  expect(await wakeLanes(t.db, { bucket: b })).toBe(0);
});

test("two sources of a pool share a stream without taking anybody twice", async () => {
  const b = nextBucket();
  const id = await running(2_000, { bucket: b });
  const other = await makeSource(t.db);
  await t.sql`insert into lanes (source_id, bucket) values (${other.id}, ${b})`;
  const [lane] = await t.sql`select id from lanes where source_id = ${other.id} and bucket = ${b}`;
  const row = await acquire(t.sql, Number(lane?.id), workerId);
  const holds = [await hold(b), { laneId: row!.id, workerId, epoch: row!.epoch }];
  const work = async (h: LaneHold) => {
    const mine: number[] = [];
    for (;;) {
      const claims = await take(h, b, 50);
      if (claims.length === 0) return mine;
      mine.push(...claims.flatMap((c) => c.seqs));
    }
  };
  const taken = (await Promise.all(holds.map(work))).flat();
  expect(taken.length).toBe(2_000);
  expect(new Set(taken).size).toBe(2_000);
  expect(await places(id)).toMatchObject({ claimed: 2_000, twice: 0 });
  await t.sql`update sources set removed_at = now() where id = ${other.id}`;
});
