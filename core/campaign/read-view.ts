import { linkKeys } from "../mail/link-keys.ts";
import { readViewToken } from "../mail/links.ts";
import { renderPreview } from "../mail/message/preview.ts";
import type { MessagePreview } from "../mail/message/types.ts";
import type { Ctx } from "../platform/context.ts";
import { campaignMessageSource, readCampaignParts } from "./message-source.ts";

/**
 * A sent campaign as the page "view in browser" shows it: with neutral personalisation, since such links are passed on,
 * and without working unsubscribe links. Null where the link is not ours or the campaign never went out.
 */
export async function readView(
  ctx: Ctx,
  token: string,
): Promise<(MessagePreview & { workspaceId: number; name: string }) | null> {
  const recipient = readViewToken(linkKeys(ctx.settings.secret), token);
  const parts = recipient ? await readCampaignParts(ctx.db, recipient.campaign) : undefined;
  if (!parts?.sender || parts.campaign.workspaceId !== recipient?.workspace) return null;
  if (parts.campaign.kind !== "campaign" || parts.campaign.launchedAt === null) return null;
  const preview = renderPreview(
    campaignMessageSource(parts, ctx.settings.appUrl),
    { seq: 0, subscriberId: null, address: "you@example.com", attributes: {}, listId: null, listIds: [] },
    null,
  );
  return { ...preview, workspaceId: parts.workspace.id, name: parts.workspace.name };
}
