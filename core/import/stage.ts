import type { Sql } from "postgres";
import type { AttributeType } from "../subscriber/types.ts";
import { type CsvRow, CsvStopped } from "./csv.ts";
import { copyText, copyTextArray, readRow } from "./row.ts";
import type { ImportColumn } from "./types.ts";

/** Bytes handed to COPY at a time, and rejected rows kept at a time. */
const COPY_BYTES = 512 * 1024;
const REJECT_BATCH = 1000;
/** Rejected rows that are handed back; the count goes on beyond. */
export const MAX_REJECTS_KEPT = 100_000;

export type Staged = { rowsRead: number; rejected: number; stoppedBecause: string | null };

/**
 * Reads rows into a staging table by COPY; rows that are no person are handed back with line and reason.
 * Where the file cannot be read to its end, what was read stays and the reason is handed back as a rejected row.
 */
export async function stageRows(
  sql: Sql,
  table: string,
  rows: AsyncIterable<CsvRow>,
  source: {
    columns: ImportColumn[];
    types: ReadonlyMap<string, AttributeType>;
    /** Tags that everybody gets besides those of the file. */
    extraTags: string[];
    skipFirst: boolean;
    /** Gets rows that are no person, some at a time, the first MAX_REJECTS_KEPT of them. */
    onRejects: (rejects: Reject[]) => Promise<void>;
    /** Gets the cells of every row. */
    onCells?: (cells: string[]) => void;
    onProgress: (rowsRead: number, rejected: number) => Promise<void>;
  },
): Promise<Staged> {
  const copy =
    await sql`copy ${sql(table)} (line, address, address_key, domain, attributes, tags, consent_at, consent_ip) from stdin`.writable();
  let failed: Error | null = null;
  let wake = () => {};
  copy.on("drain", () => wake());
  copy.on("finish", () => wake());
  copy.on("error", (error) => {
    failed = error;
    wake();
  });
  const settled = () =>
    new Promise<void>((resolve) => {
      wake = resolve;
    });
  const { extraTags } = source;
  let out = "";
  let rowsRead = 0;
  let rejected = 0;
  let rejects: Reject[] = [];
  let first = source.skipFirst;
  let reported = 0;
  let stoppedBecause: string | null = null;
  const flushRejects = async () => {
    if (rejects.length > 0) await source.onRejects(rejects);
    rejects = [];
  };
  const reject = (line: number, reason: string, cells: string[]) => {
    rejected++;
    if (rejected <= MAX_REJECTS_KEPT) rejects.push({ line, reason, cells });
  };
  const push = async () => {
    if (failed) throw failed;
    if (out !== "" && !copy.write(out)) await settled();
    out = "";
  };
  try {
    for await (const { line, cells } of rows) {
      if (first) {
        first = false;
        continue;
      }
      rowsRead++;
      source.onCells?.(cells);
      const read = readRow(cells, source.columns, source.types);
      if (read.ok) {
        const { row } = read;
        const tags = extraTags.length > 0 ? [...new Set([...row.tags, ...extraTags])] : row.tags;
        out += `${line}\t${copyText(row.address)}\t${copyText(row.addressKey)}\t${row.domain}\t${copyText(JSON.stringify(row.attributes))}\t${copyTextArray(tags)}\t${row.consentAt ?? "\\N"}\t${row.consentIp ?? "\\N"}\n`;
      } else reject(line, read.reason, cells);
      if (out.length >= COPY_BYTES) {
        await push();
        if (rowsRead - reported >= 20_000) {
          reported = rowsRead;
          await source.onProgress(rowsRead, rejected);
        }
      }
      if (rejects.length >= REJECT_BATCH) await flushRejects();
    }
  } catch (error) {
    if (!(error instanceof CsvStopped)) {
      copy.destroy();
      throw error;
    }
    stoppedBecause = error.message;
    reject(error.line, error.message, []);
  }
  await push();
  const ended = settled();
  copy.end();
  await ended;
  if (failed) throw failed;
  await flushRejects();
  return { rowsRead, rejected, stoppedBecause };
}

export type Reject = { line: number; reason: string; cells: string[] };

/** Keeps rows that were not taken, with line and reason. */
export async function keepRejects(sql: Sql, importId: number, rejects: Reject[]): Promise<void> {
  const rows = rejects.map(({ line, reason, cells }) => ({
    line,
    reason: reason.slice(0, 500),
    cells: cells.map((cell) => cell.replaceAll("\u0000", "").slice(0, 10_000)),
  }));
  await sql`
    insert into import_rejects (import_id, line, kind, reason, cells)
    select ${importId}, (r->>'line')::int, 'rejected', r->>'reason', array(select jsonb_array_elements_text(r->'cells'))
    from jsonb_array_elements(${sql.json(rows)}::jsonb) r
    on conflict do nothing`;
}
