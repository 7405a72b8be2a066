import { z } from "zod";
import type { Ctx } from "#core/platform/context.ts";
import { askPending } from "#core/subscription/ask.ts";

const Payload = z.union([z.object({ importId: z.number().int() }), z.object({ listId: z.number().int() })]);

/** Asks the pending people of an import, or reminds those of a list, by mail. */
export async function askToConfirmTask(ctx: Ctx, payload: unknown): Promise<void> {
  await askPending(ctx, Payload.parse(payload));
}
