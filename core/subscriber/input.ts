import { z } from "zod";

const tag = z.string().trim().min(1, "Type a tag.").max(60);

export const AddSubscriberInput = z.object({
  address: z.string().trim().max(1000),
  firstName: z.string().trim().max(200),
  lastName: z.string().trim().max(200),
  listIds: z.array(z.coerce.number().int()).max(50),
  /** How the person agreed; stored as proof. */
  consent: z.string().trim().max(1000),
});
export type AddSubscriberInput = z.infer<typeof AddSubscriberInput>;

export const UpdateSubscriberInput = z.object({
  subscriberId: z.coerce.number().int().positive(),
  tags: z.array(tag).max(50),
  /** Texts by attribute key, as typed. */
  attributes: z.record(z.string(), z.string().max(2000)),
});
export type UpdateSubscriberInput = z.infer<typeof UpdateSubscriberInput>;

export const ChangeSubscriptionInput = z.object({
  subscriberId: z.coerce.number().int().positive(),
  listId: z.coerce.number().int().positive(),
  to: z.enum(["confirmed", "unsubscribed"]),
  note: z.string().trim().max(1000),
});
export type ChangeSubscriptionInput = z.infer<typeof ChangeSubscriptionInput>;

export const EraseSubscriberInput = z.object({
  subscriberId: z.coerce.number().int().positive(),
  typedAddress: z.string().trim().max(1000),
});
export type EraseSubscriberInput = z.infer<typeof EraseSubscriberInput>;
