import { z } from "zod";
import { SUPPRESSION_REASONS } from "./types.ts";

export const SuppressionFilter = z.object({
  q: z.string().trim().max(254).optional().catch(undefined),
  reason: z.enum(SUPPRESSION_REASONS).optional().catch(undefined),
  after: z.coerce.number().int().positive().optional().catch(undefined),
});
export type SuppressionFilter = z.infer<typeof SuppressionFilter>;

export const AddSuppressionsInput = z.object({
  /** One address a line; commas and semicolons separate too. */
  addresses: z.string().trim().min(1, "Type an address.").max(2_000_000),
  note: z.string().trim().max(500),
});
export type AddSuppressionsInput = z.infer<typeof AddSuppressionsInput>;

export const LiftSuppressionInput = z.object({
  suppressionId: z.coerce.number().int().positive(),
  reason: z.string().trim().min(3, "Say why; it stays in the history.").max(500),
  typedAddress: z.string().trim().max(254).optional(),
});
export type LiftSuppressionInput = z.infer<typeof LiftSuppressionInput>;
