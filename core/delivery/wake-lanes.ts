import { sql } from "drizzle-orm";
import type { Db } from "#core/platform/db.ts";
import { CLASS_CAMPAIGN, CLASS_SYSTEM, RELAY_BUCKET } from "./types.ts";

export type WakeFilter = { poolId?: number; bucket?: number };

/**
 * Wakes the lanes that have something to do: buckets with mail ahead, a recipient whose turn has come, or a claim
 * without an owner, times the active sources of the pool. Makes missing lanes. A lane that somebody runs, that is held
 * or suspended, that has used up its allowance, or whose job already waits, is left alone, and all are while sending is
 * stopped; so this may be called as often as one likes.
 * Returns how many were woken.
 */
export async function wakeLanes(db: Db, filter: WakeFilter = {}): Promise<number> {
  const only = (pool: string, bucket: string) => sql`
    (${filter.poolId ?? null}::int is null or ${sql.raw(pool)} = ${filter.poolId ?? null}::int)
    and (${filter.bucket ?? null}::int is null or ${sql.raw(bucket)} = ${filter.bucket ?? null}::int)`;
  // `spots` steps through the index from one (pool, bucket) to the next: `due` may hold 100,000 rows of the future.
  const rows = await db.execute<{ woken: number }>(sql`
    with recursive spots as (
      (select pool_id, bucket from due order by pool_id, bucket limit 1)
      union all
      select n.pool_id, n.bucket from spots s cross join lateral (
        select d.pool_id, d.bucket from due d where (d.pool_id, d.bucket) > (s.pool_id, s.bucket)
        order by d.pool_id, d.bucket limit 1) n
    ), carriers as (
      select ca.pool_id, ca.bucket, ca.avoids, ca.only_pinned, s.id as source_id, s.kind from carried ca join sending_sources s on s.id = ca.source_id
    ), wanted as (
      select c.source_id, case when c.kind = 'relay' then ${RELAY_BUCKET}::int else st.bucket end as bucket, false as is_system from streams st join carriers c on c.pool_id = st.pool_id and carries(c.bucket, c.avoids, st.bucket) and not c.only_pinned
      where st.state = 'r' and st.next_seq <= st.last_seq and st.expires_at > now()
        and not exists (select from sender_holds h where h.sender_domain_id = st.sender_domain_id and h.until > now()
          and h.bucket = case when c.kind = 'relay' then ${RELAY_BUCKET}::int else st.bucket end)
        and (st.not_before is null or st.not_before <= now()) and ${only("st.pool_id", "st.bucket")}
      union
      select c.source_id, case when c.kind = 'relay' then ${RELAY_BUCKET}::int else p.bucket end, k.class = ${CLASS_SYSTEM}
      from spots p join carriers c on c.pool_id = p.pool_id and carries(c.bucket, c.avoids, p.bucket)
      cross join (values (${CLASS_SYSTEM}::int), (${CLASS_CAMPAIGN}::int)) k(class)
      where ${only("p.pool_id", "p.bucket")} and exists (
        select from due d where d.pool_id = p.pool_id and d.bucket = p.bucket and d.class = k.class
          and d.due_at <= now() and d.state = 'r' and case when d.source_id is null then not c.only_pinned else d.source_id = c.source_id end)
    ), made as (
      insert into lanes (source_id, bucket) select distinct source_id, bucket from wanted w
      where not exists (select from lanes l where l.source_id = w.source_id and l.bucket = w.bucket)
      on conflict (source_id, bucket) do nothing returning id
    ), idle as (
      select l.id from lanes l join sources s on s.id = l.source_id
      where (l.worker_id is null or not exists (select from workers w where w.id = l.worker_id))
        and l.held_at is null and (l.suspended_until is null or l.suspended_until <= now())
        -- One that drains is wanted nowhere, but what a dead worker left with it is finished.
        and s.state <> 'held' and s.removed_at is null and (s.suspended_until is null or s.suspended_until <= now())
        -- Without allowance only system mail wakes it.
        and (exists (select from wanted w where w.source_id = l.source_id and w.bucket = l.bucket
            and (w.is_system or l.wake_at <= now()))
          or exists (select from claims c where c.lane_id = l.id and c.set_aside_at is null))
    ), chosen as (
      select id from made
      union
      select id from idle where not exists (
        select from graphile_worker.jobs j where j.key = 'lane:' || idle.id and j.locked_at is null and j.run_at <= now())
    )
    select count(graphile_worker.add_job('lane', payload := json_build_object('laneId', id), max_attempts := 25,
      job_key := 'lane:' || id, job_key_mode := 'replace'))::int as woken from chosen
    where exists (select from installation where sending_allowed)`);
  return rows[0]?.woken ?? 0;
}
