import { and, asc, eq, isNull, sql } from "drizzle-orm";
import { lists } from "#db/schema/index.ts";
import type { WorkspaceCtx } from "../platform/context.ts";
import type { OptIn } from "./types.ts";

export type ListRow = {
  id: number;
  name: string;
  description: string;
  optIn: OptIn;
  isPublic: boolean;
  confirmed: number;
  pending: number;
  unsubscribed: number;
  /** Left in the last 30 days. */
  leftLately: number;
};

/** The lists of the workspace with how many stand where; one pass over the subscriptions. */
export async function listLists(ctx: WorkspaceCtx): Promise<ListRow[]> {
  const rows = await ctx.db.execute<Record<string, unknown>>(sql`
    select l.id, l.name, l.description, l.opt_in, l.is_public,
      count(*) filter (where s.status = 'confirmed')::int as confirmed,
      count(*) filter (where s.status = 'pending')::int as pending,
      count(*) filter (where s.status = 'unsubscribed')::int as unsubscribed,
      count(*) filter (where s.status = 'unsubscribed' and s.unsubscribed_at > now() - interval '30 days')::int as left_lately
    from lists l left join subscriptions s on s.list_id = l.id
    where l.workspace_id = ${ctx.workspaceId} and l.archived_at is null
    group by l.id order by lower(l.name)`);
  return rows.map((row) => ({
    id: Number(row.id),
    name: String(row.name),
    description: String(row.description),
    optIn: row.opt_in as OptIn,
    isPublic: Boolean(row.is_public),
    confirmed: Number(row.confirmed),
    pending: Number(row.pending),
    unsubscribed: Number(row.unsubscribed),
    leftLately: Number(row.left_lately),
  }));
}

/** Names only, for choices in forms. */
export function listListNames(ctx: WorkspaceCtx): Promise<{ id: number; name: string }[]> {
  return ctx.db
    .select({ id: lists.id, name: lists.name })
    .from(lists)
    .where(and(eq(lists.workspaceId, ctx.workspaceId), isNull(lists.archivedAt)))
    .orderBy(asc(lists.name));
}
