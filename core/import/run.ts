import { and, eq, inArray } from "drizzle-orm";
import type { Sql } from "postgres";
import { attributes, importRejects, imports } from "#db/schema/index.ts";
import { readFileBytes } from "../file/read.ts";
import type { Ctx } from "../platform/context.ts";
import { enqueue } from "../platform/jobs.ts";
import { notifyLive } from "../platform/notify.ts";
import { decodeStream, readCsv } from "./csv.ts";
import { mergeChunk, planMerge } from "./merge.ts";
import { stageRows } from "./stage.ts";
import type { ImportOptions } from "./types.ts";

/** Ranges are disjoint, so two connections merge side by side while this process has nothing else to do. */
const MERGE_CONNECTIONS = 3;

/**
 * Runs a queued import from its file to its result. Safe to run again after a crash: the file is read anew, people
 * already written count as created by it. Memory is bounded by one COPY buffer and one merge chunk in the database.
 */
export async function runImport(
  ctx: Ctx,
  sql: Sql,
  input: { importId: number },
): Promise<"finished" | "cancelled" | "failed" | "gone"> {
  const { importId } = input;
  const [row] = await ctx.db
    .update(imports)
    .set({
      state: "running",
      startedAt: ctx.now(),
      rowsRead: 0,
      created: 0,
      updated: 0,
      unchanged: 0,
      skipped: 0,
      rejected: 0,
      bytesRead: 0,
      error: null,
    })
    .where(and(eq(imports.id, importId), inArray(imports.state, ["queued", "running"])))
    .returning();
  if (!row?.fileId || !row.mapping || !row.options) return "gone";
  const table = `import_staging_${importId}`;
  await ctx.db.delete(importRejects).where(eq(importRejects.importId, importId));
  await sql`drop table if exists ${sql(table)}`;
  await sql`create unlogged table ${sql(table)} (line int not null, address text not null, address_key text not null collate "C",
    domain text not null, attributes jsonb not null, tags text[] not null, consent_at timestamptz, consent_ip inet)`;
  try {
    const known = await ctx.db.select().from(attributes).where(eq(attributes.workspaceId, row.workspaceId));
    const counting = countBytes(readFileBytes(ctx.db, row.fileId));
    const text = withoutSeparatorLine(decodeStream(counting.bytes, row.encoding ?? "utf-8"));
    const staged = await stageRows(sql, table, readCsv(text, row.delimiter ?? ","), {
      importId,
      columns: row.mapping.columns,
      types: new Map(known.map((attribute) => [attribute.key, attribute.type])),
      extraTags: row.options.tags,
      skipFirst: row.hasHeader ?? false,
      onProgress: (rowsRead, rejected) =>
        progress(ctx, importId, { rowsRead, rejected, bytesRead: counting.read() }),
    });
    await progress(ctx, importId, {
      rowsRead: staged.rowsRead,
      rejected: staged.rejected,
      bytesRead: row.bytesTotal,
      error: staged.stoppedBecause,
    });
    await sql`create index on ${sql(table)} (address_key, line)`;
    await sql`analyze ${sql(table)} (address_key)`;
    return await mergeAll(ctx, sql, table, { ...row, options: row.options }, staged.rowsRead);
  } catch (error) {
    // A state that a person sees; the job itself is thrown back to be tried again where trying again may help.
    await progress(ctx, importId, {
      error: "The import stopped by an error of the system. It is tried again by itself.",
    });
    throw error;
  } finally {
    await sql`drop table if exists ${sql(table)}`;
  }
}

async function mergeAll(
  ctx: Ctx,
  sql: Sql,
  table: string,
  row: { id: number; workspaceId: number; fileName: string; options: ImportOptions },
  rows: number,
): Promise<"finished" | "cancelled"> {
  const total = { created: 0, updated: 0, unchanged: 0, skipped: 0 };
  const ranges = await planMerge(sql, table, rows);
  const job = {
    importId: row.id,
    workspaceId: row.workspaceId,
    origin: `Import ${row.fileName}`,
    options: row.options,
  };
  let cancelled = false;
  const mergeNext = async (): Promise<void> => {
    for (let range = ranges.shift(); range && !cancelled; range = ranges.shift()) {
      // Asked before each chunk, so that nobody is written after a cancel that came while the file was read.
      const [now] = await ctx.db.select({ state: imports.state }).from(imports).where(eq(imports.id, row.id));
      if (now?.state !== "running") {
        cancelled = true;
        return;
      }
      const merged = await mergeChunk(sql, table, job, range);
      for (const key of ["created", "updated", "unchanged", "skipped"] as const) total[key] += merged[key];
      await progress(ctx, row.id, total);
    }
  };
  await Promise.all(Array.from({ length: MERGE_CONNECTIONS }, mergeNext));
  if (cancelled) return "cancelled";
  await sql`insert into domains (name, status) select distinct domain, 'unknown' from ${sql(table)} on conflict do nothing`;
  // Autovacuum comes within minutes; segments and audiences are counted in the next second.
  await sql`analyze subscribers, subscriptions`;
  await ctx.db.transaction(async (tx) => {
    await tx
      .update(imports)
      .set({ ...total, state: "finished", finishedAt: ctx.now(), updatedAt: ctx.now() })
      .where(and(eq(imports.id, row.id), eq(imports.state, "running")));
    await enqueue(tx, "resolve-domains", {}, { key: "resolve-domains" });
    await notifyLive(tx, `import:${row.id}`);
    await notifyLive(tx, `workspace:${row.workspaceId}`);
  });
  return "finished";
}

/** Ends an import that failed each time it was tried; people written so far stay. */
export async function failImport(ctx: Ctx, input: { importId: number }): Promise<void> {
  const changed = await ctx.db
    .update(imports)
    .set({
      state: "failed",
      error:
        "The import stopped by an error of the system, each time it was tried. People written so far stay. Upload the file again to go on.",
      finishedAt: ctx.now(),
      updatedAt: ctx.now(),
    })
    .where(and(eq(imports.id, input.importId), inArray(imports.state, ["queued", "running"])))
    .returning({ id: imports.id });
  if (changed.length > 0) await notifyLive(ctx.db, `import:${input.importId}`);
}

async function progress(
  ctx: Ctx,
  importId: number,
  values: Partial<typeof imports.$inferInsert>,
): Promise<void> {
  await ctx.db
    .update(imports)
    .set({ ...values, updatedAt: ctx.now() })
    .where(eq(imports.id, importId));
  await notifyLive(ctx.db, `import:${importId}`);
}

function countBytes(bytes: AsyncIterable<Buffer>): { bytes: AsyncIterable<Buffer>; read: () => number } {
  let read = 0;
  return {
    read: () => read,
    bytes: (async function* () {
      for await (const chunk of bytes) {
        read += chunk.length;
        yield chunk;
      }
    })(),
  };
}

/** Excel's `sep=;` first line is a hint to programs, not a row. */
async function* withoutSeparatorLine(text: AsyncIterable<string>): AsyncGenerator<string> {
  let first = true;
  for await (const piece of text) {
    yield first ? piece.replace(/^sep=.\r?\n/i, "") : piece;
    first = false;
  }
}
