import type { WorkspaceCtx } from "../platform/context.ts";
import { csvLine } from "../platform/csv.ts";
import { getImport, listRejects } from "./read.ts";

const PAGE = 1000;

/** Rejected and skipped rows of an import as CSV; throws not-found before the first line. */
export async function exportRejects(ctx: WorkspaceCtx, importId: number): Promise<AsyncGenerator<string>> {
  const row = await getImport(ctx, importId);
  return lines(ctx, importId, row.header ?? []);
}

async function* lines(ctx: WorkspaceCtx, importId: number, header: string[]): AsyncGenerator<string> {
  yield csvLine(["line", "result", "reason", ...header]);
  for (let after = 0; ; ) {
    const rows = await listRejects(ctx, importId, { afterLine: after, limit: PAGE });
    for (const row of rows) yield csvLine([row.line, row.kind, row.reason, ...row.cells]);
    if (rows.length < PAGE) return;
    after = rows.at(-1)!.line;
  }
}
