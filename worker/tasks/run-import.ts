import type { Sql } from "postgres";
import { z } from "zod";
import { runImport } from "#core/import/run.ts";
import type { Ctx } from "#core/platform/context.ts";

const Payload = z.object({ importId: z.number().int() });

/** Runs one import to its end; a thrown error is tried again from the file's start. */
export async function runImportTask(ctx: Ctx, sql: Sql, payload: unknown): Promise<void> {
  await runImport(ctx, sql, Payload.parse(payload));
}
