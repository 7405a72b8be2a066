import { and, eq, inArray, isNull, sql } from "drizzle-orm";
import { subscribers as s } from "#db/schema/index.ts";
import { CoreError, type WorkspaceCtx } from "../platform/context.ts";
import { filterSql, standingSql } from "./filter.ts";
import { STANDINGS, type Standing, type SubscriberFilter } from "./filter-shape.ts";
import type { Attributes } from "./types.ts";

export const SUBSCRIBER_SORTS = ["-joined", "joined", "address", "-click"] as const;
export type SubscriberSort = (typeof SUBSCRIBER_SORTS)[number];

/** Counting stops here; "more than 100,000" helps as much as the exact number. */
export const COUNT_MOST = 100_000;
export const PAGE_SIZE = 50;

export type SubscriberRow = {
  id: number;
  address: string;
  name: string;
  standing: Standing;
  lists: string[];
  /** 0 to 5: by clicks, opens and acceptances, and how long ago. */
  engagement: number;
  lastClickedAt: Date | null;
  createdAt: Date;
  origin: string;
};

/** A person's name as far as attributes tell. */
export function nameOf(attributes: Attributes): string {
  const text = (key: string) => (typeof attributes[key] === "string" ? (attributes[key] as string) : "");
  return text("name") || [text("first_name"), text("last_name")].filter(Boolean).join(" ");
}

/** One page of people, by keyset, and where the next begins. */
export async function listSubscribers(
  ctx: WorkspaceCtx,
  filter: SubscriberFilter,
  page: { sort: SubscriberSort; after: string | null; limit?: number; picked?: number[] | undefined },
): Promise<{ rows: SubscriberRow[]; next: string | null }> {
  const limit = page.limit ?? PAGE_SIZE;
  const where = and(
    await filterSql(ctx, filter),
    afterSql(page.sort, page.after),
    page.picked ? inArray(s.id, page.picked) : undefined,
  );
  const rows = await ctx.db
    .select({
      id: s.id,
      address: s.address,
      addressKey: s.addressKey,
      attributes: s.attributes,
      standing: standingSql,
      lists: sql<string[]>`array(select l.name from subscriptions x join lists l on l.id = x.list_id
        where x.subscriber_id = ${s.id} and x.status <> 'unsubscribed' and l.archived_at is null order by l.name)`,
      lastAcceptedAt: s.lastAcceptedAt,
      lastOpenedAt: s.lastOpenedAt,
      lastClickedAt: s.lastClickedAt,
      createdAt: s.createdAt,
      origin: s.origin,
    })
    .from(s)
    .where(where)
    .orderBy(...orderSql(page.sort))
    .limit(limit + 1);
  const more = rows.length > limit;
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    rows: shown.map((row) => ({
      id: row.id,
      address: row.address,
      name: nameOf(row.attributes),
      standing: row.standing,
      lists: row.lists,
      engagement: engagementOf(row, ctx.now()),
      lastClickedAt: row.lastClickedAt,
      createdAt: row.createdAt,
      origin: row.origin,
    })),
    next: more && last ? keyOf(page.sort, last) : null,
  };
}

const DAY_MS = 86_400_000;

/** Five bars: a click lately counts most, an acceptance alone counts one. */
export function engagementOf(
  row: { lastAcceptedAt: Date | null; lastOpenedAt: Date | null; lastClickedAt: Date | null },
  now: Date,
): number {
  const days = (at: Date | null) => (at ? (now.getTime() - at.getTime()) / DAY_MS : Number.POSITIVE_INFINITY);
  if (days(row.lastClickedAt) <= 30) return 5;
  if (days(row.lastClickedAt) <= 90) return 4;
  if (days(row.lastOpenedAt) <= 30) return 3;
  if (days(row.lastOpenedAt) <= 180 || days(row.lastClickedAt) <= 365) return 2;
  return row.lastAcceptedAt ? 1 : 0;
}

function orderSql(sort: SubscriberSort) {
  if (sort === "joined") return [sql`${s.id} asc`];
  if (sort === "address") return [sql`${s.addressKey} asc`];
  if (sort === "-click") return [sql`${s.lastClickedAt} desc nulls last`, sql`${s.id} desc`];
  return [sql`${s.id} desc`];
}

