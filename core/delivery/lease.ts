import type { Sql, TransactionSql } from "postgres";
import type { KeptMood } from "#core/mail/pacing/mood.ts";
import type { Claim, LaneHold } from "./reserve.ts";

/** A worker that was not heard of for so long is dead; judged by the database's clock alone. */
export const LEASE_SECONDS = 15;
/** A claim taken over so often, with nothing of it settled in between, may be what kills workers. */
const ADOPTIONS_MAX = 3;

/** Enters a worker into the list of the living; ids are never used again. */
export async function enrol(
  sql: Sql,
  worker: { host: string; pid: number; graphileIds: readonly string[] },
): Promise<number> {
  const [row] = await sql<{ id: number }[]>`
    insert into workers (host, pid, lease_until, graphile_ids)
    values (${worker.host}, ${worker.pid}, clock_timestamp() + make_interval(secs => ${LEASE_SECONDS}),
      ${worker.graphileIds as string[]}::text[])
    returning id`;
  return row!.id;
}

/**
 * Renews the lease. False: this worker was buried, and its lanes may be others' by now. A lease that ran out while
 * nobody buried it (the database was away) is renewed all the same: only the row's absence gives lanes away.
 */
export async function beat(sql: Sql, workerId: number): Promise<boolean> {
  const rows =
    await sql`update workers set lease_until = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})
    where id = ${workerId} returning 1`;
  return rows.length > 0;
}

/** Keeps what a worker measured (prom-client's JSON), for whoever serves `/metrics`. It goes with the worker. */
export async function publishMetrics(sql: Sql, workerId: number, metrics: object[]): Promise<void> {
  await sql`update workers set metrics = ${JSON.stringify(metrics)}::text::jsonb where id = ${workerId}`;
}

export type DeadWorker = { id: number; host: string; pid: number; lanes: number; graphileIds: string[] };

/** When each worker's lease ends, by id; only to see whether it changes. */
export async function readLeases(sql: Sql): Promise<Map<number, string>> {
  const rows = await sql<{ id: number; until: string }[]>`select id, lease_until::text as until from workers`;
  return new Map(rows.map(({ id, until }) => [id, until]));
}

/**
 * Buries those of the workers `silent` whose lease has run out. The deletion comes first and alone: it waits for a beat
 * in flight and looks again, so that a worker cannot be both alive and buried.
 */
export async function reap(sql: Sql, silent: readonly number[]): Promise<DeadWorker[]> {
  return sql<DeadWorker[]>`
    with dead as (
      delete from workers where lease_until < clock_timestamp() and id = any(${silent as number[]}::int[]) returning id, host, pid, started_at, graphile_ids
    ), counted as (
      select d.*, (select count(*)::int from lanes l where l.worker_id = d.id) as lanes from dead d
    ), noted as (
      insert into worker_ends (id, host, pid, started_at, how, lanes)
      select id, host, pid, started_at, 'lost', lanes from counted on conflict (id) do nothing
    )
    select id, host, pid, lanes, graphile_ids as "graphileIds" from counted`;
}

/** Frees the jobs of dead workers; hygiene only, the lease decides who may send. */
export async function unlockJobs(sql: Sql, graphileIds: readonly string[]): Promise<void> {
  if (graphileIds.length > 0)
    await sql`select graphile_worker.force_unlock_workers(${graphileIds as string[]}::text[])`;
}

/** The last thing a worker does: its lanes are released already. */
export async function leave(sql: Sql, workerId: number, lanes: number): Promise<void> {
  await sql`with gone as (delete from workers where id = ${workerId} returning id, host, pid, started_at)
    insert into worker_ends (id, host, pid, started_at, how, lanes)
    select id, host, pid, started_at, 'stopped', ${lanes}::int from gone on conflict (id) do nothing`;
}

export type LaneRow = {
  id: number;
  epoch: number;
  sourceId: number;
  bucket: number;
  /** GCRA state of the lane's rate, ms since the epoch. */
  tat: number;
  /** Its last owner was found dead, not more than a minute ago. */
  isInherited: boolean;
  /** What replies have made of its pace. */
  mood: KeptMood | null;
  revision: number;
};

/** Takes a lane that nobody living owns. Null: somebody does, or it may not run; nobody's may while sending is stopped. */
export async function acquire(sql: Sql, laneId: number, workerId: number): Promise<LaneRow | null> {
  const [row] = await sql<LaneRow[]>`
    update lanes l set worker_id = ${workerId}, epoch = l.epoch + 1, ran_at = now()
    from lanes before where l.id = ${laneId} and before.id = l.id
      and (l.worker_id is null or not exists (select from workers w where w.id = l.worker_id))
      and exists (select from workers w where w.id = ${workerId})
      and l.held_at is null and (l.suspended_until is null or l.suspended_until <= now())
      and not exists (select from sources s where s.id = l.source_id
        and (s.state = 'held' or s.removed_at is not null or s.suspended_until > now()))
      and exists (select from installation where sending_allowed)
    returning l.id, l.epoch, l.source_id as "sourceId", l.bucket,
      coalesce(extract(epoch from l.tat)::float8 * 1000, 0) as tat, before.worker_id is not null as "isInherited", l.mood, l.revision`;
  return row ?? null;
}

