import { z } from "zod";
import { Address } from "#core/user/input.ts";

export const AddSenderInput = z.object({
  name: z.string().trim().min(1, "Recipients see this name.").max(100, "Use 100 characters at most."),
  address: Address,
  replyTo: Address.nullable(),
});
export type AddSenderInput = z.infer<typeof AddSenderInput>;

export const SenderInput = z.object({ senderId: z.coerce.number().int().positive() });
export type SenderInput = z.infer<typeof SenderInput>;
