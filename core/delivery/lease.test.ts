import { beforeAll, expect, test } from "vitest";
import { release } from "./lease.ts";
import type { Claim } from "./reserve.ts";
import { settle } from "./settle.ts";
import { type LedgerWorld, ledgerWorld } from "./testing/ledger-world.ts";

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
