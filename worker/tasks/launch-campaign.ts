import { z } from "zod";
import { launchCampaign } from "#core/campaign/launch.ts";
import type { Ctx } from "#core/platform/context.ts";
import { log } from "#core/platform/log.ts";

const Payload = z.object({ campaignId: z.number().int(), revision: z.number().int() });
const logger = log("launch");

/** Freezes and starts a campaign. A refusal stands on the campaign's page; only an error is tried again. */
export async function launchCampaignTask(ctx: Ctx, payload: unknown): Promise<void> {
  const input = Payload.parse(payload);
  const started = performance.now();
  const result = await launchCampaign(ctx, input);
  const ms = Math.round(performance.now() - started);
  if (result.ok) logger.info({ campaignId: input.campaignId, audience: result.audience, ms }, "launched");
  else logger.info({ campaignId: input.campaignId, reason: result.reason }, "not launched");
}
