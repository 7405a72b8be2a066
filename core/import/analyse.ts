import { and, eq } from "drizzle-orm";
import { imports } from "#db/schema/index.ts";
import { listAttributes } from "../attribute/read.ts";
import { readFileBytes } from "../file/read.ts";
import { type Result, refuse, type WorkspaceCtx } from "../platform/context.ts";
import { CsvStopped, decodeStream, detectDelimiter, detectEncoding, readCsv } from "./csv.ts";
import { readEarlierMapping } from "./read.ts";
import { looksLikeHeader, suggestMapping } from "./rules.ts";
import { requestTry } from "./try.ts";

const HEAD_BYTES = 256 * 1024;
const SAMPLE_ROWS = 50;

/** Reads the first rows of an import's file: encoding, delimiter, header, sample and what each column most likely is. */
export async function analyseImport(ctx: WorkspaceCtx, input: { importId: number }): Promise<Result> {
  const [row] = await ctx.db
    .select()
    .from(imports)
    .where(and(eq(imports.id, input.importId), eq(imports.workspaceId, ctx.workspaceId)))
    .limit(1);
  if (!row?.fileId) return refuse("This import has no file any more.");
  const head = await readHead(readFileBytes(ctx.db, row.fileId));
  if (head.length === 0) return refuse("The file is empty.");
  if (head[0] === 0x50 && head[1] === 0x4b) {
    return refuse("This is a zip or Excel file. Save it as CSV in your spreadsheet program and upload that.");
  }
  const encoding = detectEncoding(head);
  const text = await collectText(decodeStream(once(head), encoding));
  if (text.includes("\u0000"))
    return refuse("This is not a text file. Export your people as CSV and upload that.");
  const delimiter = detectDelimiter(text);
  const rows = await firstRows(text, delimiter, head.length < row.bytesTotal);
  if (rows.length === 0) return refuse("There are no rows in this file.");
  const hasHeader = looksLikeHeader(rows[0]!);
  const header = hasHeader ? rows[0]!.map((cell) => cell.trim()) : null;
  const sample = hasHeader ? rows.slice(1) : rows;
  const earlier = await readEarlierMapping(ctx, { id: row.id, header });
  const mapping = earlier?.mapping ?? { columns: suggestMapping(header, sample, await listAttributes(ctx)) };
  await ctx.db
    .update(imports)
    .set({ state: "mapping", encoding, delimiter, hasHeader, header, sample, mapping, updatedAt: ctx.now() })
    .where(eq(imports.id, row.id));
  await requestTry(ctx.db, row.id);
  return { ok: true };
}

async function readHead(bytes: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of bytes) {
    pieces.push(piece);
    length += piece.length;
    if (length >= HEAD_BYTES) break;
  }
  return Buffer.concat(pieces).subarray(0, HEAD_BYTES);
}

async function* once<T>(value: T): AsyncGenerator<T> {
  yield value;
}

async function collectText(pieces: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const piece of pieces) text += piece;
  return text;
}

/** The first rows; where the sample was cut, its last row may be half a row and is left out. */
async function firstRows(text: string, delimiter: string, cut: boolean): Promise<string[][]> {
  const rows: string[][] = [];
  const body = text.replace(/^sep=.\r?\n/i, "");
  try {
    for await (const { cells } of readCsv(once(body), delimiter)) {
      rows.push(cells);
      if (rows.length > SAMPLE_ROWS) return rows;
    }
    if (cut) rows.pop();
  } catch (error) {
    if (!(error instanceof CsvStopped)) throw error;
  }
  return rows;
}
