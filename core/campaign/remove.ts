import { and, eq } from "drizzle-orm";
import { recordAudit } from "#core/platform/audit.ts";
import { type Result, refuse, requireRole, type WorkspaceCtx } from "#core/platform/context.ts";
import { withTransaction } from "#core/platform/db.ts";
import { campaigns } from "#db/schema/index.ts";
import { CampaignInput } from "./input.ts";

/** Deletes a draft for good. What was sent stays: the ledger accounts for it. */
export function removeCampaign(ctx: WorkspaceCtx, input: CampaignInput): Promise<Result> {
  requireRole(ctx, "marketer");
  const { campaignId } = CampaignInput.parse(input);
  return withTransaction(ctx, async (tx) => {
    const [gone] = await tx.db
      .delete(campaigns)
      .where(
        and(
          eq(campaigns.id, campaignId),
          eq(campaigns.workspaceId, ctx.workspaceId),
          eq(campaigns.kind, "campaign"),
          eq(campaigns.state, "draft"),
        ),
      )
      .returning({ name: campaigns.name });
    if (!gone) return refuse("Only drafts can be deleted. This one is gone already, or on its way.");
    await recordAudit(tx, {
      workspaceId: ctx.workspaceId,
      action: "campaign.delete",
      target: gone.name,
      details: { campaignId },
    });
    return { ok: true };
  });
}
