import { asc, eq } from "drizzle-orm";
import { requireRole, type WorkspaceCtx } from "#core/platform/context.ts";
import { attributes, segments, users } from "#db/schema/index.ts";
import { type CampaignParts, readCampaignParts } from "./message-source.ts";

/** A campaign with its message's parts; null where the workspace has none with this number. */
export async function readCampaign(
  ctx: WorkspaceCtx,
  input: { campaignId: number },
): Promise<CampaignParts | null> {
  requireRole(ctx, "viewer");
  if (!Number.isSafeInteger(input.campaignId) || input.campaignId < 1 || input.campaignId > 2_147_483_647) {
    return null;
  }
  const parts = await readCampaignParts(ctx.db, input.campaignId);
  return parts?.workspace.id === ctx.workspaceId && parts.campaign.kind === "campaign" ? parts : null;
}

export type WritingAids = {
  /** What may stand in Liquid as `subscriber.<key>`. */
  attributes: { key: string; label: string }[];
  segments: { id: number; name: string }[];
};

/** What an editor offers: the workspace's attributes and segments. */
export async function readWritingAids(ctx: WorkspaceCtx): Promise<WritingAids> {
  requireRole(ctx, "viewer");
  const [keys, saved] = await Promise.all([
    ctx.db
      .select({ key: attributes.key, label: attributes.label })
      .from(attributes)
      .where(eq(attributes.workspaceId, ctx.workspaceId))
      .orderBy(asc(attributes.label)),
    ctx.db
      .select({ id: segments.id, name: segments.name })
      .from(segments)
      .where(eq(segments.workspaceId, ctx.workspaceId))
      .orderBy(asc(segments.name)),
  ]);
  return { attributes: keys, segments: saved };
}

/** The name of whoever saved last; null for nobody, or somebody who is gone. */
export async function readUserName(ctx: WorkspaceCtx, userId: number | null): Promise<string | null> {
  if (userId === null) return null;
  const [user] = await ctx.db.select({ name: users.name }).from(users).where(eq(users.id, userId));
  return user?.name ?? null;
}
