import { z } from "zod";
import { closeCampaign, closeKey } from "#core/campaign/close.ts";
import type { Ctx } from "#core/platform/context.ts";
import { enqueue } from "#core/platform/jobs.ts";

const Payload = z.object({ campaignId: z.number().int() });
const LATER_MS = 5_000;

/** Closes the rest of a cancelled or expired campaign; comes again while lanes still hold some of it. */
export async function closeCampaignTask(ctx: Ctx, payload: unknown): Promise<void> {
  const { campaignId } = Payload.parse(payload);
  const { claims } = await closeCampaign(ctx, { campaignId });
  if (claims === 0) return;
  await enqueue(
    ctx.db,
    "close-campaign",
    { campaignId },
    { key: closeKey(campaignId), runAt: new Date(ctx.now().getTime() + LATER_MS) },
  );
}
