import { eq } from "drizzle-orm";
import type { Sql } from "postgres";
import { attributes } from "#db/schema/index.ts";
import { readFileBytes } from "../file/read.ts";
import type { Ctx } from "../platform/context.ts";
import { type CsvRow, decodeStream, readCsv } from "./csv.ts";
import type { Import } from "./read.ts";
import { type Reject, type Staged, stageRows } from "./stage.ts";

/** The rows of an import's file, from its beginning; `read` tells how many bytes were taken so far. */
export function readImportFile(
  ctx: Pick<Ctx, "db">,
  row: Import,
): { rows: AsyncIterable<CsvRow>; read: () => number } {
  let read = 0;
  const bytes = (async function* () {
    for await (const chunk of readFileBytes(ctx.db, row.fileId!)) {
      read += chunk.length;
      yield chunk;
    }
  })();
  const text = withoutSeparatorLine(decodeStream(bytes, row.encoding ?? "utf-8"));
  return { rows: readCsv(text, row.delimiter ?? ","), read: () => read };
}

/** Reads a file as its mapping says into a fresh, indexed staging table of this name. The caller drops it. */
export async function stageFile(
  ctx: Pick<Ctx, "db">,
  sql: Sql,
  row: Import,
  table: string,
  source: {
    extraTags: string[];
    /** False: people who leave or are suppressed need not have agreed. */
    asksConsent: boolean;
    onRejects: (rejects: Reject[]) => Promise<void>;
    onCells?: (cells: string[]) => void;
    onProgress: (now: { rowsRead: number; rejected: number; bytesRead: number }) => Promise<void>;
  },
): Promise<Staged> {
  await sql`drop table if exists ${sql(table)}`;
  await sql`create unlogged table ${sql(table)} (line int not null, address text not null, address_key text not null collate "C",
    domain text not null, attributes jsonb not null, tags text[] not null, consent_at timestamptz, consent_ip inet)`;
  const known = await ctx.db.select().from(attributes).where(eq(attributes.workspaceId, row.workspaceId));
  const file = readImportFile(ctx, row);
  const staged = await stageRows(sql, table, file.rows, {
    ...source,
    columns: (row.mapping?.columns ?? []).map((column) =>
      column.to === "agreed" && !source.asksConsent ? { to: "skip" } : column,
    ),
    types: new Map(known.map((attribute) => [attribute.key, attribute.type])),
    skipFirst: row.hasHeader ?? false,
    onProgress: (rowsRead, rejected) => source.onProgress({ rowsRead, rejected, bytesRead: file.read() }),
  });
  await sql`create index on ${sql(table)} (address_key, line)`;
  await sql`analyze ${sql(table)} (address_key)`;
  return staged;
}

/** Excel's `sep=;` first line is a hint to programs, not a row. */
async function* withoutSeparatorLine(text: AsyncIterable<string>): AsyncGenerator<string> {
  let first = true;
  for await (const piece of text) {
    yield first ? piece.replace(/^sep=.\r?\n/i, "") : piece;
    first = false;
  }
}
