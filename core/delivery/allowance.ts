import type { Sql, TransactionSql } from "postgres";
import { bucketKind } from "../mail/provider/bucket.ts";
import { providerById } from "../mail/provider/match.ts";
import { dayOf, dayRoom, roomAgainAt, type WarmupCaps, warmupCaps, warmupRoom } from "../mail/warmup/caps.ts";
import { judgeDay, warmupThresholds } from "../mail/warmup/judge.ts";
import type { WarmupCounts, WarmupPlan, WarmupState } from "../mail/warmup/types.ts";
import { SMALL_SITES, warmupBucket } from "../warmup/types.ts";

/** How a lane stands to warm-up: it is cold itself, or warm beside cold sources of its pools. */
export type Warmth = { kind: "cold" } | { kind: "beside"; sourceIds: number[] };

/** Hour of the allowance that a claim was taken from: mails not started in it go back, and are taken anew. */
export type AllowanceHour = { day: number; hour: number };

export type Allowance = AllowanceHour & {
  /** So many may be taken now. */
  room: number;
  caps: WarmupCaps;
  use: { taken: number; takenHour: number };
};

/**
 * How the lanes of one worker stand to warm-up, by lane id; those that have nothing to do with it are left out. A cold
 * source is cold whatever is asked of it; but only one that could send keeps anything from the others.
 */
export async function readWarmth(
  sql: Sql,
  lanes: readonly { laneId: number; sourceId: number; bucket: number }[],
): Promise<Map<number, Warmth>> {
  const found = new Map<number, Warmth>();
  // Small sites are warmed up as one: their number is also that of one of their lanes, which speaks for itself alone.
  const cold = await sql<{ sourceId: number; bucket: number; couldSend: boolean }[]>`
    select w.source_id as "sourceId", w.bucket,
      exists (select from sending_sources s where s.id = w.source_id and carries(null, s.avoids, w.bucket))
        and not exists (select from lanes l where l.source_id = w.source_id and l.bucket = w.bucket and w.bucket <> ${SMALL_SITES}
          and (l.held_at is not null or l.suspended_until > now())) as "couldSend"
    from warmups w where w.graduated_day is null`;
  if (cold.length === 0) return found;
  const pools = await sql<{ sourceId: number; poolId: number }[]>`
    select source_id as "sourceId", pool_id as "poolId" from pool_sources`;
  for (const lane of lanes) {
    // A relay has one lane for all providers: it counts as warm for each of them, and takes what is left.
    const bucket = warmupBucket(lane.bucket);
    if (cold.some((one) => one.sourceId === lane.sourceId && one.bucket === bucket)) {
      found.set(lane.laneId, { kind: "cold" });
      continue;
    }
    const poolsOf = (sourceId: number) => pools.filter((one) => one.sourceId === sourceId);
    const mine = new Set(poolsOf(lane.sourceId).map((one) => one.poolId));
    const beside = cold.filter(
      (one) =>
        one.couldSend &&
        (one.bucket === bucket || lane.bucket === 0) &&
        poolsOf(one.sourceId).some((pool) => mine.has(pool.poolId)),
    );
    if (beside.length > 0)
      found.set(lane.laneId, { kind: "beside", sourceIds: [...new Set(beside.map((one) => one.sourceId))] });
  }
  return found;
}

type WarmupRow = {
  plan: WarmupPlan;
  step: number;
  started: number;
  last_sent_day: number | null;
  graduated_day: number | null;
  now: number;
};

const stateOf = (row: Omit<WarmupRow, "now">): WarmupState => ({
  plan: row.plan,
  step: row.step,
  startedAt: row.started,
  lastSentDay: row.last_sent_day,
  graduatedDay: row.graduated_day,
});

/**
 * Locks what a cold source may take from one provider today, and says how much that is now; by the database's clock,
 * so that any number of workers share it. Days that are over are judged first. Null: it is warm, there is no cap.
 */
export async function openAllowance(
  tx: TransactionSql,
  of: { sourceId: number; bucket: number },
): Promise<Allowance | null> {
  const bucket = warmupBucket(of.bucket);
  const [row] = await tx<WarmupRow[]>`
    select plan, step, extract(epoch from started_at)::float8 * 1000 as started, last_sent_day, graduated_day,
      extract(epoch from clock_timestamp())::float8 * 1000 as now
    from warmups where source_id = ${of.sourceId} and bucket = ${bucket} and graduated_day is null for no key update`;
  if (!row) return null;
  const state = await judge(tx, { sourceId: of.sourceId, bucket }, stateOf(row), row.now);
  const caps = warmupCaps(state, row.now);
  if (caps === null) return null;
  const [day] = await tx<{ taken: number; hour: number; takenHour: number }[]>`
    insert into source_days (source_id, bucket, day, cap) values (${of.sourceId}, ${bucket}, ${caps.day}, ${caps.cap})
    on conflict (source_id, bucket, day) do update set cap = excluded.cap
    returning taken, hour, taken_hour as "takenHour"`;
  const use = { taken: day!.taken, takenHour: day!.hour === caps.hour ? day!.takenHour : 0 };
  return { day: caps.day, hour: caps.hour, room: warmupRoom(caps, use), caps, use };
}

