import { beforeAll, expect, test } from "vitest";
import { systemCtx } from "#db/testing/factories.ts";
import { bounceDelivery } from "../report/settle-late.ts";
import { acquire, beat, enrol, reap, release } from "./lease.ts";
import type { LaneHold } from "./reserve.ts";
import { settle } from "./settle.ts";
import { deferred, type LedgerWorld, ledgerWorld } from "./testing/ledger-world.ts";

let l: LedgerWorld;
beforeAll(async () => {
  l = await ledgerWorld();
});

test("where nobody knows, a workspace may have it sent once more; a second time it ends", async () => {
  const b = l.nextBucket();
  const id = await l.running(1, { bucket: b });
  await l.t
    .sql`update workspaces set repeat_uncertain = true where id = (select workspace_id from campaigns where id = ${id})`;
  const lost = {
    ...deferred,
    kind: "uncertain",
    verdict: "uncertain",
    retryAt: Date.now() + 600_000,
  } as const;
  const h = await l.hold(b);
  const [claim] = await l.take(h, b, 10);
  await settle(l.t.sql, {
    outcomes: [l.outcome(claim!, 1, lost)],
    finished: [claim!].map((c) => ({ claimId: c.id, epoch: c.epoch })),
  });
  expect(await l.counts(id)).toEqual({ d: 1 });
  await l.t.sql`update due set due_at = now() where campaign_id = ${id}`;
  const [again] = await l.take(h, b, 10);
  const second = l.outcome(again!, 1, { ...lost, attempt: 2 });
  await settle(l.t.sql, { outcomes: [second], finished: [] });
  await settle(l.t.sql, { outcomes: [second], finished: [] });
  expect(await l.counts(id)).toEqual({ x: 1 });
  expect(await l.t.sql`select from due where campaign_id = ${id}`).toHaveLength(0);
  // Not of a campaign that somebody ended meanwhile.
  const ended = await l.running(1, { bucket: b });
  await l.t.sql`update workspaces set repeat_uncertain = true`;
  const [last] = await l.take(h, b, 10);
  await l.t.sql`update campaigns set state = 'cancelled' where id = ${ended}`;
  await settle(l.t.sql, { outcomes: [l.outcome(last!, 1, lost)], finished: [] });
  expect(await l.counts(ended)).toEqual({ x: 1 });
  await l.t.sql`update workspaces set repeat_uncertain = false`;
});

