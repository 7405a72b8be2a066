import { notFound, redirect } from "next/navigation";
import { requireWorkspace } from "#app/_server/page.ts";
import { moveCampaignAction } from "#app/(admin)/admin/sources/actions.ts";
import { readCampaign } from "#core/campaign/read-draft.ts";
import { equation } from "#core/ledger/equation.ts";
import { hasRole, type WorkspaceCtx } from "#core/platform/context.ts";
import { listUnderWay } from "#core/pool/read.ts";
import { listPools } from "#core/source/read.ts";
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
      // Pools are an administrator's; to others they do not exist.
      pools: user.isAdministrator && ahead + deferred > 0 ? await poolsFor(ctx, campaign.id) : null,
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

async function poolsFor(ctx: WorkspaceCtx, campaignId: number) {
  const admin = { ...ctx, administrator: true as const };
  const [pools, underWay] = await Promise.all([listPools(admin), listUnderWay(admin)]);
  const from = underWay.find((row) => row.id === campaignId)?.poolId;
  if (from === undefined || pools.length < 2) return null;
  return { all: pools, from, move: moveCampaignAction };
}
