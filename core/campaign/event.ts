import { eq } from "drizzle-orm";
import type { Ctx } from "#core/platform/context.ts";
import { notifyLive } from "#core/platform/notify.ts";
import { campaignEvents, campaigns } from "#db/schema/index.ts";

export type CampaignEventKind =
  | "scheduled"
  | "unscheduled"
  | "frozen"
  | "refused"
  | "paused"
  | "resumed"
  | "cancelled"
  | "expired"
  | "stopped"
  | "moved"
  | "retried"
  | "finished"
  | "ledger-difference";

/** Writes what happened to a campaign, in a sentence, and tells its open pages and those of its workspace. */
export async function recordCampaignEvent(
  ctx: Pick<Ctx, "db" | "actor" | "now">,
  campaignId: number,
  kind: CampaignEventKind,
  sentence: string,
): Promise<void> {
  await ctx.db.insert(campaignEvents).values({
    campaignId,
    kind,
    sentence,
    at: ctx.now(),
    userId: ctx.actor.kind === "user" ? ctx.actor.userId : null,
  });
  await notifyLive(ctx.db, `campaign:${campaignId}`);
  const [campaign] = await ctx.db
    .select({ workspaceId: campaigns.workspaceId })
    .from(campaigns)
    .where(eq(campaigns.id, campaignId));
  if (campaign) await notifyLive(ctx.db, `workspace:${campaign.workspaceId}`);
}

/** 48214 as 48,214. */
export const count = (n: number): string => n.toLocaleString("en-US");
