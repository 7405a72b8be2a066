import { and, asc, eq, sql } from "drizzle-orm";
import { segments } from "#db/schema/index.ts";
import { CoreError, type WorkspaceCtx } from "../platform/context.ts";

export type Segment = typeof segments.$inferSelect;

/** Names only, for choices. */
export function listSegmentNames(ctx: WorkspaceCtx): Promise<{ id: number; name: string }[]> {
  return ctx.db
    .select({ id: segments.id, name: segments.name })
    .from(segments)
    .where(eq(segments.workspaceId, ctx.workspaceId))
    .orderBy(asc(segments.name));
}

/** The segments of the workspace with how many campaigns to come use each. */
export function listSegments(ctx: WorkspaceCtx): Promise<(Segment & { usedBy: number })[]> {
  // Spelled out: drizzle leaves the table's name away in a select of one table, and then `id` would be the campaign's.
  const usedBy = sql<number>`(select count(*)::int from campaigns c where c.workspace_id = segments.workspace_id
    and c.state in ('draft', 'scheduled') and c.kind = 'campaign'
    and (c.audience->'include'->'segments' @> to_jsonb(segments.id) or c.audience->'exclude'->'segments' @> to_jsonb(segments.id)))`;
  return ctx.db
    .select({
      id: segments.id,
      workspaceId: segments.workspaceId,
      name: segments.name,
      rule: segments.rule,
      createdAt: segments.createdAt,
      updatedAt: segments.updatedAt,
      countedAt: segments.countedAt,
      count: segments.count,
      countMs: segments.countMs,
      usedBy,
    })
    .from(segments)
    .where(eq(segments.workspaceId, ctx.workspaceId))
    .orderBy(asc(segments.name));
}

/** One segment of this workspace; throws not-found. */
export async function getSegment(ctx: WorkspaceCtx, segmentId: number): Promise<Segment> {
  const [row] = await ctx.db
    .select()
    .from(segments)
    .where(and(eq(segments.id, segmentId), eq(segments.workspaceId, ctx.workspaceId)));
  if (!row) throw new CoreError("not-found", "There is no such segment.");
  return row;
}
