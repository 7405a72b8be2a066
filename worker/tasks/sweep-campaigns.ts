import { alignDue } from "#core/campaign/align-due.ts";
import { expireCampaigns } from "#core/campaign/expire.ts";
import { finishCampaigns } from "#core/campaign/finish.ts";
import type { Ctx } from "#core/platform/context.ts";
import { log } from "#core/platform/log.ts";

const logger = log("campaigns");

/** Each minute: ends what is past its time, and what has nothing left to wait for. */
export async function sweepCampaignsTask(ctx: Ctx): Promise<void> {
  const expired = await expireCampaigns(ctx);
  if (expired.length > 0) logger.info({ campaigns: expired }, "expired");
  await alignDue(ctx.db);
  await finishTask(ctx);
}

/** The cheap half alone, for every few seconds; a difference between counts and ledger is an error in the log. */
export async function finishTask(ctx: Ctx): Promise<void> {
  const { finished, differing } = await finishCampaigns(ctx.db, ctx.now());
  if (finished.length > 0) logger.info({ campaigns: finished }, "finished");
  if (differing.length > 0) logger.error({ campaigns: differing }, "the ledger does not add up");
}
