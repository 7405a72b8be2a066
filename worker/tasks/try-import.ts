import type { Sql } from "postgres";
import { z } from "zod";
import { tryImport } from "#core/import/try.ts";
import type { Ctx } from "#core/platform/context.ts";

const Payload = z.object({ importId: z.number().int() });

/** Tries the mapping of an import on all rows of its file. */
export async function tryImportTask(ctx: Ctx, sql: Sql, payload: unknown): Promise<void> {
  await tryImport(ctx, sql, Payload.parse(payload));
}
