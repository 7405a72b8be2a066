import { and, eq, isNotNull, isNull, or } from "drizzle-orm";
import { z } from "zod";
import { lanes } from "#db/schema/index.ts";
import { wakeLanes } from "../delivery/wake-lanes.ts";
import { recordAudit } from "../platform/audit.ts";
import { type AdminCtx, type Result, refuse } from "../platform/context.ts";
import { withTransaction } from "../platform/db.ts";
import { notifyLive } from "../platform/notify.ts";

export const LaneIdInput = z.object({ laneId: z.coerce.number().int() });
export type LaneIdInput = z.infer<typeof LaneIdInput>;

/** Stops one lane: what is in flight is finished, its mail waits or leaves by other sources of the pool. */
export function holdLane(ctx: AdminCtx, input: LaneIdInput): Promise<Result> {
  return withTransaction(ctx, async (tx) => {
    const [row] = await tx.db
      .update(lanes)
      .set({ heldAt: ctx.now(), heldBy: tx.actor.kind === "user" ? tx.actor.userId : null })
      .where(and(eq(lanes.id, input.laneId), isNull(lanes.heldAt)))
      .returning();
    if (!row) return refuse("This lane is held already.");
    await recordAudit(tx, { action: "lane.hold", target: `${row.sourceId}/${row.bucket}` });
    await notifyLive(tx.db, "lanes");
    return { ok: true };
  });
}

/** Lets a held or suspended lane send again, now. */
export function releaseLane(ctx: AdminCtx, input: LaneIdInput): Promise<Result> {
  return withTransaction(ctx, async (tx) => {
    const [row] = await tx.db
      .update(lanes)
      .set({ heldAt: null, heldBy: null, suspendedUntil: null, suspendedReply: null })
      .where(and(eq(lanes.id, input.laneId), or(isNotNull(lanes.heldAt), isNotNull(lanes.suspendedUntil))))
      .returning();
    if (!row) return refuse("This lane is neither held nor suspended.");
    await recordAudit(tx, { action: "lane.release", target: `${row.sourceId}/${row.bucket}` });
    await wakeLanes(tx.db);
    await notifyLive(tx.db, "lanes");
    return { ok: true };
  });
}
