import type { Sql, TransactionSql } from "postgres";
import { bucketName } from "../mail/provider/bucket.ts";

/** Mail of a pool for one bucket, and who carries it while its own sources cannot. */
export type FallbackChange = {
  kind: "opened" | "closed";
  pool: string;
  bucket: number;
  source: string;
  /** How long nobody could carry it. */
  seconds: number;
};

/**
 * Looks where pools with a fallback have mail that none of their own sources can carry: held, draining or removed, or the
 * lane is held or suspended, or it avoids that receiver. After the pool's wait the fallback carries it, until one of its own
 * can again; where that one is stopped once more within as long a time, without another wait. Any number of workers may look; each change is one worker's, and a fact with it. What the fallback holds by then it finishes.
 */
export async function watchFallbacks(sql: Sql): Promise<FallbackChange[]> {
  const [any] = await sql`select from pools where fallback_source_id is not null
    union all select from pool_fallbacks limit 1`;
  if (!any) return [];
  return (await sql.begin(async (tx) => {
    // Each statement sees what others wrote meanwhile; a moment's difference between two workers only repeats the look.
    const closed = await tx<FallbackChange[]>`
      with recursive ${stuck(tx)}
      , gone as (
        update pool_fallbacks f set opened_at = null, able_since = now()
        from (select pool_id, bucket, opened_at from pool_fallbacks where able_since is null order by 1, 2 for update) was
        where was.pool_id = f.pool_id and was.bucket = f.bucket
          and not exists (select from stuck s where s.pool_id = f.pool_id and s.bucket = f.bucket)
        returning f.pool_id, f.bucket, f.since, was.opened_at
      )
      select 'closed' as kind, p.name as pool, g.bucket, coalesce(s.name, '') as source, extract(epoch from now() - g.since)::float8 as seconds
      from gone g join pools p on p.id = g.pool_id left join sources s on s.id = p.fallback_source_id where g.opened_at is not null`;
    // Suspended anew after a try: it was without a carrier all the time.
    await tx`with recursive ${stuck(tx)}
      insert into pool_fallbacks as f (pool_id, bucket) select pool_id, bucket from stuck order by 1, 2
      on conflict (pool_id, bucket) do update set able_since = null where f.able_since is not null`;
    await tx`delete from pool_fallbacks f using pools p
      where p.id = f.pool_id and f.able_since <= now() - make_interval(mins => p.fallback_minutes)`;
    const opened = await tx<FallbackChange[]>`
      update pool_fallbacks f set opened_at = now() from pools p join sources s on s.id = p.fallback_source_id
      where p.id = f.pool_id and f.opened_at is null and f.able_since is null and f.since <= now() - make_interval(mins => p.fallback_minutes)
      returning 'opened' as kind, p.name as pool, f.bucket, s.name as source, extract(epoch from now() - f.since)::float8 as seconds`;
    const changes = [...closed, ...opened];
    for (const change of changes)
      await tx`insert into audit_events (action, target) values (${`pool.fallback-${change.kind}`}, ${inWords(change)})`;
    return changes;
  })) as FallbackChange[];
}

function inWords({ kind, pool, bucket, source }: FallbackChange): string {
  const where = `${pool} to ${bucketName(bucket)}`;
  return kind === "opened"
    ? `${where}: none of its own sources can send, ${source} carries it`
    : `${where}: its own sources carry it again`;
}

/** `stuck`: buckets with mail waiting in a pool with a fallback, of which none of its own sources can carry any. */
const stuck = (sql: TransactionSql) => sql`
    spots as (
      (select pool_id, bucket from due order by pool_id, bucket limit 1)
      union all
      select n.pool_id, n.bucket from spots s cross join lateral (
        select d.pool_id, d.bucket from due d where (d.pool_id, d.bucket) > (s.pool_id, s.bucket)
        order by d.pool_id, d.bucket limit 1) n
    ), wanted as (
      select w.pool_id, w.bucket from (
        select pool_id, bucket from spots
        union
        select pool_id, bucket from streams where state = 'r' and next_seq <= last_seq and expires_at > now()) w
      join pools p on p.id = w.pool_id and p.fallback_source_id is not null
    ), stuck as (
      select pool_id, bucket from wanted w where not exists (
        select from pool_sources ps join sending_sources s on s.id = ps.source_id
        left join lanes l on l.source_id = s.id and l.bucket = case when s.kind = 'relay' then 0 else w.bucket end
        where ps.pool_id = w.pool_id and carries(null, s.avoids, w.bucket) and l.held_at is null and (l.suspended_until is null or l.suspended_until <= now()))
    )`;
