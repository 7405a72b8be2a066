import { z } from "zod";

const text = (most: number) => z.string().trim().max(most);

export const SaveFormInput = z.object({
  /** None: a new form. */
  formId: z.coerce.number().int().positive().optional(),
  name: text(80).min(1, "Give the form a name; only you see it."),
  heading: text(120).min(1, "Say in a few words what people join."),
  promise: text(1000),
  wording: text(1000).min(10, "Write the words that people agree to; they are stored as proof."),
  buttonLabel: text(40).min(1, "The button needs a word."),
  listIds: z.array(z.coerce.number().int()).min(1, "Choose at least one list.").max(20),
  fields: z.array(z.string().max(40)).max(10),
});
export type SaveFormInput = z.infer<typeof SaveFormInput>;

export const FormIdInput = z.object({ formId: z.coerce.number().int().positive() });
export type FormIdInput = z.infer<typeof FormIdInput>;
