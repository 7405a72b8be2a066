import { and, eq, isNull } from "drizzle-orm";
import type { MessageSource } from "#core/mail/message/types.ts";
import type { Db } from "#core/platform/db.ts";
import { campaigns, lists, senderDomains, senders, workspaces } from "#db/schema/index.ts";

export type CampaignRow = typeof campaigns.$inferSelect;
export type WorkspaceRow = typeof workspaces.$inferSelect;
export type SenderRow = typeof senders.$inferSelect;

/** A campaign with what its message is made of. `sender` null: none chosen, removed, or of another workspace. */
export type CampaignParts = {
  campaign: CampaignRow;
  workspace: WorkspaceRow;
  sender: SenderRow | null;
  senderDomain: { id: number; name: string; hasKey: boolean } | null;
  lists: { id: number; name: string }[];
};

/** Reads a campaign and all that its message needs; undefined where there is none. */
export async function readCampaignParts(db: Db, campaignId: number): Promise<CampaignParts | undefined> {
  const [row] = await db
    .select({ campaign: campaigns, workspace: workspaces, sender: senders, domain: senderDomains })
    .from(campaigns)
    .innerJoin(workspaces, eq(workspaces.id, campaigns.workspaceId))
    .leftJoin(
      senders,
      and(
        eq(senders.id, campaigns.senderId),
        eq(senders.workspaceId, campaigns.workspaceId),
        isNull(senders.removedAt),
      ),
    )
    .leftJoin(senderDomains, eq(senderDomains.id, senders.senderDomainId))
    .where(eq(campaigns.id, campaignId));
  if (!row) return undefined;
  const named = await db
    .select({ id: lists.id, name: lists.name })
    .from(lists)
    .where(eq(lists.workspaceId, row.campaign.workspaceId));
  return {
    campaign: row.campaign,
    workspace: row.workspace,
    sender: row.sender,
    senderDomain: row.domain && {
      id: row.domain.id,
      name: row.domain.name,
      hasKey: row.domain.dkimPrivateKey !== "",
    },
    lists: named,
  };
}

/** What `compileMessage` takes, for campaigns (not system mail). Throws without a sender. */
export function campaignMessageSource(parts: CampaignParts, appUrl: string): MessageSource {
  const { campaign, workspace, sender } = parts;
  if (!sender) throw new Error(`campaign ${campaign.id} has no sender`);
  return {
    kind: "campaign",
    workspace: { id: workspace.id, name: workspace.name, address: workspace.postalAddress },
    campaign: { id: campaign.id, name: campaign.name },
    sender: { name: sender.name, address: sender.address },
    replyTo: campaign.replyTo || sender.replyTo,
    subject: campaign.subject,
    preheader: campaign.preheader,
    html: campaign.html || null,
    text: campaign.text || null,
    lists: parts.lists,
    baseUrl: appUrl,
    trackOpens: campaign.trackOpens,
    trackClicks: campaign.trackClicks,
  };
}
