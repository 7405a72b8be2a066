import type { WorkspaceCtx } from "../platform/context.ts";
import { csvLine } from "../platform/csv.ts";
import { getImport, listRejects } from "./read.ts";

const PAGE = 1000;

/** Rejected and skipped rows of an import as CSV; throws not-found before the first line. */
export async function exportRejects(ctx: WorkspaceCtx, importId: number): Promise<AsyncGenerator<string>> {
  const row = await getImport(ctx, importId);
  const at = row.mapping?.columns.findIndex((column) => column.to === "address") ?? 0;
  return lines(ctx, importId, row.header ?? [], Math.max(0, at));
}

async function* lines(
  ctx: WorkspaceCtx,
  importId: number,
  header: string[],
  addressAt: number,
): AsyncGenerator<string> {
  yield csvLine(["line", "result", "reason", ...header]);
  for (let after = 0; ; ) {
    const rows = await listRejects(ctx, importId, { afterLine: after, limit: PAGE });
    for (const row of rows) {
      // Of skipped rows only the address is kept: it goes below the address column's name.
      const cells = row.kind === "skipped" ? [...Array<string>(addressAt).fill(""), ...row.cells] : row.cells;
      yield csvLine([row.line, row.kind, row.reason, ...cells]);
    }
    if (rows.length < PAGE) return;
    after = rows.at(-1)!.line;
  }
}
