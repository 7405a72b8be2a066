import { and, eq, inArray } from "drizzle-orm";
import type { Sql } from "postgres";
import { erasures, importRejects, imports } from "#db/schema/index.ts";
import type { Ctx } from "../platform/context.ts";
import { enqueue } from "../platform/jobs.ts";
import { notifyLive } from "../platform/notify.ts";
import { erasurePepper } from "../subscriber/erasure.ts";
import { mergeChunk, planMerge } from "./merge.ts";
import { stageFile } from "./read-file.ts";
import { keepRejects } from "./stage.ts";
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
  try {
    const staged = await stageFile(ctx, sql, row, table, {
      extraTags: row.options.tags,
      asksConsent: row.options.standing === "confirmed" || row.options.standing === "pending",
      onRejects: (rejects) => keepRejects(sql, importId, rejects),
      onProgress: (now) => progress(ctx, importId, now),
    });
    await progress(ctx, importId, {
      rowsRead: staged.rowsRead,
      rejected: staged.rejected,
      bytesRead: row.bytesTotal,
      error: staged.stoppedBecause,
    });
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
    pepper: await pepperOf(ctx, row.workspaceId),
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
    if (row.options.standing === "pending")
      await enqueue(tx, "ask-to-confirm", { importId: row.id }, { key: `ask:${row.id}` });
    await notifyLive(tx, `import:${row.id}`);
    await notifyLive(tx, `workspace:${row.workspaceId}`);
  });
  return "finished";
}

async function pepperOf(ctx: Ctx, workspaceId: number): Promise<string | null> {
  const [erased] = await ctx.db
    .select({ workspaceId: erasures.workspaceId })
    .from(erasures)
    .where(eq(erasures.workspaceId, workspaceId))
    .limit(1);
  return erased ? erasurePepper(ctx.settings.secret, workspaceId) : null;
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
