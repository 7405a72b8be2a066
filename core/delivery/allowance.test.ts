import { beforeAll, expect, test } from "vitest";
import { anotherDatabase, type TestDatabase } from "#db/testing/database.ts";
import { makeSource } from "#db/testing/factories.ts";
import { SMALL_SITES } from "../warmup/types.ts";
import { readWarmth } from "./allowance.ts";

let t: TestDatabase;
/** Cold at Google and at small sites. */
let cold: number;
let warm: number;

beforeAll(async () => {
  t = await anotherDatabase();
  [cold, warm] = [(await makeSource(t.db)).id, (await makeSource(t.db)).id];
  for (const bucket of [1, SMALL_SITES])
    await t.sql`insert into warmups (source_id, bucket, plan) values (${cold}, ${bucket}, ${t.sql.json({ key: "own", name: "Own", daily: [50, 100], hourly: null })})`;
  for (const bucket of [1, SMALL_SITES, SMALL_SITES + 1])
    await t.sql`insert into lanes (source_id, bucket) values (${cold}, ${bucket})`;
});

const kindOf = async (sourceId: number, bucket: number) =>
  (await readWarmth(t.sql, [{ laneId: 1, sourceId, bucket }])).get(1)?.kind ?? "warm";

test("a lane that is held keeps nothing from the others; its number may be that of all small sites, which it does not speak for", async () => {
  expect(await kindOf(cold, 1)).toBe("cold");
  expect(await kindOf(cold, SMALL_SITES + 1)).toBe("cold");
  expect(await kindOf(warm, 1)).toBe("beside");
  expect(await kindOf(warm, SMALL_SITES + 1)).toBe("beside");
  await t.sql`update lanes set held_at = now() where source_id = ${cold} and bucket in (1, ${SMALL_SITES})`;
  expect(await kindOf(warm, 1)).toBe("warm");
  expect(await kindOf(warm, SMALL_SITES + 1)).toBe("beside");
  expect(await kindOf(cold, SMALL_SITES + 1)).toBe("cold");
});

test("a cold source is cold while it drains too: what it finishes is counted", async () => {
  await t.sql`update sources set state = 'draining' where id = ${cold}`;
  expect(await kindOf(cold, SMALL_SITES + 1)).toBe("cold");
  expect(await kindOf(warm, SMALL_SITES + 1)).toBe("warm");
});
