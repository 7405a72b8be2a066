import { and, eq, isNull, or, type SQL, sql } from "drizzle-orm";
import { subscribers as s, segments } from "#db/schema/index.ts";
import type { WorkspaceCtx } from "../platform/context.ts";
import { compileSegment } from "../segment/compile.ts";
import type { Standing, SubscriberFilter } from "./filter-shape.ts";

const has = (status: string, list?: number): SQL => sql`exists (select from subscriptions x
  where x.subscriber_id = ${s.id} and x.status = ${status} ${list ? sql`and x.list_id = ${list}` : sql``})`;

const isSuppressed = sql`exists (select from suppressions z where z.address_key = ${s.addressKey}
  and z.lifted_at is null and (z.workspace_id is null or z.workspace_id = ${s.workspaceId}))`;

/** Where people stand in the workspace; suppressed outweighs all, one confirmed list makes a person confirmed. */
export const standingSql = sql<Standing>`case when ${isSuppressed} then 'suppressed' when ${has("confirmed")} then 'confirmed'
  when ${has("pending")} then 'pending' when ${has("unsubscribed")} then 'unsubscribed' else 'none' end`;

/** The filter as a condition over rows of `subscribers` of this workspace. A segment that is gone matches nobody. */
export async function filterSql(ctx: WorkspaceCtx, filter: SubscriberFilter): Promise<SQL> {
  const parts: (SQL | undefined)[] = [eq(s.workspaceId, ctx.workspaceId), isNull(s.erasedAt)];
  if (filter.q) {
    const like = `%${filter.q.toLowerCase().replace(/[\\%_]/g, "\\$&")}%`;
    parts.push(
      or(
        sql`${s.addressKey} like ${like}`,
        sql`lower(${s.attributes}->>'first_name') like ${like}`,
        sql`lower(${s.attributes}->>'last_name') like ${like}`,
        sql`lower(${s.attributes}->>'name') like ${like}`,
      ),
    );
  }
  if (filter.tag) parts.push(sql`${s.tags} @> array[${filter.tag}]::text[]`);
  if (filter.import) parts.push(eq(s.importId, filter.import));
  if (filter.list && (!filter.standing || filter.standing === "none" || filter.standing === "suppressed")) {
    parts.push(
      sql`exists (select from subscriptions x where x.subscriber_id = ${s.id} and x.list_id = ${filter.list})`,
    );
  }
  if (filter.standing) parts.push(standingPart(filter.standing, filter.list));
  if (filter.segment) {
    const [segment] = await ctx.db
      .select({ rule: segments.rule })
      .from(segments)
      .where(and(eq(segments.id, filter.segment), eq(segments.workspaceId, ctx.workspaceId)));
    parts.push(
      segment ? compileSegment(segment.rule, { workspaceId: ctx.workspaceId, now: ctx.now() }) : sql`false`,
    );
  }
  return and(...parts)!;
}

function standingPart(standing: Standing, list: number | undefined): SQL {
  if (standing === "suppressed") return isSuppressed;
  if (list && standing !== "none") return has(standing, list);
  return sql`${standingSql} = ${standing}`;
}