function keyOf(
  sort: SubscriberSort,
  row: { id: number; addressKey: string; lastClickedAt: Date | null },
): string {
  if (sort === "address") return row.addressKey;
  if (sort === "-click") return `${row.lastClickedAt?.toISOString() ?? ""}_${row.id}`;
  return String(row.id);
}

function afterSql(sort: SubscriberSort, after: string | null) {
  if (!after) return undefined;
  if (sort === "address") return sql`${s.addressKey} > ${after}`;
  if (sort !== "-click") {
    const id = Number(after);
    if (!Number.isSafeInteger(id)) return undefined;
    return sort === "joined" ? sql`${s.id} > ${id}` : sql`${s.id} < ${id}`;
  }
  const [moment = "", key = ""] = after.split("_");
  const id = Number(key);
  if (!Number.isSafeInteger(id)) return undefined;
  if (moment === "") return sql`(${s.lastClickedAt} is null and ${s.id} < ${id})`;
  if (Number.isNaN(Date.parse(moment))) return undefined;
  return sql`(${s.lastClickedAt} is null or (${s.lastClickedAt}, ${s.id}) < (${moment}::timestamptz, ${id}))`;
}

/** How many match, at most COUNT_MOST + 1, and how long that took; null where it takes longer than 5 s. */
export async function countSubscribers(
  ctx: WorkspaceCtx,
  filter: SubscriberFilter,
): Promise<{ count: number; ms: number } | null> {
  const where = await filterSql(ctx, filter);
  const started = performance.now();
  const rows = await within(ctx, 5, (db) =>
    db.execute<{ n: number }>(
      sql`select count(*)::int as n from (select from ${s} where ${where} limit ${COUNT_MOST + 1}) t`,
    ),
  );
  return rows ? { count: rows[0]?.n ?? 0, ms: Math.round(performance.now() - started) } : null;
}

/** People of the workspace by standing; null where that takes longer than 5 s. */
export async function countByStanding(
  ctx: WorkspaceCtx,
): Promise<(Record<Standing, number> & { total: number }) | null> {
  const rows = await within(ctx, 5, (db) =>
    db.execute<{ standing: Standing; n: number }>(sql`
      select standing, count(*)::int as n from (
        select ${standingSql} as standing from ${s} where ${s.workspaceId} = ${ctx.workspaceId} and ${s.erasedAt} is null) t
      group by standing`),
  );
  if (!rows) return null;
  const counts = Object.fromEntries(STANDINGS.map((standing) => [standing, 0])) as Record<Standing, number>;
  for (const row of rows) counts[row.standing] = row.n;
  return { ...counts, total: rows.reduce((n, row) => n + row.n, 0) };
}

/** Runs a read that may be slow, and gives up after `seconds` with null. */
async function within<T>(
  ctx: WorkspaceCtx,
  seconds: number,
  read: (db: WorkspaceCtx["db"]) => Promise<T>,
): Promise<T | null> {
  try {
    return await ctx.db.transaction(async (tx) => {
      await tx.execute(
        sql`select set_config('statement_timeout', ${`${seconds}s`}, true), set_config('work_mem', '64MB', true)`,
      );
      return read(tx);
    });
  } catch (error) {
    // 57014: canceled by statement timeout
    const code = (error as { cause?: { code?: string } }).cause?.code ?? (error as { code?: string }).code;
    if (code === "57014") return null;
    throw error;
  }
}

/** One person of this workspace; throws not-found for erased ones and strangers. */
export async function getSubscriber(
  ctx: WorkspaceCtx,
  subscriberId: number,
): Promise<typeof s.$inferSelect & { standing: Standing }> {
  const [row] = await ctx.db
    .select({ row: s, standing: standingSql })
    .from(s)
    .where(and(eq(s.id, subscriberId), eq(s.workspaceId, ctx.workspaceId), isNull(s.erasedAt)));
  if (!row) throw new CoreError("not-found", "There is no such person.");
  return { ...row.row, standing: row.standing };
}

/** The tags in use, most common first, 200 at most. */
export async function listTags(ctx: WorkspaceCtx): Promise<string[]> {
  const rows = await within(ctx, 3, (db) =>
    db.execute<{ tag: string }>(sql`
      select tag from (select unnest(tags) as tag from ${s} where ${s.workspaceId} = ${ctx.workspaceId} and ${s.erasedAt} is null
        and cardinality(tags) > 0 limit 200000) t group by tag order by count(*) desc, tag limit 200`),
  );
  return rows?.map((row) => row.tag) ?? [];
}
