import { z } from "zod";

export const STANDINGS = ["confirmed", "pending", "unsubscribed", "suppressed", "none"] as const;
export type Standing = (typeof STANDINGS)[number];

const id = z.coerce.number().int().positive().optional().catch(undefined);

/** The filter of the table as it stands in the address; what cannot be read is left out. */
export const SubscriberFilter = z.object({
  q: z.string().trim().max(200).optional().catch(undefined),
  list: id,
  standing: z.enum(STANDINGS).optional().catch(undefined),
  tag: z.string().trim().min(1).max(60).optional().catch(undefined),
  segment: id,
  import: id,
});
export type SubscriberFilter = z.infer<typeof SubscriberFilter>;
