import { eq } from "drizzle-orm";
import { beforeAll, expect, test } from "vitest";
import type { AdminCtx } from "#core/platform/context.ts";
import type { Db } from "#db/client.ts";
import { sourceDays, warmups } from "#db/schema/index.ts";
import { testDatabase } from "#db/testing/database.ts";
import { adminCtx, makeSource, makeUser } from "#db/testing/factories.ts";
import { dayOf } from "../mail/warmup/caps.ts";
import { listWarmups, readWarmupDays } from "./read.ts";
import { StartWarmupInput, startWarmup, stopWarmup, WARMUP_BUCKETS } from "./start.ts";
import { SMALL_SITES } from "./types.ts";

let db: Db;
let ctx: AdminCtx;

beforeAll(async () => {
  ({ db } = await testDatabase());
  ctx = adminCtx(db, (await makeUser(db)).id);
});

const start = (sourceId: number, values: Partial<StartWarmupInput> = {}) =>
  startWarmup(ctx, StartWarmupInput.parse({ sourceId, plan: "gentle", ...values }));

test("a plan that cannot be is refused, with the day that is wrong", async () => {
  const { id } = await makeSource(db);
  const own = async (daily: string) => {
    const result = await start(id, { plan: "own", daily });
    return result.ok ? "started" : result.reason;
  };
  expect(await own("")).toMatch(/^Write the mails/);
  expect(await own("50, 40")).toMatch(/^Day 2, 40, is less than the day before/);
  expect(await own("50, many")).toMatch(/^Day 2, many, is not a whole number/);
  expect(await own("0")).toMatch(/^Day 1, 0, is not a whole number/);
  expect(await own(Array.from({ length: 400 }, () => "5").join(" "))).toMatch(/366/);
  expect(await start(id, { buckets: [77_777] })).toMatchObject({ ok: false });
  expect(await start(32_000)).toMatchObject({ ok: false });
  const relay = await makeSource(db, { kind: "relay", ip: null, host: "mx.example", port: 587 });
  expect(await start(relay.id)).toMatchObject({ ok: false, reason: expect.stringContaining("relay") });
  expect(await db.select().from(warmups).where(eq(warmups.sourceId, id))).toEqual([]);
});

test("begins with every provider and the small sites, or with those that were chosen", async () => {
  const { id } = await makeSource(db);
  expect(await start(id)).toEqual({ ok: true });
  const all = await listWarmups(ctx, id);
  expect(all.map((row) => row.bucket).sort((a, b) => a - b)).toEqual(
    [...WARMUP_BUCKETS].sort((a, b) => a - b),
  );
  expect(all.every((row) => row.cap === 50 && row.step === 0 && row.last === null)).toBe(true);
  const other = await makeSource(db);
  expect(await start(other.id, { plan: "own", daily: "10\n20, 30", buckets: [1, SMALL_SITES] })).toEqual({
    ok: true,
  });
  expect((await listWarmups(ctx, other.id)).map(({ name, cap, steps }) => ({ name, cap, steps }))).toEqual([
    { name: "Google", cap: 10, steps: 3 },
    { name: "Small sites", cap: 10, steps: 3 },
  ]);
});

test("shows what is used of today, and days with what they meant", async () => {
  const { id } = await makeSource(db);
  await start(id, { plan: "own", daily: "100 200", buckets: [1] });
  const today = dayOf(ctx.now().getTime());
  const day = { sourceId: id, bucket: 1, cap: 100 };
  await db.insert(sourceDays).values([
    {
      ...day,
      day: today - 1,
      taken: 90,
      accepted: 60,
      blocked: 5,
      result: "taken-back",
      because: [{ sign: "blocked", rate: 0.08 }],
    },
    { ...day, day: today, taken: 40, accepted: 38 },
  ]);
  expect((await listWarmups(ctx, id))[0]).toMatchObject({
    takenToday: 40,
    cap: 100,
    last: { result: "taken-back", because: [{ sign: "blocked", rate: 0.08 }] },
  });
  expect((await readWarmupDays(ctx, id, 1)).map(({ accepted, result }) => [accepted, result])).toEqual([
    [60, "taken-back"],
    [38, null],
  ]);
  // Begun anew, the days of the plan before are not judged by this one.
  await start(id, { plan: "own", daily: "10 20", buckets: [1] });
  expect((await readWarmupDays(ctx, id, 1)).at(-1)?.result).toBe("little");
});

test("taken as known: with one provider, then with all; twice is told", async () => {
  const { id } = await makeSource(db);
  await start(id);
  expect(await stopWarmup(ctx, { sourceId: id, bucket: 1 })).toEqual({ ok: true });
  expect(await stopWarmup(ctx, { sourceId: id, bucket: 1 })).toMatchObject({ ok: false });
  expect((await listWarmups(ctx, id)).some((row) => row.bucket === 1)).toBe(false);
  expect(await stopWarmup(ctx, { sourceId: id })).toEqual({ ok: true });
  expect(await listWarmups(ctx, id)).toEqual([]);
});
