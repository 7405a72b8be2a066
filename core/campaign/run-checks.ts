import { eq } from "drizzle-orm";
import { checkLiquid } from "#core/mail/liquid/check.ts";
import { mentionsVariable } from "#core/mail/liquid/tokens.ts";
import { knownVariables } from "#core/mail/liquid/variables.ts";
import { compileMessage } from "#core/mail/message/compile.ts";
import { requireRole, type WorkspaceCtx } from "#core/platform/context.ts";
import { attributes, installation, senderDomains } from "#db/schema/index.ts";
import { type CampaignCheck, campaignChecks } from "./checks.ts";
import { readHtmlFacts } from "./html-facts.ts";
import { type CampaignParts, campaignMessageSource } from "./message-source.ts";

/**
 * Gathers what the checks look at, and runs them. `network` as it is in effect; `audienceCount` null: not counted.
 */
export async function runCampaignChecks(
  ctx: WorkspaceCtx,
  parts: CampaignParts,
  known: { network: "sandbox" | "internet"; audienceCount: number | null },
): Promise<CampaignCheck[]> {
  requireRole(ctx, "viewer");
  const { campaign, workspace, sender, senderDomain } = parts;
  const [[house], keys, [domain]] = await Promise.all([
    ctx.db.select().from(installation),
    ctx.db
      .select({ key: attributes.key })
      .from(attributes)
      .where(eq(attributes.workspaceId, ctx.workspaceId)),
    senderDomain
      ? ctx.db
          .select({ checks: senderDomains.checks, checkedAt: senderDomains.checkedAt })
          .from(senderDomains)
          .where(eq(senderDomains.id, senderDomain.id))
      : Promise.resolve([]),
  ]);
  const names = knownVariables(keys.map((row) => row.key));
  const { include } = campaign.audience;
  return campaignChecks({
    subject: campaign.subject,
    preheader: campaign.preheader,
    hasLines: campaign.format === "html",
    hasContent: campaign.html.trim() !== "" && campaign.text.trim() !== "",
    liquid: {
      subject: checkLiquid(campaign.subject, names),
      preheader: checkLiquid(campaign.preheader, names),
      content: checkLiquid(campaign.html, names),
    },
    sender:
      sender && senderDomain
        ? {
            address: sender.address,
            domain: senderDomain.name,
            hasKey: senderDomain.hasKey,
            records: domain?.checkedAt ? domain.checks : null,
          }
        : null,
    network: known.network,
    postalAddress: workspace.postalAddress,
    hasOwnUnsubscribe: mentionsVariable(campaign.html, "unsubscribe_url"),
    audience: {
      isChosen: include.lists.length + include.segments.length > 0,
      count: known.audienceCount,
    },
    htmlBytes: sizeOf(parts, ctx.settings.appUrl),
    html: readHtmlFacts(campaign.html),
    sendingAllowed: house?.sendingAllowed ?? false,
  });
}

/** Bytes of the HTML with links, footer and pixel; null while it cannot be put together. */
function sizeOf(parts: CampaignParts, appUrl: string): number | null {
  try {
    return compileMessage(campaignMessageSource(withSomeSender(parts), appUrl)).htmlSize;
  } catch {
    // Broken Liquid, which has a check of its own.
    return null;
  }
}

/** Parts that can be rendered while no sender is chosen; nothing of the sender shows in a preview. */
export function withSomeSender(parts: CampaignParts): CampaignParts {
  if (parts.sender) return parts;
  const { id, name } = parts.workspace;
  return {
    ...parts,
    sender: {
      id: 0,
      workspaceId: id,
      senderDomainId: 0,
      name,
      address: "nobody@sender.invalid",
      replyTo: null,
      createdAt: parts.workspace.createdAt,
      removedAt: null,
    },
  };
}
