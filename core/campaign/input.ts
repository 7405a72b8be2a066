import { z } from "zod";

/** For verbs that need to know no more than which campaign. */
export const CampaignInput = z.object({ campaignId: z.coerce.number().int().positive() });
export type CampaignInput = z.infer<typeof CampaignInput>;
