import { z } from "zod";

const tag = z.string().trim().min(1, "Type a tag.").max(60);

/** Most people that can be picked by hand; more are named by the filter of the page. */
export const MOST_PICKED = 500;

/** Of a bulk act: the people picked, or all that match the filter of the page. */
const selection = {
  id: z.array(z.coerce.number().int()).max(MOST_PICKED),
  all: z.string().optional(),
  filter: z.string().max(2000).optional(),
};

export const BulkInput = z.object(selection);
export type BulkInput = z.infer<typeof BulkInput>;
export const BulkTagInput = z.object({ ...selection, tag });
export type BulkTagInput = z.infer<typeof BulkTagInput>;
export const BulkListInput = z.object({
  ...selection,
  listId: z.coerce.number().int().positive(),
  note: z.string().trim().min(3, "Say how these people agreed.").max(1000),
});
export type BulkListInput = z.infer<typeof BulkListInput>;

export const BulkIdInput = z.object({ actId: z.coerce.number().int().positive() });
export type BulkIdInput = z.infer<typeof BulkIdInput>;
