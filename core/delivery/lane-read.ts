import type { Sql } from "postgres";

/** Which of these campaigns no longer run: paused, cancelled, finished, past their time. System campaigns always do. */
export async function stoppedCampaigns(sql: Sql, campaignIds: readonly number[]): Promise<number[]> {
  if (campaignIds.length === 0) return [];
  const rows = await sql<{ id: number }[]>`select id from campaigns
    where id = any(${campaignIds as number[]}::int[]) and kind = 'campaign' and (state <> 'sending' or expires_at <= now())`;
  return rows.map((row) => row.id);
}

/** All buckets that a source's pools have mail for, now or later: what a relay's lane serves. */
export async function bucketsOfSource(sql: Sql, sourceId: number): Promise<number[]> {
  const rows = await sql<{ bucket: number }[]>`
    with recursive spots as (
      (select pool_id, bucket from due order by pool_id, bucket limit 1)
      union all
      select n.pool_id, n.bucket from spots s cross join lateral (
        select d.pool_id, d.bucket from due d where (d.pool_id, d.bucket) > (s.pool_id, s.bucket)
        order by d.pool_id, d.bucket limit 1) n
    ), mine as (select pool_id, bucket, avoids from carried where source_id = ${sourceId})
    select s.bucket from spots s join mine m on m.pool_id = s.pool_id and carries(m.bucket, m.avoids, s.bucket)
    union
    select s.bucket from streams s join mine m on m.pool_id = s.pool_id and carries(m.bucket, m.avoids, s.bucket)
    where s.state = 'r' and s.next_seq <= s.last_seq`;
  return rows.map((row) => row.bucket);
}

/** Lanes of a list in whose buckets system mail waits. */
export async function lanesWithSystemMail(
  sql: Sql,
  lanes: readonly { laneId: number; sourceId: number; bucket: number }[],
): Promise<number[]> {
  const rows = await sql<{ id: number }[]>`
    select l.id from unnest(${lanes.map((l) => l.laneId)}::int[], ${lanes.map((l) => l.sourceId)}::smallint[],
      ${lanes.map((l) => l.bucket)}::int[]) l(id, source_id, bucket)
    where exists (select from carried p join due d on d.pool_id = p.pool_id and (d.bucket = l.bucket or l.bucket = 0)
      and carries(p.bucket, p.avoids, d.bucket)
      and d.class = 0 and d.due_at <= now() and d.state = 'r' and case when d.source_id is null then not p.only_pinned else d.source_id = l.source_id end
      where p.source_id = l.source_id)`;
  return rows.map((row) => row.id);
}

/**
 * A source of the same pool that can send to this bucket now and reaches what this one cannot: of the other family of
 * addresses, or a relay. Where the pool has none: its fallback.
 */
export async function otherFamily(
  sql: Sql,
  of: { sourceId: number; poolId: number; bucket: number },
): Promise<number | null> {
  const [row] = await sql<{ id: number }[]>`
    select s.id::int as id from (
      select pool_id, source_id, false as is_fallback from pool_sources
      union all select id, fallback_source_id, true from pools where fallback_source_id is not null) ps
    join sending_sources s on s.id = ps.source_id join sources own on own.id = ${of.sourceId}
    left join lanes l on l.source_id = s.id and l.bucket = case when s.kind = 'relay' then 0 else ${of.bucket}::int end
    where ps.pool_id = ${of.poolId} and carries(null, s.avoids, ${of.bucket}::int)
      and l.held_at is null and (l.suspended_until is null or l.suspended_until <= now())
      and (s.kind = 'relay' or family(s.ip) <> family(own.ip)) order by ps.is_fallback, random() limit 1`;
  return row?.id ?? null;
}
