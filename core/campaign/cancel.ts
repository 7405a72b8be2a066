import { and, eq, inArray, sql } from "drizzle-orm";
import { z } from "zod";
import { equation } from "#core/ledger/equation.ts";
import { recordAudit } from "#core/platform/audit.ts";
import { type Result, refuse, requireRole, type WorkspaceCtx } from "#core/platform/context.ts";
import { withTransaction } from "#core/platform/db.ts";
import { enqueue } from "#core/platform/jobs.ts";
import { campaigns } from "#db/schema/index.ts";
import { closeKey } from "./close.ts";
import { count, recordCampaignEvent } from "./event.ts";

export const CancelCampaignInput = z.object({
  campaignId: z.coerce.number().int().positive(),
  /** The campaign's name, typed by hand: this cannot be undone. */
  typedName: z.string(),
});
export type CancelCampaignInput = z.infer<typeof CancelCampaignInput>;

/** Ends a campaign for good. Nothing more is taken by lanes from now on; the ledger's rows are closed by a job. */
export function cancelCampaign(
  ctx: WorkspaceCtx,
  input: CancelCampaignInput,
): Promise<Result<{ cancelled: number }>> {
  requireRole(ctx, "marketer");
  const { campaignId, typedName } = CancelCampaignInput.parse(input);
  return withTransaction(ctx, async (tx) => {
    const mine = and(
      eq(campaigns.id, campaignId),
      eq(campaigns.workspaceId, ctx.workspaceId),
      eq(campaigns.kind, "campaign"),
      inArray(campaigns.state, ["sending", "paused"]),
    );
    const [found] = await tx.db.select({ name: campaigns.name }).from(campaigns).where(mine);
    if (!found) return refuse("Only a campaign that is being sent or paused can be cancelled.");
    if (typedName.trim() !== found.name.trim()) {
      return refuse("The name does not match.", { typedName: `Type ${found.name}.` });
    }
    const now = ctx.now();
    const [done] = await tx.db
      .update(campaigns)
      .set({ state: "cancelled", cancelledAt: now, updatedAt: now })
      .where(mine)
      .returning({ id: campaigns.id });
    if (!done) return refuse("The campaign ended in the meantime.");
    // In the order in which lanes lock them: due, then streams.
    await tx.db.execute(sql`update due set state = 'c' where campaign_id = ${campaignId}`);
    await tx.db.execute(sql`update streams set state = 'c' where campaign_id = ${campaignId}`);
    await enqueue(tx.db, "close-campaign", { campaignId }, { key: closeKey(campaignId) });
    const { cancelled } = await equation(tx.db, campaignId);
    await recordCampaignEvent(
      tx,
      campaignId,
      "cancelled",
      `Cancelled. ${count(cancelled)} will never get it.`,
    );
    await recordAudit(tx, {
      workspaceId: ctx.workspaceId,
      action: "campaign.cancel",
      target: found.name,
      details: { campaignId, cancelled },
    });
    return { ok: true, cancelled };
  });
}
