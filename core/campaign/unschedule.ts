import { and, eq, sql } from "drizzle-orm";
import { recordAudit } from "#core/platform/audit.ts";
import { type Result, refuse, requireRole, type WorkspaceCtx } from "#core/platform/context.ts";
import { withTransaction } from "#core/platform/db.ts";
import { campaigns } from "#db/schema/index.ts";
import { recordCampaignEvent } from "./event.ts";
import { CampaignInput } from "./input.ts";
import { launchKey } from "./schedule.ts";

/** Takes a campaign back before it starts: a draft again. Once the freeze began, it waits for it and refuses. */
export function unscheduleCampaign(ctx: WorkspaceCtx, input: CampaignInput): Promise<Result> {
  requireRole(ctx, "marketer");
  const { campaignId } = CampaignInput.parse(input);
  return withTransaction(ctx, async (tx) => {
    const [done] = await tx.db
      .update(campaigns)
      .set({
        state: "draft",
        scheduledAt: null,
        scheduledBy: null,
        expectedAudience: null,
        typedAudience: null,
        updatedAt: ctx.now(),
      })
      .where(
        and(
          eq(campaigns.id, campaignId),
          eq(campaigns.workspaceId, ctx.workspaceId),
          eq(campaigns.state, "scheduled"),
        ),
      )
      .returning({ name: campaigns.name });
    if (!done) return refuse("It cannot be taken back: it has started, or was not scheduled.");
    await tx.db.execute(sql`select graphile_worker.remove_job(${launchKey(campaignId)})`);
    await recordCampaignEvent(tx, campaignId, "unscheduled", "Taken back before it started.");
    await recordAudit(tx, {
      workspaceId: ctx.workspaceId,
      action: "campaign.unschedule",
      target: done.name,
      details: { campaignId },
    });
    return { ok: true };
  });
}
