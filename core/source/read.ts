import { asc, eq, isNotNull, isNull, sql } from "drizzle-orm";
import { poolFallbacks, poolSources, pools, sources, workspaces } from "#db/schema/index.ts";
import { type AdminCtx, CoreError } from "../platform/context.ts";
import type { Overflow } from "../warmup/types.ts";
import type { SourceState } from "./types.ts";

export type SourceRow = Omit<typeof sources.$inferSelect, "password"> & {
  lanes: number;
  accepted24h: number;
  hasPassword: boolean;
};
export type PoolRow = {
  id: number;
  name: string;
  isDefault: boolean;
  overflow: Overflow;
  /** Null: it has none. `open`: buckets that it carries now, and since when. */
  fallback: { sourceId: number; name: string; open: { bucket: number; since: Date }[] } | null;
  fallbackMinutes: number;
  sources: { id: number; name: string; state: SourceState; weight: number }[];
  /** Whose campaigns it carries, and whose system mail where that goes another way. */
  workspaces: { id: number; name: string }[];
  systemOf: { id: number; name: string }[];
};

/** The sources that carry mail or are held, without their passwords. */
export async function listSources(ctx: AdminCtx): Promise<SourceRow[]> {
  const rows = await ctx.db
    .select({
      source: sources,
      lanes: sql<number>`(select count(*)::int from lanes l where l.source_id = sources.id)`,
      accepted24h: sql<number>`(select coalesce(sum(h.accepted), 0)::int from delivery_hours h where h.source_id = sources.id and h.hour > now() - interval '24 hours')`,
    })
    .from(sources)
    .where(isNull(sources.removedAt))
    .orderBy(asc(sources.name));
  return rows.map(({ source: { password, ...source }, lanes, accepted24h }) => ({
    ...source,
    lanes,
    accepted24h,
    hasPassword: password !== null,
  }));
}

/** One source; throws not-found for removed ones. */
export async function getSource(ctx: AdminCtx, sourceId: number): Promise<SourceRow> {
  const row = (await listSources(ctx)).find((source) => source.id === sourceId);
  if (!row) throw new CoreError("not-found", "There is no such source.");
  return row;
}

/** Pools with their sources and the workspaces whose campaigns they carry. */
export async function listPools(ctx: AdminCtx): Promise<PoolRow[]> {
  const [rows, members, users, names, fallen] = await Promise.all([
    ctx.db.select().from(pools).orderBy(asc(pools.name)),
    ctx.db
      .select({
        poolId: poolSources.poolId,
        id: sources.id,
        name: sources.name,
        state: sources.state,
        weight: poolSources.weight,
      })
      .from(poolSources)
      .innerJoin(sources, eq(sources.id, poolSources.sourceId))
      .where(isNull(sources.removedAt))
      .orderBy(asc(sources.name)),
    ctx.db
      .select({
        id: workspaces.id,
        name: workspaces.name,
        poolId: workspaces.poolId,
        systemPoolId: workspaces.systemPoolId,
      })
      .from(workspaces)
      .orderBy(asc(workspaces.name)),
    ctx.db.select({ id: sources.id, name: sources.name }).from(sources).where(isNull(sources.removedAt)),
    ctx.db.select().from(poolFallbacks).where(isNotNull(poolFallbacks.openedAt)),
  ]);
  return rows.map((pool) => ({
    id: pool.id,
    name: pool.name,
    isDefault: pool.isDefault,
    overflow: pool.overflow,
    fallback: fallbackOf(pool, names, fallen),
    fallbackMinutes: pool.fallbackMinutes,
    sources: members.filter((member) => member.poolId === pool.id).map(({ poolId: _, ...source }) => source),
    workspaces: users
      .filter((user) => user.poolId === pool.id || (user.poolId === null && pool.isDefault))
      .map(({ id, name }) => ({ id, name })),
    systemOf: users.filter((user) => user.systemPoolId === pool.id).map(({ id, name }) => ({ id, name })),
  }));
}

function fallbackOf(
  pool: typeof pools.$inferSelect,
  names: { id: number; name: string }[],
  fallen: (typeof poolFallbacks.$inferSelect)[],
): PoolRow["fallback"] {
  const source = names.find((one) => one.id === pool.fallbackSourceId);
  if (!source) return null;
  const open = fallen.filter((one) => one.poolId === pool.id);
  return {
    sourceId: source.id,
    name: source.name,
    open: open.map(({ bucket, since }) => ({ bucket, since })),
  };
}
