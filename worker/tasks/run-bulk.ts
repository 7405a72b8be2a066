import { z } from "zod";
import { failBulk, runBulk } from "#core/bulk/run.ts";
import type { Ctx } from "#core/platform/context.ts";

const Payload = z.object({ actId: z.number().int() });

/** Runs one bulk act, or its undoing, to its end; a thrown error is tried again from its cursor, and after the last try said. */
export async function runBulkTask(
  ctx: Ctx,
  payload: unknown,
  job: { attempts: number; max_attempts: number },
): Promise<void> {
  const input = Payload.parse(payload);
  try {
    await runBulk(ctx, input);
  } catch (error) {
    if (job.attempts >= job.max_attempts) await failBulk(ctx, input);
    throw error;
  }
}
