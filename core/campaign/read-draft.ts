import { and, asc, eq, isNull } from "drizzle-orm";
import { requireRole, type WorkspaceCtx } from "#core/platform/context.ts";
import { attributes, lists, segments, users } from "#db/schema/index.ts";
import { type CampaignParts, type CampaignRow, readCampaignParts } from "./message-source.ts";

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

/** What an editor holds of a campaign. */
export function draftOf(campaign: CampaignRow) {
  const { name, subject, preheader, senderId, replyTo, audience, trackOpens, trackClicks } = campaign;
  const { expireAfterHours, format, document, html } = campaign;
  return {
    ...{ name, subject, preheader, senderId, replyTo, audience, trackOpens, trackClicks },
    ...{ expireAfterHours, format, document, html },
  };
}

export type StoredDraft = {
  draft: ReturnType<typeof draftOf>;
  revision: number;
  savedAt: string;
  /** Who saved last. */
  by: string | null;
};

/** A draft as it lies in the database, for editors that follow a change; null where there is none. */
export async function readDraft(
  ctx: WorkspaceCtx,
  input: { campaignId: number },
): Promise<StoredDraft | null> {
  const parts = await readCampaign(ctx, input);
  if (!parts || !["draft", "scheduled"].includes(parts.campaign.state)) return null;
  const { campaign } = parts;
  const [by] = campaign.updatedBy
    ? await ctx.db.select({ name: users.name }).from(users).where(eq(users.id, campaign.updatedBy))
    : [];
  return {
    draft: draftOf(campaign),
    revision: campaign.revision,
    savedAt: campaign.updatedAt.toISOString(),
    by: by?.name ?? null,
  };
}

export type WritingAids = {
  /** What may stand in Liquid as `subscriber.<key>`. */
  attributes: { key: string; label: string }[];
  lists: { id: number; name: string }[];
  segments: { id: number; name: string }[];
};

/** What an editor offers: the workspace's attributes, lists and segments. */
export async function readWritingAids(ctx: WorkspaceCtx): Promise<WritingAids> {
  requireRole(ctx, "viewer");
  const [keys, standing, saved] = await Promise.all([
    ctx.db
      .select({ key: attributes.key, label: attributes.label })
      .from(attributes)
      .where(eq(attributes.workspaceId, ctx.workspaceId))
      .orderBy(asc(attributes.label)),
    ctx.db
      .select({ id: lists.id, name: lists.name })
      .from(lists)
      .where(and(eq(lists.workspaceId, ctx.workspaceId), isNull(lists.archivedAt)))
      .orderBy(asc(lists.name)),
    ctx.db
      .select({ id: segments.id, name: segments.name })
      .from(segments)
      .where(eq(segments.workspaceId, ctx.workspaceId))
      .orderBy(asc(segments.name)),
  ]);
  return { attributes: keys, lists: standing, segments: saved };
}
