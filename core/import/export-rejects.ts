import type { WorkspaceCtx } from "../platform/context.ts";
import { csvLine } from "../platform/csv.ts";
import { getImport, type Import, listRejects } from "./read.ts";
import { readImportFile } from "./read-file.ts";

const PAGE = 1000;

/**
 * Rejected and skipped rows of an import as CSV, with line and reason before the cells as they stand in the file; throws
 * not-found before the first line.
 */
export async function exportRejects(ctx: WorkspaceCtx, importId: number): Promise<AsyncGenerator<string>> {
  const row = await getImport(ctx, importId);
  return lines(ctx, row);
}

async function* lines(ctx: WorkspaceCtx, row: Import): AsyncGenerator<string> {
  yield csvLine(["line", "result", "reason", ...(row.header ?? [])]);
  const file = openFile(ctx, row);
  try {
    for (let after = 0; ; ) {
      const rejects = await listRejects(ctx, row.id, { afterLine: after, limit: PAGE });
      for (const reject of rejects) {
        const cells = reject.kind === "skipped" ? await file.cellsAt(reject.line) : null;
        yield csvLine([reject.line, reject.kind, reject.reason, ...(cells ?? reject.cells)]);
      }
      if (rejects.length < PAGE) return;
      after = rejects.at(-1)!.line;
    }
  } finally {
    await file.close();
  }
}

/**
 * Of skipped rows the database keeps only the address, since there may be millions; the rest is read from the file again,
 * once, alongside. Null where the file is gone or ends before the line.
 */
function openFile(
  ctx: WorkspaceCtx,
  row: Import,
): { cellsAt: (line: number) => Promise<string[] | null>; close: () => Promise<void> } {
  if (!row.fileId) return { cellsAt: async () => null, close: async () => {} };
  const rows = readImportFile(ctx, row).rows[Symbol.asyncIterator]();
  let ahead: { line: number; cells: string[] } | null = null;
  return {
    cellsAt: async (line) => {
      while (!ahead || ahead.line < line) {
        // A file that cannot be read to its end has given what it has.
        const next = await rows.next().catch(() => null);
        if (!next || next.done) return null;
        ahead = next.value;
      }
      return ahead.line === line ? ahead.cells : null;
    },
    close: async () => {
      await rows.return?.();
    },
  };
}
