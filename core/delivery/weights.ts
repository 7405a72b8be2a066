import type { Sql, TransactionSql } from "postgres";
import type { Claim, LaneHold, Spot } from "./reserve.ts";

/** What a source took counts half as much after about ten seconds: long against a batch, short against a campaign. */
const FADE_SECONDS = 15;
/** A heavier source that took nothing for so long is not waited for: it has no room, no allowance, or no worker. */
const KEEPS_UP_SECONDS = 15;
/** Smaller batches would be a statement a mail. */
const LEAST = 10;

/** Sources of pools in which weights differ: all others take as fast as they can. */
export async function weighedSources(sql: Sql): Promise<Set<number>> {
  const rows = await sql<{ id: number }[]>`
    select distinct source_id as id from pool_sources where pool_id in (
      select pool_id from pool_sources group by pool_id having min(weight) <> max(weight))`;
  return new Set(rows.map((row) => row.id));
}

export type Turn = {
  /** How many to take: in proportion to the heaviest source that sends for the same pool. */
  want: number;
  /** Where the lane has to wait: a heavier source is sending there, and has not had its share yet. */
  waits: Spot[];
  /** It has to wait everywhere. */
  isBlocked: boolean;
};

/**
 * Whose turn it is in pools with weights. A light source may have taken, of late and by weight, no more than each
 * heavier one that keeps up in the same bucket; the heavier never waits for the lighter. One that is held, drained or
 * suspended, has no living worker, or took nothing for a while, is waited for by nobody.
 */
export async function readTurn(
  tx: TransactionSql,
  hold: LaneHold,
  buckets: readonly number[],
  want: number,
): Promise<Turn> {
  const rows = await tx<(Spot & { scale: number; waits: boolean })[]>`
    select ps.pool_id::int as "poolId", b.bucket, ps.weight::float8 / greatest(ps.weight, (
        select max(o.weight) from pool_sources o join sending_sources s on s.id = o.source_id
        where o.pool_id = ps.pool_id and carries(null, s.avoids, b.bucket))) as scale,
      m.taken is not null and exists (
        select from pool_sources o join sending_sources s on s.id = o.source_id
        join pool_shares h on h.pool_id = o.pool_id and h.bucket = b.bucket and h.source_id = o.source_id
        join lanes ol on ol.source_id = o.source_id and ol.bucket = case when s.kind = 'relay' then 0 else b.bucket end
        join workers w on w.id = ol.worker_id
        where o.pool_id = ps.pool_id and o.weight > ps.weight and carries(null, s.avoids, b.bucket)
          and ol.held_at is null and (ol.suspended_until is null or ol.suspended_until <= now())
          and h.taken_at > now() - make_interval(secs => ${KEEPS_UP_SECONDS})
          and m.taken * exp(-extract(epoch from now() - m.taken_at)::float8 / ${FADE_SECONDS}) / ps.weight
            > h.taken * exp(-extract(epoch from now() - h.taken_at)::float8 / ${FADE_SECONDS}) / o.weight) as waits
    from lanes l join pool_sources ps on ps.source_id = l.source_id join sources own on own.id = l.source_id
    join unnest(${buckets as number[]}::int[]) b(bucket) on carries(null, own.avoids, b.bucket)
    left join pool_shares m on m.pool_id = ps.pool_id and m.bucket = b.bucket and m.source_id = l.source_id
    where l.id = ${hold.laneId}`;
  const open = rows.filter((row) => !row.waits);
  const scale = Math.max(0, ...open.map((row) => row.scale));
  return {
    want: Math.min(want, Math.max(LEAST, Math.round(want * scale))),
    waits: rows.filter((row) => row.waits).map(({ poolId, bucket }) => ({ poolId, bucket })),
    isBlocked: rows.length > 0 && open.length === 0,
  };
}

/** Writes down what a lane of a weighed source took, in the transaction that takes it. */
export async function noteTaken(
  tx: TransactionSql,
  sourceId: number,
  claims: readonly Claim[],
): Promise<void> {
  if (claims.length === 0) return;
  await tx`
    insert into pool_shares as h (pool_id, bucket, source_id, taken, taken_at)
    select c.pool_id, c.bucket, ${sourceId}::smallint, sum(c.n), now()
    from unnest(${claims.map((claim) => claim.poolId)}::smallint[], ${claims.map((claim) => claim.bucket)}::int[],
      ${claims.map((claim) => claim.seqs.length)}::int[]) c(pool_id, bucket, n) group by 1, 2 order by 1, 2
    on conflict (pool_id, bucket, source_id) do update set taken_at = excluded.taken_at,
      taken = h.taken * exp(-greatest(0, extract(epoch from excluded.taken_at - h.taken_at))::float8 / ${FADE_SECONDS}) + excluded.taken`;
}
