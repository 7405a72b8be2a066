import { notFound, redirect } from "next/navigation";
import { requireWorkspace } from "#app/_server/page.ts";
import { readCampaign } from "#core/campaign/read-draft.ts";
import { equation } from "#core/ledger/equation.ts";
import { hasRole } from "#core/platform/context.ts";
import {
  cancelCampaignAction,
  duplicateAndOpen,
  expireRestAction,
  pauseCampaignAction,
  resumeCampaignAction,
} from "../actions.ts";

/** What each page of a report needs; drafts have none and open in the editor. */
export async function loadReport(slug: string, id: string) {
  const { ctx, workspace, user } = await requireWorkspace(slug);
  const parts = await readCampaign(ctx, { campaignId: Number(id) });
  if (!parts) notFound();
  const { campaign } = parts;
  const path = `/${slug}/campaigns`;
  if (campaign.state === "draft" || campaign.state === "scheduled") redirect(`${path}/${campaign.id}`);
  const { waiting, ahead, deferred } = await equation(ctx.db, campaign.id);
  return {
    ctx,
    workspace,
    parts,
    campaign,
    path,
    isAdministrator: user.isAdministrator,
    own: `${path}/${campaign.id}`,
    header: {
      campaign: { id: campaign.id, name: campaign.name, state: campaign.state },
      path,
      waiting,
      rest: ahead + deferred,
      actions: hasRole(ctx.role, "marketer")
        ? {
            pause: pauseCampaignAction.bind(null, slug),
            resume: resumeCampaignAction.bind(null, slug),
            cancel: cancelCampaignAction.bind(null, slug),
            expireRest: expireRestAction.bind(null, slug),
            duplicate: duplicateAndOpen.bind(null, slug),
          }
        : null,
    },
  };
}
