import type { TransactionSql } from "postgres";
import { CLASS_CAMPAIGN, CLASS_SYSTEM } from "./types.ts";

/** The right to act for a lane: worthless as soon as another worker has taken the lane over. */
export type LaneHold = { laneId: number; workerId: number; epoch: number };

/** One row of `claims`: recipients of one campaign that a lane has taken. */
export type Claim = {
  id: number;
  epoch: number;
  campaignId: number;
  poolId: number;
  bucket: number;
  class: number;
  seqs: number[];
};

/** One bucket's mail in one pool. */
export type Spot = { poolId: number; bucket: number };

/** At most so many streams share one batch. */
const STREAMS_A_BATCH = 8;

/**
 * Takes up to `want` recipients for a lane, in the order in which they should go: whose turn has come (class 0 up to
 * nine tenths, the others up to half, all where nothing is ahead), then equal shares of the streams of the highest
 * class. `buckets` is the lane's own, or all for a relay. Empty where the hold is void, the lane is held or
 * suspended, its source does not send, sending is stopped, or there is nothing to take. `onlySystem` takes class 0 alone;
 * `aheadMost` limits what is taken ahead of cursors, not whose turn has come; nothing is taken at the spots in `except`.
 */
export async function reserve(
  tx: TransactionSql,
  hold: LaneHold,
  buckets: readonly number[],
  want: number,
  onlySystem = false,
  aheadMost = want,
  except: readonly Spot[] = [],
): Promise<Claim[]> {
  const random = Math.random();
  const rows = await tx<Claim[]>`
    with l as materialized (
      select l.id, l.epoch, l.source_id, l.bucket
      from lanes l join sending_sources s on s.id = l.source_id join installation i on i.sending_allowed
      where l.id = ${hold.laneId} and l.worker_id = ${hold.workerId} and l.epoch = ${hold.epoch}
        and l.held_at is null and (l.suspended_until is null or l.suspended_until <= now())
      for no key update of l
    ), spots as materialized (
      select c.pool_id::int as pool_id, b as bucket, bool_and(c.only_pinned) as only_pinned from l join carried c on c.source_id = l.source_id
      join unnest(${buckets as number[]}::int[]) b on carries(c.bucket, c.avoids, b)
      where (c.pool_id::int, b) not in (select * from unnest(${except.map((spot) => spot.poolId)}::int[], ${except.map((spot) => spot.bucket)}::int[]))
      group by 1, 2
    ), ahead as materialized (
      select s.pool_id, s.bucket, s.campaign_id, s.wave, s.class, s.served_at
      from streams s join spots o on o.pool_id = s.pool_id and o.bucket = s.bucket
      where not o.only_pinned and not ${onlySystem}::bool and s.state = 'r' and s.next_seq <= s.last_seq and s.expires_at > now()
        and (s.not_before is null or s.not_before <= now())
        and not exists (select from sender_holds h where h.sender_domain_id = s.sender_domain_id
          and h.bucket = (select bucket from l) and h.until > now())
    ), room as materialized (
      select case when exists (select from ahead) then floor(${want}::int * 0.9 + ${random}::float8)::int else ${want}::int end as system,
        case when exists (select from ahead) then floor(${want}::int * 0.5 + ${random}::float8)::int else ${want}::int end as others
    ), due_system as materialized (
      select d.* from spots o cross join lateral (
        select r.campaign_id, r.seq from due r
        where r.pool_id = o.pool_id and r.bucket = o.bucket and r.class = ${CLASS_SYSTEM} and r.due_at <= now() and r.state = 'r'
          and case when r.source_id is null then not o.only_pinned else r.source_id = (select source_id from l) end
        order by r.due_at limit (select system from room) for update skip locked) d
      limit (select system from room)
    ), due_others as materialized (
      select d.* from spots o cross join lateral (
        select r.campaign_id, r.seq from due r
        where r.pool_id = o.pool_id and r.bucket = o.bucket and r.class = ${CLASS_CAMPAIGN} and r.due_at <= now() and r.state = 'r'
          and case when r.source_id is null then not o.only_pinned else r.source_id = (select source_id from l) end
        order by r.due_at limit (select others from room) for update skip locked) d
      limit (select case when ${onlySystem}::bool then 0 else greatest(0, least(others, ${want}::int - (select count(*)::int from due_system))) end from room)
    ), taken as (
      delete from due r using (select * from due_system union all select * from due_others) d
      where r.campaign_id = d.campaign_id and r.seq = d.seq
      returning r.campaign_id, r.seq, r.pool_id, r.bucket, r.class
    ), turn as materialized (
      select * from ahead where class = (select min(class) from ahead) order by served_at limit ${STREAMS_A_BATCH}
    ), head as materialized (
      -- Locked by key, not by turn: two sources of a pool would wait for each other in a ring.
      select s.*, t.served_at as turn from streams s join turn t using (pool_id, bucket, campaign_id, wave)
      where s.state = 'r' and s.next_seq <= s.last_seq
      order by s.pool_id, s.bucket, s.campaign_id, s.wave for no key update of s
    ), fair as (
      select h.*, least(${aheadMost}::int, ${want}::int - (select count(*)::int from taken)) as g, row_number() over (order by turn) as i, count(*) over () as k
      from head h
    ), moved as (
      update streams t set next_seq = t.next_seq + s.n, served_at = clock_timestamp()
      from (select *, least(last_seq - next_seq + 1, g / k + (i <= g % k)::int)::int as n from fair) s
      where s.n > 0 and t.pool_id = s.pool_id and t.bucket = s.bucket and t.campaign_id = s.campaign_id and t.wave = s.wave
      returning t.campaign_id, t.pool_id, t.bucket, t.class, s.next_seq as f, s.next_seq + s.n - 1 as e
    ), got as (
      -- By seq, as the freeze mixed the domains: what was handed back together would go domain by domain else.
      select campaign_id, pool_id, bucket, class, array_agg(seq order by seq) as seqs from taken group by 1, 2, 3, 4
      union all
      select campaign_id, pool_id, bucket, class, array(select generate_series(f, e)) from moved
    )
    insert into claims (lane_id, epoch, campaign_id, pool_id, bucket, class, seqs)
    select l.id, l.epoch, g.campaign_id, g.pool_id, g.bucket, g.class, g.seqs from got g cross join l
    returning id::int, epoch, campaign_id as "campaignId", pool_id as "poolId", bucket, class, seqs`;
  return rows.toSorted((a, b) => a.class - b.class || a.campaignId - b.campaignId);
}
