import { desc, eq, sql } from "drizzle-orm";
import { auditEvents, users } from "#db/schema/index.ts";
import type { AdminCtx } from "../platform/context.ts";

/** A pool that a source belongs to, and who else sends for it. */
export type SourcePool = {
  id: number;
  name: string;
  /** Names of the other sources that send now. */
  others: string[];
  /** Recipients who wait in the pool, ahead or with a turn of their own; counted to 100,000. */
  waiting: number;
};

/** What hangs on a source: what it holds, and what its pools would do without it. */
export type SourceRole = {
  /** Recipients that its lanes have taken and not yet settled. */
  inHands: number;
  pools: SourcePool[];
};

const MOST_TURNS = 100_000;

/** Reads claims and streams, some tens of small rows, and the ledger's rows of the claims alone. */
export async function readSourceRole(ctx: Pick<AdminCtx, "db">, sourceId: number): Promise<SourceRole> {
  const [held, pools] = await Promise.all([
    ctx.db.execute<{ n: number }>(sql`
      select count(*)::int as n from lanes l join claims c on c.lane_id = l.id and c.set_aside_at is null
      cross join unnest(c.seqs) q(seq) cross join lateral (
        select from deliveries d where d.campaign_id = c.campaign_id and d.seq = q.seq and d.state in ('w', 'd')
          and not exists (select from due u where u.campaign_id = c.campaign_id and u.seq = q.seq) limit 1) open
      where l.source_id = ${sourceId}`),
    ctx.db.execute<SourcePool>(sql`
      select p.id, p.name,
        array(select s.name from pool_sources o join sources s on s.id = o.source_id
          where o.pool_id = p.id and s.id <> ${sourceId} and s.state = 'active' and s.removed_at is null order by s.name) as others,
        (select coalesce(sum(t.last_seq - t.next_seq + 1), 0)::int from streams t
          where t.pool_id = p.id and t.state in ('r', 'p') and t.next_seq <= t.last_seq)
        + (select count(*)::int from (select from due d where d.pool_id = p.id limit ${MOST_TURNS}) q) as waiting
      from pool_sources ps join pools p on p.id = ps.pool_id where ps.source_id = ${sourceId} order by p.name`),
  ]);
  return { inHands: held[0]?.n ?? 0, pools: [...pools] };
}

export type SourceDeed = { id: number; at: Date; action: string; who: string | null };

/** Who did what to a source, newest first. */
export async function readSourceDeeds(ctx: AdminCtx, sourceId: number, most = 20): Promise<SourceDeed[]> {
  const rows = await ctx.db
    .select({ id: auditEvents.id, at: auditEvents.at, action: auditEvents.action, who: users.name })
    .from(auditEvents)
    .leftJoin(users, eq(users.id, auditEvents.userId))
    .where(
      sql`${auditEvents.workspaceId} is null and ${auditEvents.details} @> ${JSON.stringify({ sourceId })}::jsonb`,
    )
    .orderBy(desc(auditEvents.id))
    .limit(most);
  return rows;
}
