import { isNotNull } from "drizzle-orm";
import { z } from "zod";
import { claims } from "#db/schema/index.ts";
import { wakeLanes } from "../delivery/wake-lanes.ts";
import { recordAudit } from "../platform/audit.ts";
import { type AdminCtx, type Result, refuse } from "../platform/context.ts";
import { withTransaction } from "../platform/db.ts";
import { notifyLive } from "../platform/notify.ts";

export const RetrySetAsideInput = z.object({});

/** Lets lanes try once more, from the beginning, what was set aside because it ended several workers. */
export function retrySetAside(ctx: AdminCtx): Promise<Result> {
  return withTransaction(ctx, async (tx) => {
    const rows = await tx.db
      .update(claims)
      .set({ setAsideAt: null, adopted: 0 })
      .where(isNotNull(claims.setAsideAt))
      .returning({ campaignId: claims.campaignId });
    if (rows.length === 0) return refuse("Nothing is set aside any more.");
    const campaigns = [...new Set(rows.map((row) => row.campaignId))];
    await recordAudit(tx, { action: "claims.retry", details: { claims: rows.length, campaigns } });
    await wakeLanes(tx.db);
    await notifyLive(tx.db, "system");
    return { ok: true };
  });
}
