import { z } from "zod";
import { IMPORT_STANDINGS } from "./types.ts";

/** The largest upload taken, in bytes: some 20 M rows. */
export const MAX_IMPORT_BYTES = 2 * 1024 ** 3;

export const MapImportInput = z.object({
  importId: z.coerce.number().int(),
  /** One a column, as the form says it; see `mapChoices`. */
  choices: z.array(z.string().max(100)).min(1).max(500),
});
export type MapImportInput = z.infer<typeof MapImportInput>;

export const SetImportHeaderInput = z.object({ importId: z.coerce.number().int(), hasHeader: z.boolean() });
export type SetImportHeaderInput = z.infer<typeof SetImportHeaderInput>;

export const StartImportInput = z.object({
  importId: z.coerce.number().int(),
  listIds: z.array(z.coerce.number().int()).max(50).default([]),
  tags: z.array(z.string().trim().min(1).max(60)).max(20).default([]),
  standing: z.enum(IMPORT_STANDINGS),
  consentStatement: z.string().trim().max(2000).default(""),
  updateExisting: z.boolean(),
});
export type StartImportInput = z.infer<typeof StartImportInput>;

export const ImportIdInput = z.object({ importId: z.coerce.number().int() });
export type ImportIdInput = z.infer<typeof ImportIdInput>;
