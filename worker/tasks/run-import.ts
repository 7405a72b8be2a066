import type { Sql } from "postgres";
import { z } from "zod";
import { failImport, runImport } from "#core/import/run.ts";
import type { Ctx } from "#core/platform/context.ts";

const Payload = z.object({ importId: z.number().int() });

/** Runs one import to its end; a thrown error is tried again from the file's start, and after the last try said. */
export async function runImportTask(
  ctx: Ctx,
  sql: Sql,
  payload: unknown,
  job: { attempts: number; max_attempts: number },
): Promise<void> {
  const input = Payload.parse(payload);
  try {
    await runImport(ctx, sql, input);
  } catch (error) {
    if (job.attempts >= job.max_attempts) await failImport(ctx, input);
    throw error;
  }
}
