import { and, eq, sql } from "drizzle-orm";
import { wakeLanes } from "#core/delivery/wake-lanes.ts";
import { recordAudit } from "#core/platform/audit.ts";
import { type Result, refuse, requireRole, type WorkspaceCtx } from "#core/platform/context.ts";
import { withTransaction } from "#core/platform/db.ts";
import { campaigns } from "#db/schema/index.ts";
import { recordCampaignEvent } from "./event.ts";
import { CampaignInput } from "./input.ts";

/** Goes on with a paused campaign where it stopped. Its time to expire ran on meanwhile. */
export function resumeCampaign(ctx: WorkspaceCtx, input: CampaignInput): Promise<Result> {
  requireRole(ctx, "marketer");
  const { campaignId } = CampaignInput.parse(input);
  return withTransaction(ctx, async (tx) => {
    const [done] = await tx.db
      .update(campaigns)
      .set({ state: "sending", updatedAt: ctx.now() })
      .where(
        and(
          eq(campaigns.id, campaignId),
          eq(campaigns.workspaceId, ctx.workspaceId),
          eq(campaigns.state, "paused"),
        ),
      )
      .returning({ name: campaigns.name });
    if (!done) return refuse("Only a paused campaign can be resumed.");
    await tx.db.execute(sql`update due set state = 'r' where campaign_id = ${campaignId} and state = 'p'`);
    await tx.db.execute(
      sql`update streams set state = 'r' where campaign_id = ${campaignId} and state = 'p'`,
    );
    await wakeLanes(tx.db);
    await recordCampaignEvent(tx, campaignId, "resumed", "Resumed.");
    await recordAudit(tx, {
      workspaceId: ctx.workspaceId,
      action: "campaign.resume",
      target: done.name,
      details: { campaignId },
    });
    return { ok: true };
  });
}
