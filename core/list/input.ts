import { z } from "zod";
import { OPT_INS } from "./types.ts";

const fields = {
  name: z.string().trim().min(1, "Give the list a name.").max(80),
  description: z.string().trim().max(300),
  optIn: z.enum(OPT_INS),
  isPublic: z.boolean(),
};

export const CreateListInput = z.object(fields);
export type CreateListInput = z.infer<typeof CreateListInput>;

export const UpdateListInput = z.object({ listId: z.coerce.number().int().positive(), ...fields });
export type UpdateListInput = z.infer<typeof UpdateListInput>;

export const ListIdInput = z.object({ listId: z.coerce.number().int().positive() });
export type ListIdInput = z.infer<typeof ListIdInput>;
