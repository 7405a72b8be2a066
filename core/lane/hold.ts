import { and, eq, isNotNull, isNull, or, sql } from "drizzle-orm";
import { z } from "zod";
import { laneEvents, lanes } from "#db/schema/index.ts";
import { wakeLanes } from "../delivery/wake-lanes.ts";
import { recordAudit } from "../platform/audit.ts";
import { type AdminCtx, type Result, refuse } from "../platform/context.ts";
import { withTransaction } from "../platform/db.ts";
import { notifyLive } from "../platform/notify.ts";
import type { LaneEventDetail, LaneEventKind } from "./types.ts";

export const LaneIdInput = z.object({ laneId: z.coerce.number().int() });
export type LaneIdInput = z.infer<typeof LaneIdInput>;

/** From a minute to a week; for longer a lane is held until somebody releases it. */
export const HoldForInput = LaneIdInput.extend({
  minutes: z.coerce
    .number("Say for how many minutes.")
    .int("Whole minutes only.")
    .min(1, "A minute at least.")
    .max(10_080, "A week (10,080 minutes) at most. Hold the lane without a time for longer."),
});
export type HoldForInput = z.infer<typeof HoldForInput>;

/** Stops one lane: what is in flight is finished, its mail waits or leaves by other sources of the pool. */
export function holdLane(ctx: AdminCtx, input: LaneIdInput): Promise<Result> {
  return withTransaction(ctx, async (tx) => {
    const [row] = await tx.db
      .update(lanes)
      .set({ heldAt: ctx.now(), heldBy: userOf(tx) })
      .where(and(eq(lanes.id, input.laneId), isNull(lanes.heldAt)))
      .returning();
    if (!row) return refuse("This lane is held already.");
    await note(tx, row, "held", {});
    return { ok: true };
  });
}

/** Stops one lane for a time; then it sends again by itself. */
export function holdLaneFor(ctx: AdminCtx, input: HoldForInput): Promise<Result> {
  return withTransaction(ctx, async (tx) => {
    const until = new Date(ctx.now().getTime() + input.minutes * 60_000);
    const [row] = await tx.db
      .update(lanes)
      .set({
        suspendedUntil: until,
        suspendedBy: userOf(tx),
        suspendedReply: null,
        revision: sql`${lanes.revision} + 1`,
      })
      .where(and(eq(lanes.id, input.laneId), isNull(lanes.heldAt)))
      .returning();
    if (!row) return refuse("This lane is held already, until somebody releases it.");
    await note(tx, row, "held-until", { until: until.getTime() });
    return { ok: true };
  });
}

/** Lets a held or suspended lane send again, now. */
export function releaseLane(ctx: AdminCtx, input: LaneIdInput): Promise<Result> {
  return withTransaction(ctx, async (tx) => {
    const [row] = await tx.db
      .update(lanes)
      .set({ heldAt: null, heldBy: null, suspendedUntil: null, suspendedReply: null, suspendedBy: null })
      .where(and(eq(lanes.id, input.laneId), or(isNotNull(lanes.heldAt), isNotNull(lanes.suspendedUntil))))
      .returning();
    if (!row) return refuse("This lane is neither held nor suspended.");
    await note(tx, row, "released", {});
    await wakeLanes(tx.db);
    return { ok: true };
  });
}

/** Forgets what replies made of a lane's pace: it begins anew at its limits. */
export function restoreFullPace(ctx: AdminCtx, input: LaneIdInput): Promise<Result> {
  return withTransaction(ctx, async (tx) => {
    const [row] = await tx.db
      .update(lanes)
      .set({ mood: null, revision: sql`${lanes.revision} + 1` })
      .where(and(eq(lanes.id, input.laneId), isNotNull(lanes.mood)))
      .returning();
    if (!row) return refuse("This lane goes at its full pace already.");
    await note(tx, row, "full-pace", {});
    return { ok: true };
  });
}

const userOf = (ctx: AdminCtx): number | null => (ctx.actor.kind === "user" ? ctx.actor.userId : null);

async function note(
  tx: AdminCtx,
  lane: { id: number; sourceId: number; bucket: number },
  kind: LaneEventKind,
  detail: LaneEventDetail,
): Promise<void> {
  await tx.db.insert(laneEvents).values({ laneId: lane.id, kind, detail, userId: userOf(tx) });
  await recordAudit(tx, { action: AUDIT[kind] ?? kind, target: `${lane.sourceId}/${lane.bucket}` });
  await notifyLive(tx.db, "lanes");
}

const AUDIT: Partial<Record<LaneEventKind, string>> = {
  held: "lane.hold",
  "held-until": "lane.hold-for",
  released: "lane.release",
  "full-pace": "lane.full-pace",
};
