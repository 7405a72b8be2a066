import type { CampaignCheck } from "#core/campaign/checks.ts";
import { countAudience } from "#core/campaign/count-audience.ts";
import { readCampaign } from "#core/campaign/read-draft.ts";
import { runCampaignChecks } from "#core/campaign/run-checks.ts";
import type { WorkspaceCtx } from "#core/platform/context.ts";
import { env } from "#core/platform/env.ts";
import { readNetwork } from "#core/platform/network.ts";

/**
 * The checks of a draft as it is stored. The audience is counted where the caller has not done so; with null it is not
 * (a million people take a second), and there is no check of it.
 */
export async function draftChecks(
  ctx: WorkspaceCtx,
  campaignId: number,
  audienceCount?: number | null,
): Promise<CampaignCheck[]> {
  const parts = await readCampaign(ctx, { campaignId });
  if (!parts) return [];
  const { network } = await readNetwork(ctx.db, env());
  const { include } = parts.campaign.audience;
  const isChosen = include.lists.length + include.segments.length > 0;
  const count =
    audienceCount === undefined && isChosen
      ? (await countAudience(ctx, { audience: parts.campaign.audience })).audience
      : (audienceCount ?? null);
  const checks = await runCampaignChecks(ctx, parts, { network, audienceCount: count });
  return audienceCount === null ? checks.filter((check) => check.id !== "audience") : checks;
}
