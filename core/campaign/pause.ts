import { and, eq, sql } from "drizzle-orm";
import { equation } from "#core/ledger/equation.ts";
import { recordAudit } from "#core/platform/audit.ts";
import { type Result, refuse, requireRole, type WorkspaceCtx } from "#core/platform/context.ts";
import { withTransaction } from "#core/platform/db.ts";
import { campaigns } from "#db/schema/index.ts";
import { count, recordCampaignEvent } from "./event.ts";
import { CampaignInput } from "./input.ts";

/** Stops a campaign within one batch of each lane. What lanes hold already goes on; its number is returned. */
export function pauseCampaign(
  ctx: WorkspaceCtx,
  input: CampaignInput,
): Promise<Result<{ inFlight: number }>> {
  requireRole(ctx, "marketer");
  const { campaignId } = CampaignInput.parse(input);
  return withTransaction(ctx, async (tx) => {
    const [done] = await tx.db
      .update(campaigns)
      .set({ state: "paused", updatedAt: ctx.now() })
      .where(
        and(
          eq(campaigns.id, campaignId),
          eq(campaigns.workspaceId, ctx.workspaceId),
          eq(campaigns.kind, "campaign"),
          eq(campaigns.state, "sending"),
        ),
      )
      .returning({ name: campaigns.name });
    if (!done) return refuse("Only a campaign that is being sent can be paused.");
    // In the order in which lanes lock them: due, then streams.
    await tx.db.execute(sql`update due set state = 'p' where campaign_id = ${campaignId} and state = 'r'`);
    await tx.db.execute(
      sql`update streams set state = 'p' where campaign_id = ${campaignId} and state = 'r'`,
    );
    const { inFlight } = await equation(tx.db, campaignId);
    await recordCampaignEvent(
      tx,
      campaignId,
      "paused",
      inFlight === 0 ? "Paused." : `Paused. ${count(inFlight)} in flight will finish.`,
    );
    await recordAudit(tx, {
      workspaceId: ctx.workspaceId,
      action: "campaign.pause",
      target: done.name,
      details: { campaignId },
    });
    return { ok: true, inFlight };
  });
}
