import { and, desc, eq } from "drizzle-orm";
import { bulkActs, users } from "#db/schema/index.ts";
import { CoreError, type WorkspaceCtx } from "../platform/context.ts";

export type BulkAct = typeof bulkActs.$inferSelect & { by: string | null };

/** The newest bulk acts of this workspace, 50 at most, or those that are running. */
export async function listBulkActs(ctx: WorkspaceCtx): Promise<BulkAct[]> {
  const rows = await ctx.db
    .select({ act: bulkActs, by: users.name })
    .from(bulkActs)
    .leftJoin(users, eq(users.id, bulkActs.createdBy))
    .where(eq(bulkActs.workspaceId, ctx.workspaceId))
    .orderBy(desc(bulkActs.id))
    .limit(50);
  return rows.map(({ act, by }) => ({ ...act, by }));
}

/** One bulk act of this workspace; throws not-found. */
export async function getBulkAct(ctx: WorkspaceCtx, actId: number): Promise<BulkAct> {
  const [row] = await ctx.db
    .select({ act: bulkActs, by: users.name })
    .from(bulkActs)
    .leftJoin(users, eq(users.id, bulkActs.createdBy))
    .where(and(eq(bulkActs.id, actId), eq(bulkActs.workspaceId, ctx.workspaceId)));
  if (!row) throw new CoreError("not-found", "There is no such change.");
  return { ...row.act, by: row.by };
}
