import { and, asc, count, desc, eq, gt, ne, sql } from "drizzle-orm";
import { importRejects, imports } from "#db/schema/index.ts";
import { CoreError, type WorkspaceCtx } from "../platform/context.ts";

export type Import = typeof imports.$inferSelect;

/** One import of this workspace; throws not-found. */
export async function getImport(ctx: WorkspaceCtx, importId: number): Promise<Import> {
  const [row] = await ctx.db
    .select()
    .from(imports)
    .where(and(eq(imports.id, importId), eq(imports.workspaceId, ctx.workspaceId)))
    .limit(1);
  if (!row) throw new CoreError("not-found", "There is no such import.");
  return row;
}

/** The newest imports of this workspace, 50 at most. */
export function listImports(ctx: WorkspaceCtx): Promise<Import[]> {
  return ctx.db
    .select()
    .from(imports)
    .where(eq(imports.workspaceId, ctx.workspaceId))
    .orderBy(desc(imports.id))
    .limit(50);
}

/** The last finished import of this workspace with the same column names; its mapping is offered again. */
export async function readEarlierMapping(
  ctx: WorkspaceCtx,
  row: Pick<Import, "id" | "header">,
): Promise<Pick<Import, "id" | "fileName" | "mapping" | "finishedAt"> | null> {
  if (!row.header) return null;
  const [earlier] = await ctx.db
    .select({
      id: imports.id,
      fileName: imports.fileName,
      mapping: imports.mapping,
      finishedAt: imports.finishedAt,
    })
    .from(imports)
    .where(
      and(
        eq(imports.workspaceId, ctx.workspaceId),
        eq(imports.state, "finished"),
        ne(imports.id, row.id),
        sql`${imports.header} = ${sql.param(row.header, imports.header)}`,
      ),
    )
    .orderBy(desc(imports.id))
    .limit(1);
  return earlier ?? null;
}

/** A reason without what is the row's own: the value in quotes, the line, the day. */
const plainReason = sql<string>`regexp_replace(regexp_replace(regexp_replace(regexp_replace(${importRejects.reason},
  ' ?\\(“.*”\\)$', ''), '“[^”]*”', 'a value'), ' stands in line \\d+$', ' stands further up'), ' on \\d+ \\w+ \\d{4}$', '')`;

/** Reasons and how often, for the result page; reasons that differ in a value only count as one. */
export async function countRejectReasons(
  ctx: WorkspaceCtx,
  importId: number,
): Promise<{ kind: string; reason: string; n: number }[]> {
  await getImport(ctx, importId);
  return ctx.db
    .select({ kind: importRejects.kind, reason: plainReason, n: count() })
    .from(importRejects)
    .where(eq(importRejects.importId, importId))
    .groupBy(importRejects.kind, sql`2`)
    .orderBy(desc(count()))
    .limit(20);
}

/** The rows that were not taken, in order of line, `limit` after `afterLine`. */
export async function listRejects(
  ctx: WorkspaceCtx,
  importId: number,
  page: { kind?: "rejected" | "skipped"; afterLine?: number; limit: number },
): Promise<(typeof importRejects.$inferSelect)[]> {
  await getImport(ctx, importId);
  return ctx.db
    .select()
    .from(importRejects)
    .where(
      and(
        eq(importRejects.importId, importId),
        page.kind ? eq(importRejects.kind, page.kind) : undefined,
        gt(importRejects.line, page.afterLine ?? 0),
      ),
    )
    .orderBy(asc(importRejects.line))
    .limit(page.limit);
}