/**
 * Takes over the claims that the lane's owners before left behind, in the lane's own transaction, and shortens each to
 * what is still open: rows that are settled, stand in `due` or were claimed anew since are left out. A claim that ended its
 * owners again and again is set aside; only the one in front can have, and only where nothing of it was settled since.
 * With `known` also those of this owner that it does not know: taken, and the answer was lost.
 */
export async function adopt(
  tx: TransactionSql,
  hold: LaneHold,
  known: readonly number[] | null = null,
): Promise<{ claims: Claim[]; setAside: number[] }> {
  // First and alone: it waits for flushes in flight, and the statement after it sees what they wrote.
  const old = await tx<{ id: string }[]>`
    with held as (select id from lanes where id = ${hold.laneId} and worker_id = ${hold.workerId} and epoch = ${hold.epoch}
      for no key update)
    select c.id from claims c join held on held.id = c.lane_id
    where (c.epoch < ${hold.epoch} or (c.epoch = ${hold.epoch} and c.id <> all(${known as number[] | null}::bigint[])))
      and c.set_aside_at is null order by c.id for update of c`;
  if (old.length === 0) return { claims: [], setAside: [] };
  const rows = await tx<(Claim & { isSetAside: boolean })[]>`
    with left_over as materialized (
      ${leftOver(
        tx,
        old.map((row) => row.id),
      )}
    ), counted as (
      select *, cardinality(seqs) < n as has_moved from left_over
    )
    update claims c set epoch = ${hold.epoch}, seqs = w.seqs,
      adopted = case when w.has_moved then 0 when w.is_first then c.adopted + 1 else c.adopted end,
      set_aside_at = case when w.is_first and not w.has_moved and c.adopted >= ${ADOPTIONS_MAX} then now() end
    from counted w where c.id = w.id
    returning c.id::int, c.epoch, c.campaign_id as "campaignId", c.pool_id as "poolId", c.bucket, c.class, c.seqs,
      c.set_aside_at is not null as "isSetAside"`;
  rows.sort((x, y) => x.class - y.class || x.id - y.id);
  return {
    claims: rows.filter((row) => !row.isSetAside).map(({ isSetAside: _, ...claim }) => claim),
    setAside: rows.filter((row) => row.isSetAside).map((row) => row.id),
  };
}

/**
 * What is still open of these claims, which are locked: `id`, `n` as many as they name, `is_first` of its lane's, `seqs`.
 * Rows that are settled, stand in `due` or were claimed anew since are left out.
 */
const leftOver = (tx: TransactionSql, claimIds: readonly string[]) => tx`
  select c.id, row_number() over (partition by c.lane_id order by c.class, c.id) = 1 as is_first, cardinality(c.seqs) as n,
    array(select s from unnest(c.seqs) with ordinality u(s, turn)
      join deliveries d on d.campaign_id = c.campaign_id and d.seq = u.s and d.state in ('w', 'd')
      where not exists (select from due r where r.campaign_id = c.campaign_id and r.seq = s)
        and not exists (select from claims o where o.campaign_id = c.campaign_id and o.id > c.id and s = any(o.seqs))
      order by turn) as seqs
  from claims c where c.id = any(${claimIds as string[]}::bigint[])`;

/**
 * Gives back what dead workers left with lanes that may not run now: held or suspended themselves, or of a source that is,
 * or is gone. Nobody adopts it there, and other sources may carry it. Returns how many recipients have turns again.
 */
export async function giveBackOrphans(sql: Sql): Promise<number> {
  return (await sql.begin(async (tx) => {
    // First and alone, like an adoption; the epoch fences whoever had them.
    const lanes = await tx<{ id: number }[]>`
      with orphaned as (
        select l.id from lanes l join sources s on s.id = l.source_id
        where exists (select from claims c where c.lane_id = l.id and c.set_aside_at is null)
          and not exists (select from workers w where w.id = l.worker_id)
          and (l.held_at is not null or l.suspended_until > now() or s.state = 'held' or s.removed_at is not null or s.suspended_until > now())
        order by l.id for no key update of l skip locked)
      update lanes l set epoch = l.epoch + 1 from orphaned o where l.id = o.id returning l.id`;
    if (lanes.length === 0) return 0;
    const claims = await tx<{ id: string }[]>`select id from claims
      where lane_id = any(${lanes.map((lane) => lane.id)}::int[]) and set_aside_at is null order by id for update`;
    const ids = claims.map((claim) => claim.id);
    // A cancelled campaign's rows are closed from where they are.
    const turns = await tx`
      with left_over as materialized (${leftOver(tx, ids)})
      insert into due (campaign_id, seq, pool_id, bucket, class, due_at, state)
      select c.campaign_id, s, c.pool_id, c.bucket, c.class, now(),
        (case when p.kind = 'campaign' and p.expires_at <= now() then 'e' when p.state = 'paused' then 'p' else 'r' end)::"char"
      from left_over o join claims c on c.id = o.id join campaigns p on p.id = c.campaign_id and p.state <> 'cancelled'
      cross join unnest(o.seqs) s on conflict (campaign_id, seq) do nothing returning 1`;
    await tx`delete from claims where id = any(${ids}::bigint[])`;
    return turns.length;
  })) as number;
}

