import { eq } from "drizzle-orm";
import { beforeAll, expect, test } from "vitest";
import type { AdminCtx } from "#core/platform/context.ts";
import type { Db } from "#db/client.ts";
import {
  auditEvents,
  deliveryHours,
  due,
  lanes,
  limitChanges,
  pools,
  sources,
  streams,
} from "#db/schema/index.ts";
import { testDatabase } from "#db/testing/database.ts";
import { adminCtx, makeSource, makeUser } from "#db/testing/factories.ts";
import { HoldForInput, holdLane, holdLaneFor, releaseLane, restoreFullPace } from "./hold.ts";
import { listLanes } from "./read.ts";
import { readLaneEvents } from "./read-events.ts";

let db: Db;
let ctx: AdminCtx;
let poolId: number;

beforeAll(async () => {
  ({ db } = await testDatabase());
  ctx = adminCtx(db, (await makeUser(db)).id);
  poolId = (await db.select().from(pools))[0]!.id;
});

async function makeLane(values: Partial<typeof lanes.$inferInsert> = {}) {
  const source = await makeSource(db);
  const [lane] = await db
    .insert(lanes)
    .values({ sourceId: source.id, bucket: 1, ...values })
    .returning();
  return lane!;
}
const stateOf = async (lane: { sourceId: number; bucket: number }) => (await listLanes(ctx, lane))[0]?.state;
const soon = () => new Date(Date.now() + 600_000);

test("states: held before suspended, waiting before idle", async () => {
  const suspendedUntil = soon();
  expect(await stateOf(await makeLane({ bucket: 9 }))).toBe("idle");
  expect(await stateOf(await makeLane({ bucket: 9, workerId: 7 }))).toBe("open");
  const left = await makeLane({ bucket: 9, pace: 5, connections: 2, suspendedReply: "421 old" });
  expect((await listLanes(ctx, left))[0]).toMatchObject({ pace: 0, connections: 0, suspendedReply: null });
  expect(await stateOf(await makeLane({ bucket: 9, suspendedUntil }))).toBe("suspended");
  expect(await stateOf(await makeLane({ bucket: 9, suspendedUntil, heldAt: new Date() }))).toBe("held");
  expect(await stateOf(await makeLane({ bucket: 9, suspendedUntil: new Date(Date.now() - 1000) }))).toBe(
    "idle",
  );
  const lane = await makeLane({ bucket: 9 });
  await db.update(sources).set({ state: "held" }).where(eq(sources.id, lane.sourceId));
  expect(await stateOf(lane)).toBe("held");
  // Draining while somebody runs it, then it has stopped.
  await db.update(sources).set({ state: "draining" }).where(eq(sources.id, lane.sourceId));
  expect(await stateOf(lane)).toBe("held");
  await db.update(lanes).set({ workerId: 1 }).where(eq(lanes.id, lane.id));
  expect(await stateOf(lane)).toBe("draining");
  expect(await listLanes(ctx, { sourceId: lane.sourceId, bucket: 10 })).toEqual([]);
});

test("backlog is what lies ahead of cursors and what is due, not what is paused or done", async () => {
  const lane = await makeLane({ bucket: 4 });
  const stream = {
    poolId,
    bucket: 4,
    class: 5,
    workspaceId: 1,
    senderDomainId: 1,
    expiresAt: soon(),
    firstSeq: 1,
    lastSeq: 100,
  };
  await db.insert(streams).values([
    { ...stream, campaignId: 1, nextSeq: 41 },
    { ...stream, campaignId: 2, nextSeq: 101 },
    { ...stream, campaignId: 3, nextSeq: 1, state: "p" },
  ]);
  const retry = { poolId, bucket: 4, class: 5, dueAt: soon() };
  await db.insert(due).values([
    { ...retry, campaignId: 1, seq: 1 },
    { ...retry, campaignId: 1, seq: 2, state: "p" },
  ]);
  const hour = new Date();
  hour.setUTCMinutes(0, 0, 0);
  await db.insert(deliveryHours).values({
    sourceId: lane.sourceId,
    bucket: 4,
    senderDomainId: 1,
    hour,
    accepted: 6,
    deferred: 3,
    bounced: 1,
  });
  const [row] = await listLanes(ctx, lane);
  expect(row).toMatchObject({ backlog: 61, state: "waiting", deferredShare: 0.3, name: "Yahoo" });
  // Where an allowance or a quota is used up, it says until when; a few seconds are no rest.
  const later = new Date(Date.now() + 3_600_000);
  await db.update(lanes).set({ wakeAt: later }).where(eq(lanes.id, lane.id));
  expect((await listLanes(ctx, lane))[0]).toMatchObject({ state: "resting", restUntil: later });
  await db
    .update(lanes)
    .set({ wakeAt: new Date(Date.now() + 5_000) })
    .where(eq(lanes.id, lane.id));
  expect((await listLanes(ctx, lane))[0]).toMatchObject({ state: "waiting", restUntil: null });
  await db
    .update(sources)
    .set({ suspendedUntil: later, suspendedReply: "listed" })
    .where(eq(sources.id, lane.sourceId));
  expect((await listLanes(ctx, lane))[0]).toMatchObject({
    state: "suspended",
    isSourceSuspended: true,
    suspendedUntil: later,
    suspendedReply: "listed",
  });
});

