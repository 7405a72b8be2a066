import { beforeAll, expect, test } from "vitest";
import { acquire, enrol, giveBackOrphans, release } from "./lease.ts";
import type { Claim } from "./reserve.ts";
import { settle } from "./settle.ts";
import { type LedgerWorld, ledgerWorld } from "./testing/ledger-world.ts";
import { wakeLanes } from "./wake-lanes.ts";

let l: LedgerWorld;
beforeAll(async () => {
  l = await ledgerWorld();
});

test("a lane that was taken over cannot reserve", async () => {
  const b = l.nextBucket();
  await l.running(10, { bucket: b });
  const h = await l.hold(b);
  await l.t.sql`update lanes set epoch = epoch + 1 where id = ${h.laneId}`;
  expect(await l.take(h, b, 5)).toEqual([]);
});

test.each([
  ["held", "update lanes set held_at = now() where id = $1"],
  ["suspended", "update lanes set suspended_until = now() + interval '1 hour' where id = $1"],
])("nothing is taken by a lane that is %s", async (_, statement) => {
  const b = l.nextBucket();
  await l.running(10, { bucket: b });
  const h = await l.hold(b);
  await l.t.sql.unsafe(statement, [h.laneId]);
  expect(await l.take(h, b, 5)).toEqual([]);
});

test("a claim that ended three workers is set aside", async () => {
  const b = l.nextBucket();
  await l.running(3, { bucket: b });
  let h = await l.hold(b);
  await l.take(h, b, 10);
  const seen: [number, number][] = [];
  for (let i = 0; i < 5; i++) {
    await release(l.t.sql, h, 0);
    h = await l.hold(b);
    const { claims, setAside } = await l.adopt(h);
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
  const b = l.nextBucket();
  const id = await l.running(9, { bucket: b });
  let h = await l.hold(b);
  const first = await l.take(h, b, 7);
  await l.take(h, b, 2);
  let front: Claim = first[0]!;
  for (let i = 1; i <= 6; i++) {
    await settle(l.t.sql, { outcomes: [l.outcome(front, i)], finished: [] });
    await release(l.t.sql, h, 0);
    h = await l.hold(b);
    const { claims, setAside } = await l.adopt(h);
    expect(setAside).toEqual([]);
    expect(claims.map((claim) => claim.seqs)).toEqual([[1, 2, 3, 4, 5, 6, 7].slice(i), [8, 9]]);
    front = claims[0]!;
  }
  expect(await l.places(id)).toEqual({ open: 3, ahead: 0, claimed: 3, due: 0, twice: 0 });
});

test("a recipient given back and claimed anew belongs to the newer claim alone", async () => {
  const b = l.nextBucket();
  const id = await l.running(3, { bucket: b });
  const h = await l.hold(b);
  const [older] = await l.take(h, b, 3);
  const back = l.outcome(older!, 2, { kind: "back", code: null, reply: null, retryAt: Date.now() - 1_000 });
  await settle(l.t.sql, { outcomes: [back], finished: [] });
  const [newer] = await l.take(h, b, 3);
  expect(newer?.seqs).toEqual([2]);
  await release(l.t.sql, h, 0);
  const next = await l.hold(b);
  const { claims } = await l.adopt(next);
  expect(claims.map((claim) => claim.seqs)).toEqual([[1, 3], [2]]);
  expect(await l.places(id)).toEqual({ open: 3, ahead: 0, claimed: 3, due: 0, twice: 0 });
});

test("what was taken and its answer lost is found by its owner, and nothing that it knows", async () => {
  const b = l.nextBucket();
  await l.running(5, { bucket: b });
  const h = await l.hold(b);
  const [known] = await l.take(h, b, 2);
  const [missed] = await l.take(h, b, 3);
  expect((await l.adopt(h)).claims).toEqual([]);
  const { claims } = await l.adopt(h, [known!.id]);
  expect(claims).toMatchObject([{ id: missed!.id, epoch: h.epoch, seqs: [3, 4, 5] }]);
  expect((await l.adopt(h, [known!.id, missed!.id])).claims).toEqual([]);
});

/** A lane with a claim of three, the first of which is accepted, whose owner is not among the living. */
async function orphaned() {
  const b = l.nextBucket();
  const id = await l.running(3, { bucket: b });
  const h = await l.hold(b);
  const dead = await enrol(l.t.sql, { host: "test", pid: 3, graphileIds: [] });
  await l.t.sql`update lanes set worker_id = ${dead} where id = ${h.laneId}`;
  const [claim] = await l.take({ ...h, workerId: dead }, b, 3);
  await settle(l.t.sql, { outcomes: [l.outcome(claim!, 1)], finished: [] });
  return { id, claim: claim!, laneId: h.laneId, bury: () => l.t.sql`delete from workers where id = ${dead}` };
}

test.each([
  ["held", "update lanes set held_at = now() where id = $1", ""],
  ["suspended", "update lanes set suspended_until = now() + interval '1 hour' where id = $1", ""],
  [
    "of a source that was removed",
    "update sources set removed_at = now(), state = 'held' where id = (select source_id from lanes where id = $1)",
    "update sources set removed_at = null, state = 'active' where id = (select source_id from lanes where id = $1)",
  ],
])("what a dead worker left with a lane that is %s goes to others", async (_, stop, undo) => {
  const { id, claim, laneId, bury } = await orphaned();
  await l.t.sql.unsafe(stop, [laneId]);
  expect(await giveBackOrphans(l.t.sql)).toBe(0);
  await bury();
  expect(await acquire(l.t.sql, laneId, l.workerId)).toBeNull();
  expect(await giveBackOrphans(l.t.sql)).toBe(2);
  expect(await giveBackOrphans(l.t.sql)).toBe(0);
  if (undo) await l.t.sql.unsafe(undo, [laneId]);
  expect(await l.places(id)).toEqual({ open: 2, ahead: 0, claimed: 0, due: 2, twice: 0 });
  // The dead one lives on: what it says of its plans counts no more, a fact does.
  const late = l.outcome(claim, 2, { kind: "back", code: null, reply: null, retryAt: Date.now() });
  await settle(l.t.sql, { outcomes: [late, l.outcome(claim, 3)], finished: [] });
  expect(await l.places(id)).toEqual({ open: 1, ahead: 0, claimed: 0, due: 1, twice: 0 });
});

test("a lane that may run keeps what a dead worker left, and a cancelled campaign's recipients get no turns", async () => {
  const { id, laneId, bury } = await orphaned();
  await bury();
  expect(await giveBackOrphans(l.t.sql)).toBe(0);
  await l.t.sql`update lanes set held_at = now() where id = ${laneId}`;
  await l.t.sql`update campaigns set state = 'cancelled' where id = ${id}`;
  expect(await giveBackOrphans(l.t.sql)).toBe(0);
  expect(await l.places(id)).toEqual({ open: 2, ahead: 0, claimed: 0, due: 0, twice: 0 });
});

test("while sending is stopped no lane is woken or taken, whatever was left behind: a copy of a database sends nothing", async () => {
  const { laneId, bury } = await orphaned();
  await bury();
  await l.t.sql`update installation set sending_allowed = false`;
  expect(await wakeLanes(l.t.db)).toBe(0);
  expect(await acquire(l.t.sql, laneId, l.workerId)).toBeNull();
  await l.t.sql`update installation set sending_allowed = true`;
  expect(await acquire(l.t.sql, laneId, l.workerId)).not.toBeNull();
});
