import { z } from "zod";
import { ContentInput } from "#core/campaign/content.ts";

const Name = z.string().trim().min(1, "A template needs a name.").max(120, "Use 120 characters at most.");

export const TemplateInput = z.object({ templateId: z.coerce.number().int().positive().max(2_147_483_647) });
export type TemplateInput = z.infer<typeof TemplateInput>;

export const SaveAsTemplateInput = z.object({ campaignId: z.coerce.number().int().positive(), name: Name });
export type SaveAsTemplateInput = z.infer<typeof SaveAsTemplateInput>;

export const CreateTemplateInput = z.object({
  name: Name,
  from: z
    .string()
    .regex(/^(blank|html|starter:[a-z-]+)$/, "Choose what to start from.")
    .default("blank"),
});
export type CreateTemplateInput = z.infer<typeof CreateTemplateInput>;

export const SaveTemplateInput = z.object({
  templateId: z.coerce.number().int().positive(),
  /** When it was saved last, as the editor knew it; a save over somebody else's is refused. */
  updatedAt: z.iso.datetime({ offset: true }),
  name: Name.optional(),
  content: ContentInput.optional(),
});
export type SaveTemplateInput = z.infer<typeof SaveTemplateInput>;