test("settling the same outcomes twice changes nothing the second time", async () => {
  const b = l.nextBucket();
  const id = await l.running(4, { bucket: b });
  const [claim] = await l.take(await l.hold(b), b, 10);
  const at = Date.now();
  const input = {
    outcomes: [
      l.outcome(claim!, 1, { at }),
      l.outcome(claim!, 2, { ...deferred, at, retryAt: at + 600_000 }),
      l.outcome(claim!, 3, {
        kind: "bounced",
        code: 550,
        enhanced: "5.1.1",
        reply: "no such user",
        verdict: "recipient-dead",
        shape: "no such user",
        suppress: true,
        at,
      }),
      l.outcome(claim!, 4, {
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
  // The answer to a commit is lost before the whole of a claim is done, too.
  await settle(l.t.sql, { ...input, finished: [] });
  await settle(l.t.sql, input);
  const once = await state(id, b);
  expect(await l.counts(id)).toEqual({ a: 1, d: 1, b: 1, x: 1 });
  expect(await l.places(id)).toEqual({ open: 1, ahead: 0, claimed: 0, due: 1, twice: 0 });
  await l.t.sql`delete from due where campaign_id = ${id}`;
  await settle(l.t.sql, input);
  await l.t
    .sql`insert into due (campaign_id, seq, pool_id, bucket, class, due_at) values (${id}, 2, ${l.poolId}, ${b}, 5, to_timestamp(${(at + 600_000) / 1000}))`;
  expect(await state(id, b)).toEqual(once);
  const dead = await l.t
    .sql`select address_key, workspace_id, evidence from suppressions where campaign_id = ${id}`;
  expect(dead).toEqual([
    {
      address_key: `p3@c${id}.example`,
      workspace_id: null,
      evidence: expect.objectContaining({ source: "smtp", reply: "550 5.1.1 no such user" }),
    },
  ]);
});

async function state(id: number, bucket: number) {
  return {
    deliveries: await l.t.sql`select * from deliveries where campaign_id = ${id} order by seq`,
    attempts: await l.t.sql`select * from attempts where campaign_id = ${id} order by seq`,
    rollups: await l.t.sql`select * from rollups where campaign_id = ${id} order by state, source_id`,
    minutes: await l.t.sql`select * from campaign_minutes where campaign_id = ${id}`,
    due: await l.t.sql`select seq from due where campaign_id = ${id}`,
    suppressions: await l.t.sql`select address_key from suppressions where campaign_id = ${id}`,
    replies: await l.t
      .sql`select shape, n from reply_hours where source_id = ${l.sourceId} and bucket = ${bucket} order by shape`,
  };
}

test("a dead worker's claims go to the lane's next owner; facts of the old one still count, its plans do not", async () => {
  const b = l.nextBucket();
  const id = await l.running(3, { bucket: b });
  const old = await enrol(l.t.sql, { host: "test", pid: 2, graphileIds: ["g1"] });
  const h = await l.hold(b);
  await l.t.sql`update lanes set worker_id = ${old} where id = ${h.laneId}`;
  const oldHold = { ...h, workerId: old };
  const [claim] = await l.take(oldHold, b, 10);
  expect(await acquire(l.t.sql, h.laneId, l.workerId)).toBeNull();
  await l.t.sql`update workers set lease_until = now() - interval '1 s' where id = ${old}`;
  expect(await reap(l.t.sql, [])).toEqual([]);
  expect(await reap(l.t.sql, [old])).toMatchObject([{ id: old, lanes: 1, graphileIds: ["g1"] }]);
  expect(await beat(l.t.sql, old)).toBe(false);
  const row = await acquire(l.t.sql, h.laneId, l.workerId);
  expect(row).toMatchObject({ isInherited: true, epoch: h.epoch + 1 });
  const mine: LaneHold = { laneId: h.laneId, workerId: l.workerId, epoch: row!.epoch };
  const { claims } = await l.adopt(mine);
  expect(claims).toMatchObject([{ id: claim!.id, epoch: mine.epoch, seqs: [1, 2, 3] }]);

  // The dead one lives on: an acceptance is a fact, a deferral gives no second turn, a hand-back nothing at all.
  await settle(l.t.sql, {
    outcomes: [
      l.outcome(claim!, 1),
      l.outcome(claim!, 2, { ...deferred, retryAt: Date.now() + 1_000 }),
      l.outcome(claim!, 3, { kind: "back", code: null, reply: null, retryAt: Date.now() }),
    ],
    finished: [{ claimId: claim!.id, epoch: claim!.epoch }],
  });
  expect(await l.counts(id)).toEqual({ a: 1, d: 1, w: 1 });
  expect(await l.places(id)).toEqual({ open: 2, ahead: 0, claimed: 2, due: 0, twice: 0 });

  // The new one sends to all it opened before that: the first is a copy, and known.
  await settle(l.t.sql, {
    outcomes: [1, 2, 3].map((seq) => l.outcome(claims[0]!, seq, { at: Date.now() + 5 })),
    finished: [{ claimId: claim!.id, epoch: mine.epoch }],
  });
  expect(await l.counts(id)).toEqual({ a: 3 });
  const dups = await l.t.sql`select seq, dup from deliveries where campaign_id = ${id} order by seq`;
  expect(dups.map((row) => row.dup)).toEqual([1, 0, 0]);
});

test("what a paused campaign gives back waits, and the settle says that it no longer runs", async () => {
  const b = l.nextBucket();
  const id = await l.running(2, { bucket: b });
  const [claim] = await l.take(await l.hold(b), b, 10);
  await l.t.sql`update campaigns set state = 'paused' where id = ${id}`;
  const { stopped } = await settle(l.t.sql, {
    outcomes: [
      l.outcome(claim!, 1),
      l.outcome(claim!, 2, { kind: "back", code: null, reply: null, retryAt: Date.now() }),
    ],
    finished: [{ claimId: claim!.id, epoch: claim!.epoch }],
  });
  expect(stopped).toEqual([id]);
  expect(await l.t.sql`select seq, state from due where campaign_id = ${id}`).toEqual([
    { seq: 2, state: "p" },
  ]);
  const [row] = await l.t.sql`select state, attempts from deliveries where campaign_id = ${id} and seq = 2`;
  expect(row).toEqual({ state: "w", attempts: 0 });
});

test("a copy that is known in the same flush counts once, and is called a copy", async () => {
  const b = l.nextBucket();
  const id = await l.running(2, { bucket: b });
  const [claim] = await l.take(await l.hold(b), b, 10);
  const at = Date.now();
  await settle(l.t.sql, {
    outcomes: [
      l.outcome(claim!, 1, { at }),
      l.outcome(claim!, 2, { at }),
      l.outcome(claim!, 1, { at: at + 100 }),
    ],
    finished: [{ claimId: claim!.id, epoch: claim!.epoch }],
  });
  expect(await l.counts(id)).toEqual({ a: 2 });
  const dups = await l.t.sql`select seq, dup from deliveries where campaign_id = ${id} order by seq`;
  expect(dups.map((row) => row.dup)).toEqual([1, 0]);
});

/** A claim of one, as its first owner knows it and as the lane's next one has adopted it. */
async function handedOn() {
  const b = l.nextBucket();
  const id = await l.running(1, { bucket: b });
  const h = await l.hold(b);
  const [claim] = await l.take(h, b, 10);
  await release(l.t.sql, h, 0);
  const next = await l.hold(b);
  const { claims } = await l.adopt(next);
  return { id, claim: claim!, adopted: claims[0]!, next };
}

test("refused for now by two owners: the one who holds the claim gives it its next turn", async () => {
  const { id, claim, adopted, next } = await handedOn();
  const at = Date.now();
  await settle(l.t.sql, {
    outcomes: [l.outcome(claim, 1, { ...deferred, at, retryAt: at + 600_000 })],
    finished: [],
  });
  await settle(l.t.sql, {
    outcomes: [l.outcome(adopted, 1, { ...deferred, at: at + 5, retryAt: at + 600_000 })],
    finished: [{ claimId: claim.id, epoch: next.epoch }],
  });
  expect(await l.counts(id)).toEqual({ d: 1 });
  expect(await l.places(id)).toEqual({ open: 1, ahead: 0, claimed: 0, due: 1, twice: 0 });
  const tries = await l.t.sql`select n from attempts where campaign_id = ${id} order by n`;
  expect(tries.map(({ n }) => n)).toEqual([1, 2]);
});

test("refused for now by who owned the lane before, for good by who has it now: it is over", async () => {
  const { id, claim, adopted, next } = await handedOn();
  const late = l.outcome(claim, 1, { ...deferred, retryAt: Date.now() + 600_000 });
  const refused = l.outcome(adopted, 1, { kind: "bounced", code: 550, verdict: "recipient-dead" });
  await settle(l.t.sql, { outcomes: [{ ...late, at: refused.at - 5 }], finished: [] });
  await settle(l.t.sql, { outcomes: [refused], finished: [{ claimId: claim.id, epoch: next.epoch }] });
  expect(await l.counts(id)).toEqual({ b: 1 });
  expect(await l.places(id)).toEqual({ open: 0, ahead: 0, claimed: 0, due: 0, twice: 0 });
});

test("given back once: said again after its answer was lost, it puts nobody into two places", async () => {
  const b = l.nextBucket();
  const id = await l.running(3, { bucket: b });
  const h = await l.hold(b);
  const [claim] = await l.take(h, b, 3);
  const back = { kind: "back", code: null, reply: null, retryAt: Date.now() - 1_000 } as const;
  const input = { outcomes: [l.outcome(claim!, 2, back)], finished: [] };
  await settle(l.t.sql, input);
  expect((await l.take(h, b, 3)).map(({ seqs }) => seqs)).toEqual([[2]]);
  await settle(l.t.sql, input);
  expect(await l.places(id)).toEqual({ open: 3, ahead: 0, claimed: 3, due: 0, twice: 0 });
});

test("accepted, said again after a report of its bounce, does not undo the bounce", async () => {
  const b = l.nextBucket();
  const id = await l.running(1, { bucket: b });
  const [claim] = await l.take(await l.hold(b), b, 1);
  const input = { outcomes: [l.outcome(claim!, 1)], finished: [] };
  await settle(l.t.sql, input);
  const about = { campaign: id, seq: 1 } as Parameters<typeof bounceDelivery>[1];
  const reply = { code: 550, enhanced: "5.1.1", reply: "no such user", verdict: null };
  await bounceDelivery(systemCtx(l.t.db), about, reply);
  await settle(l.t.sql, input);
  expect(await l.counts(id)).toEqual({ b: 1 });
  const [row] = await l.t.sql`select state, dup from deliveries where campaign_id = ${id}`;
  expect(row).toEqual({ state: "b", dup: 0 });
});