/** Days that are over and were not judged yet, in order. */
async function judge(
  tx: TransactionSql,
  of: { sourceId: number; bucket: number },
  state: WarmupState,
  now: number,
): Promise<WarmupState> {
  const days = await tx<({ day: number } & WarmupCounts)[]>`
    select day, accepted, deferred, greylisted, blocked, bounced, complaints from source_days
    where source_id = ${of.sourceId} and bucket = ${of.bucket} and day < ${dayOf(now)} and result is null order by day`;
  if (days.length === 0) return state;
  const thresholds = warmupThresholds(providerKey(of.bucket));
  let next = state;
  for (const { day, ...counts } of days) {
    const judgement = judgeDay(next, day, counts, thresholds);
    next = judgement.state;
    await tx`update source_days set result = ${judgement.result}, because = ${JSON.stringify(judgement.because)}::text::jsonb
      where source_id = ${of.sourceId} and bucket = ${of.bucket} and day = ${day}`;
  }
  await tx`update warmups set step = ${next.step}, last_sent_day = ${next.lastSentDay}, graduated_day = ${next.graduatedDay}
    where source_id = ${of.sourceId} and bucket = ${of.bucket}`;
  return next;
}

const providerKey = (bucket: number): string | null =>
  bucket < SMALL_SITES && bucketKind(bucket) === "provider" ? (providerById(bucket)?.key ?? null) : null;

/** Counts what was taken, in the transaction that took it. Returns when there is room again where none is left, ms. */
export async function spendAllowance(
  tx: TransactionSql,
  of: { sourceId: number; bucket: number },
  { day, hour, caps, use, room }: Allowance,
  n: number,
): Promise<number | null> {
  if (n > 0) {
    await tx`update source_days set taken = taken + ${n},
        taken_hour = case when hour = ${hour} then taken_hour else 0 end + ${n}, hour = ${hour}
      where source_id = ${of.sourceId} and bucket = ${warmupBucket(of.bucket)} and day = ${day}`;
  }
  if (room > n) return null;
  return roomAgainAt(caps, { taken: use.taken + n, takenHour: use.takenHour + n });
}

/** Puts back what was taken and not sent. Where a crash comes between, a little of the day's cap stays unused. */
export async function returnAllowance(
  sql: Sql,
  of: { sourceId: number; bucket: number },
  { day, hour }: AllowanceHour,
  n: number,
): Promise<void> {
  await sql`update source_days set taken = greatest(0, taken - ${n}),
      taken_hour = case when hour = ${hour} then greatest(0, taken_hour - ${n}) else taken_hour end
    where source_id = ${of.sourceId} and bucket = ${warmupBucket(of.bucket)} and day = ${day}`;
}

/**
 * How many a warm source may take from ahead: what the cold ones of its pools cannot take today any more, none where
 * the pool lets mail wait for them. Else it would empty the stream in its first hour, and nothing would ever be warmed.
 */
export async function spillOver(
  tx: TransactionSql,
  of: { sourceId: number; bucket: number },
  beside: Extract<Warmth, { kind: "beside" }>,
): Promise<number> {
  const bucket = warmupBucket(of.bucket);
  const rows = await tx<
    (WarmupRow & { waits: boolean; taken: number | null; hour: number | null; taken_hour: number | null })[]
  >`
    select w.plan, w.step, extract(epoch from w.started_at)::float8 * 1000 as started, w.last_sent_day,
      w.graduated_day, extract(epoch from clock_timestamp())::float8 * 1000 as now, d.taken, d.hour, d.taken_hour,
      exists (select from pool_sources mine join pool_sources its using (pool_id) join pools p on p.id = mine.pool_id
        where mine.source_id = ${of.sourceId} and its.source_id = w.source_id and p.overflow = 'wait') as waits
    from warmups w left join source_days d on d.source_id = w.source_id and d.bucket = w.bucket
      and d.day = floor(extract(epoch from clock_timestamp()) / 86400)::int
    where w.graduated_day is null and w.source_id = any(${beside.sourceIds}::smallint[])
      and (w.bucket = ${bucket} or ${of.bucket}::int = 0)`;
  if (rows.some((row) => row.waits)) return 0;
  let kept = 0;
  for (const row of rows) {
    const caps = warmupCaps(stateOf(row), row.now);
    if (!caps) continue;
    kept += dayRoom(caps, {
      taken: row.taken ?? 0,
      takenHour: row.hour === caps.hour ? (row.taken_hour ?? 0) : 0,
    });
  }
  const [ahead] = await tx<{ n: number }[]>`
    select coalesce(sum(st.last_seq - st.next_seq + 1), 0)::float8 as n from streams st
    join pool_sources ps on ps.pool_id = st.pool_id and ps.source_id = ${of.sourceId}
    where st.state = 'r' and st.next_seq <= st.last_seq and (${of.bucket}::int = 0
      or case when st.bucket < 100 then st.bucket else ${SMALL_SITES}::int end = ${bucket})`;
  return Math.max(0, Number(ahead?.n ?? 0) - kept);
}
