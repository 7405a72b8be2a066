import { and, eq } from "drizzle-orm";
import { recordAudit } from "#core/platform/audit.ts";
import { type Result, refuse, requireRole, type WorkspaceCtx } from "#core/platform/context.ts";
import { withTransaction } from "#core/platform/db.ts";
import { campaigns } from "#db/schema/index.ts";
import { CampaignInput } from "./input.ts";

/** Makes a new draft of a campaign in whatever state: content, envelope and audience, nothing of what became of it. */
export function duplicateCampaign(
  ctx: WorkspaceCtx,
  input: CampaignInput,
): Promise<Result<{ campaignId: number }>> {
  requireRole(ctx, "marketer");
  const { campaignId } = CampaignInput.parse(input);
  return withTransaction(ctx, async (tx) => {
    const [from] = await tx.db
      .select()
      .from(campaigns)
      .where(
        and(
          eq(campaigns.id, campaignId),
          eq(campaigns.workspaceId, ctx.workspaceId),
          eq(campaigns.kind, "campaign"),
        ),
      );
    if (!from) return refuse("There is no such campaign.");
    const userId = ctx.actor.kind === "user" ? ctx.actor.userId : null;
    const [made] = await tx.db
      .insert(campaigns)
      .values({
        workspaceId: ctx.workspaceId,
        name: `${from.name.slice(0, 110)} (copy)`,
        subject: from.subject,
        preheader: from.preheader,
        senderId: from.senderId,
        replyTo: from.replyTo,
        language: from.language,
        format: from.format,
        document: from.document,
        html: from.html,
        text: from.text,
        audience: from.audience,
        trackOpens: from.trackOpens,
        trackClicks: from.trackClicks,
        poolId: from.poolId,
        expireAfterHours: from.expireAfterHours,
        createdBy: userId,
        updatedBy: userId,
        createdAt: ctx.now(),
        updatedAt: ctx.now(),
      })
      .returning({ id: campaigns.id });
    await recordAudit(tx, {
      workspaceId: ctx.workspaceId,
      action: "campaign.duplicate",
      target: from.name,
      details: { campaignId, copyId: made!.id },
    });
    return { ok: true, campaignId: made!.id };
  });
}