test("a removed source's lanes are gone from the list", async () => {
  const lane = await makeLane();
  await db.update(sources).set({ removedAt: new Date() }).where(eq(sources.id, lane.sourceId));
  expect(await listLanes(ctx, lane)).toEqual([]);
});

test("hold and release: each once, with who did it; release also ends a suspension", async () => {
  const lane = await makeLane();
  const input = { laneId: lane.id };
  expect((await releaseLane(ctx, input)).ok).toBe(false);
  expect(await holdLane(ctx, input)).toEqual({ ok: true });
  const twice = await holdLane(ctx, input);
  expect(twice.ok).toBe(false);
  const [held] = await db.select().from(lanes).where(eq(lanes.id, lane.id));
  expect(held?.heldBy).toBe(ctx.actor.kind === "user" ? ctx.actor.userId : null);
  expect(await releaseLane(ctx, input)).toEqual({ ok: true });
  await db
    .update(lanes)
    .set({ suspendedUntil: soon(), suspendedReply: "421 later" })
    .where(eq(lanes.id, lane.id));
  expect(await releaseLane(ctx, input)).toEqual({ ok: true });
  const [free] = await db.select().from(lanes).where(eq(lanes.id, lane.id));
  expect(free).toMatchObject({ heldAt: null, suspendedUntil: null, suspendedReply: null });
  const audit = await db
    .select()
    .from(auditEvents)
    .where(eq(auditEvents.target, `${lane.sourceId}/1`));
  expect(audit.map((event) => event.action).sort()).toEqual(["lane.hold", "lane.release", "lane.release"]);
});

test("a hold for a time is a hold with an end; one without an end stays", async () => {
  const lane = await makeLane({ bucket: 12, suspendedUntil: soon(), suspendedReply: "421 old" });
  for (const minutes of ["0", "1.5", "20000", "soon"])
    expect(HoldForInput.safeParse({ laneId: lane.id, minutes }).success).toBe(false);
  expect(await holdLaneFor(ctx, { laneId: lane.id, minutes: 5 })).toEqual({ ok: true });
  const [read] = await listLanes(ctx, lane);
  expect(read).toMatchObject({ state: "held", isHeldForATime: true, suspendedReply: null });
  expect(read!.suspendedUntil!.getTime() - Date.now()).toBeLessThan(5 * 60_000 + 1_000);
  expect(await holdLane(ctx, { laneId: lane.id })).toEqual({ ok: true });
  expect(await holdLaneFor(ctx, { laneId: lane.id, minutes: 5 })).toMatchObject({ ok: false });
  expect(await releaseLane(ctx, { laneId: lane.id })).toEqual({ ok: true });
  expect(await stateOf(lane)).toBe("idle");
  const events = await readLaneEvents(ctx, lane.id);
  expect(events.map((event) => event.kind)).toEqual(["released", "held", "held-until"]);
  expect(events.every((event) => event.who !== null)).toBe(true);
});

test("setting back what is at its limits already is refused", async () => {
  const lane = await makeLane({ bucket: 13 });
  expect(await restoreFullPace(ctx, { laneId: lane.id })).toMatchObject({ ok: false });
  const pace = { connections: 5, messagesPerConnection: 20, messagesPerSecond: 50 };
  await db
    .update(lanes)
    .set({ mood: { pace: { ...pace, steppedDownAt: 1, steppedUpAt: null }, recovery: null, hits: {} } })
    .where(eq(lanes.id, lane.id));
  expect((await listLanes(ctx, lane))[0]?.slowedTo).toMatchObject(pace);
  expect(await restoreFullPace(ctx, { laneId: lane.id })).toEqual({ ok: true });
  expect((await listLanes(ctx, lane))[0]?.slowedTo).toBeNull();
});

test("limits in force: shipped or changed; a relay's are those of its source", async () => {
  const lane = await makeLane({ bucket: 15 });
  const limits = async () => (await listLanes(ctx, lane))[0]?.limits;
  expect(await limits()).toMatchObject({ connections: 4, tls: "required" });
  await db.insert(limitChanges).values({ key: "netease", connections: 2 });
  expect(await limits()).toMatchObject({ connections: 2, messagesPerConnection: 7, tls: "required" });
  const relay = await makeLane({ bucket: 0 });
  expect((await listLanes(ctx, relay))[0]?.limits).toBeNull();
});
