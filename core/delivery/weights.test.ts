import { beforeAll, beforeEach, expect, test } from "vitest";
import { anotherDatabase, type TestDatabase } from "#db/testing/database.ts";
import { makeSource } from "#db/testing/factories.ts";
import { acquire, enrol } from "./lease.ts";
import type { LaneHold } from "./reserve.ts";
import { noteTaken, readTurn, weighedSources } from "./weights.ts";

const BUCKET = 4;
let t: TestDatabase;
let poolId: number;
let workerId: number;
/** Weights 3, 1 and 1. */
let heavy: { id: number; hold: LaneHold };
let light: { id: number; hold: LaneHold };

beforeAll(async () => {
  t = await anotherDatabase();
  poolId = Number((await t.sql`select id from pools where is_default`)[0]?.id);
  workerId = await enrol(t.sql, { host: "test", pid: 1, graphileIds: [] });
  const source = async (weight: number) => {
    const { id } = await makeSource(t.db);
    await t.sql`update pool_sources set weight = ${weight} where source_id = ${id}`;
    const [lane] = await t.sql<
      { id: number }[]
    >`insert into lanes (source_id, bucket) values (${id}, ${BUCKET}) returning id`;
    const row = await acquire(t.sql, lane!.id, workerId);
    return { id, hold: { laneId: lane!.id, workerId, epoch: row!.epoch } };
  };
  [heavy, light] = [await source(3), await source(1)];
  await source(1);
});
beforeEach(async () => {
  await t.sql`delete from pool_shares`;
});

const turn = (of: { hold: LaneHold }, buckets = [BUCKET], want = 200) =>
  t.sql.begin((tx) => readTurn(tx, of.hold, buckets, want));
const take = (of: { id: number }, n: number, bucket = BUCKET) => {
  const claim = { id: 1, epoch: 1, campaignId: 1, poolId, bucket, class: 5, seqs: Array(n).fill(1) };
  return t.sql.begin((tx) => noteTaken(tx, of.id, [claim]));
};
const waits = async (of: { hold: LaneHold }) => (await turn(of)).isBlocked;

test("a batch is in proportion to the heaviest that sends, never less than a few nor more than wanted", async () => {
  expect(await turn(heavy)).toEqual({ want: 200, waits: [], isBlocked: false });
  expect(await turn(light)).toEqual({ want: 67, waits: [], isBlocked: false });
  expect((await turn(light, [BUCKET], 12)).want).toBe(10);
  expect((await turn(light, [BUCKET], 4)).want).toBe(4);
  await t.sql`update sources set avoids = ${[BUCKET]} where id = ${heavy.id}`;
  expect((await turn(light)).want).toBe(200);
  await t.sql`update sources set state = 'draining', avoids = '{}' where id = ${heavy.id}`;
  expect((await turn(light)).want).toBe(200);
  await t.sql`update sources set state = 'active' where id = ${heavy.id}`;
});

test("the light one waits while it is ahead of its share; the heavy one never does, nor do equals for each other", async () => {
  await take(light, 1_000);
  // The heavy one has taken nothing: it may have no mail.
  expect(await waits(light)).toBe(false);
  await take(heavy, 200);
  expect(await waits(light)).toBe(true);
  expect(await waits(heavy)).toBe(false);
  // In another bucket it has its own count.
  expect(await turn(light, [BUCKET, 1_003])).toMatchObject({
    waits: [{ poolId, bucket: BUCKET }],
    isBlocked: false,
  });
  await take(heavy, 3_000);
  expect(await waits(light)).toBe(false);
  await take(heavy, 5_000);
  expect(await waits(heavy)).toBe(false);
});

test.each([
  ["is held", () => t.sql`update sources set state = 'held' where id = ${heavy.id}`],
  ["drains", () => t.sql`update sources set state = 'draining' where id = ${heavy.id}`],
  ["has its lane held", () => t.sql`update lanes set held_at = now() where id = ${heavy.hold.laneId}`],
  [
    "has its lane suspended",
    () => t.sql`update lanes set suspended_until = now() + interval '1 hour' where id = ${heavy.hold.laneId}`,
  ],
  ["has no worker", () => t.sql`update lanes set worker_id = null where id = ${heavy.hold.laneId}`],
  [
    "is kept away from the receiver",
    () => t.sql`update sources set avoids = ${[BUCKET]} where id = ${heavy.id}`,
  ],
  [
    "took nothing for a while",
    () =>
      t.sql`update pool_shares set taken_at = now() - interval '16 seconds' where source_id = ${heavy.id}`,
  ],
])("nobody waits for a heavy one that %s", async (_, stop) => {
  await take(light, 1_000);
  await take(heavy, 200);
  expect(await waits(light)).toBe(true);
  await stop();
  expect(await waits(light)).toBe(false);
  await t.sql`update sources set state = 'active', avoids = '{}' where id = ${heavy.id}`;
  await t.sql`update lanes set held_at = null, suspended_until = null, worker_id = ${workerId} where id = ${heavy.hold.laneId}`;
});

test("what was taken fades: being ahead lasts for seconds, not for ever", async () => {
  await take(light, 150);
  await take(heavy, 200);
  expect(await waits(light)).toBe(true);
  await t.sql`update pool_shares set taken_at = now() - interval '14 seconds'`;
  expect(await waits(light)).toBe(true);
  await take(heavy, 200);
  // 150 have become 59 by now: less than a third of 279.
  expect(await waits(light)).toBe(false);
});

test("only sources of a pool with different weights are weighed", async () => {
  expect(await weighedSources(t.sql)).toContain(light.id);
  await t.sql`update pool_sources set weight = 3`;
  expect([...(await weighedSources(t.sql))]).toEqual([]);
});
