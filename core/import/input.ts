import { z } from "zod";
import { ATTRIBUTE_TYPES } from "../subscriber/types.ts";
import { IMPORT_STANDINGS } from "./types.ts";

/** The largest upload taken, in bytes: some 20 M rows. */
export const MAX_IMPORT_BYTES = 2 * 1024 ** 3;

const Column = z.discriminatedUnion("to", [
  z.object({ to: z.literal("skip") }),
  z.object({ to: z.literal("address") }),
  z.object({ to: z.literal("tags") }),
  z.object({
    to: z.literal("attribute"),
    key: z
      .string()
      .regex(
        /^[a-z][a-z0-9_]{0,39}$/,
        "A key starts with a letter and has letters, digits and underscores only.",
      ),
    label: z.string().trim().min(1).max(80),
    type: z.enum(ATTRIBUTE_TYPES),
  }),
  z.object({ to: z.literal("consent-at") }),
  z.object({ to: z.literal("consent-ip") }),
]);

export const MapImportInput = z.object({
  importId: z.coerce.number().int(),
  hasHeader: z.boolean().optional(),
  columns: z.array(Column).min(1).max(500),
});
export type MapImportInput = z.infer<typeof MapImportInput>;

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