/** Gives a lane up. The epoch fences it: who has lost the lane changes nothing, and is told false. */
export async function release(
  sql: Sql,
  hold: LaneHold,
  tat: number,
  /** It need not be woken before `until`, ms since the epoch, unless people asked something of it meanwhile. */
  rest: { until: number; revision: number } | null = null,
): Promise<boolean> {
  const rows =
    await sql`update lanes set worker_id = null, connections = 0, pace = 0, wake_at = case when revision = ${rest?.revision ?? -1} then to_timestamp(${rest?.until ?? 0}::float8 / 1000.0) else now() end, tat = ${tatParam(tat)}
    where id = ${hold.laneId} and worker_id = ${hold.workerId} and epoch = ${hold.epoch} returning 1`;
  return rows.length > 0;
}

/** The lanes that this worker owns, whether or not it knows: it may never have heard that it got one. */
export async function ownedLanes(sql: Sql, workerId: number): Promise<(LaneHold & { tat: number })[]> {
  return sql<(LaneHold & { tat: number })[]>`
    select id as "laneId", worker_id as "workerId", epoch, coalesce(extract(epoch from tat)::float8 * 1000, 0) as tat
    from lanes where worker_id = ${workerId}`;
}

export type LaneNews = LaneHold & {
  connections: number;
  /** Accepted in the last minute. */
  pace: number;
  tat: number;
  mood: KeptMood | null;
  /** As it was when the lane was taken. */
  revision: number;
  code: number | null;
  reply: string | null;
  /** Of that reply, ms since the epoch. */
  at: number | null;
};

/**
 * What a worker says about its lanes once a second. Returns the lanes that are still its own, and whether each has to
 * stop: it is held, its source is, or sending is stopped altogether; or to finish what it holds: its source drains.
 */
export async function reportLanes(
  sql: Sql,
  news: readonly LaneNews[],
): Promise<Map<number, { isHeld: boolean; isDraining: boolean }>> {
  const rows = await sql<{ id: number; isHeld: boolean; isDraining: boolean }[]>`
    update lanes l set connections = n.connections, pace = n.pace, mood = case when l.revision = n.revision then n.mood::jsonb else l.mood end,
      tat = case when n.tat > 0 then to_timestamp(n.tat / 1000.0) end, last_code = case when n.reply is null then l.last_code else n.code end,
      last_reply = coalesce(n.reply, l.last_reply), last_reply_at = coalesce(to_timestamp(n.at / 1000.0), l.last_reply_at)
    from unnest(${news.map((n) => n.laneId)}::int[], ${news.map((n) => n.workerId)}::int[], ${news.map((n) => n.epoch)}::int[],
      ${news.map((n) => n.connections)}::smallint[], ${news.map((n) => n.pace)}::int[], ${news.map((n) => n.tat)}::float8[],
      ${news.map((n) => n.code)}::smallint[], ${news.map((n) => n.reply)}::text[], ${news.map((n) => n.at)}::float8[],
      ${news.map((n) => (n.mood === null ? null : JSON.stringify(n.mood)))}::text[], ${news.map((n) => n.revision)}::int[])
      n(id, worker_id, epoch, connections, pace, tat, code, reply, at, mood, revision), sources s, installation i
    where l.id = n.id and l.worker_id = n.worker_id and l.epoch = n.epoch and s.id = l.source_id
    returning l.id, s.state = 'draining' as "isDraining", l.held_at is not null or s.state = 'held' or s.suspended_until > now() or s.removed_at is not null or not i.sending_allowed or l.revision <> n.revision as "isHeld"`;
  return new Map(rows.map(({ id, ...row }) => [id, row]));
}

/** The engine suspends a lane after a reply that asks for it. A longer suspension stays. */
export async function suspendLane(sql: Sql, hold: LaneHold, seconds: number, reply: string): Promise<void> {
  await sql`update lanes set suspended_until = greatest(coalesce(suspended_until, now()), now() + make_interval(secs => ${seconds})),
      suspended_reply = ${reply}, suspended_by = case when suspended_until > now() + make_interval(secs => ${seconds}) then suspended_by end
    where id = ${hold.laneId} and worker_id = ${hold.workerId} and epoch = ${hold.epoch}`;
}

function tatParam(tat: number): Date | null {
  return tat > 0 ? new Date(tat) : null;
}
