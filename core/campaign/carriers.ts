import { type SQL, sql } from "drizzle-orm";
import { type LimitTable, limitsNow, readLimitTable } from "#core/limit/read.ts";
import { type KeptMood, wakeMood } from "#core/mail/pacing/mood.ts";
import { SHARDS } from "#core/mail/provider/bucket.ts";
import { DEFAULT_LIMITS } from "#core/mail/provider/providers.ts";
import { dayOf } from "#core/mail/warmup/caps.ts";
import type { ForecastOverall, ForecastSource } from "#core/mail/warmup/forecast.ts";
import type { WarmupCounts, WarmupPlan, WarmupState, WarmupUse } from "#core/mail/warmup/types.ts";
import type { Db } from "#core/platform/db.ts";
import { SMALL_SITES, warmupBucket } from "#core/warmup/types.ts";

/**
 * What a connection takes for a mail to a server far away, as the reader of a forecast has to expect: three round trips
 * of 50 ms, and the server's own time. Only a guess; a lane is as fast as its receiver lets it be.
 */
const SECONDS_A_MAIL = 0.4;

/** All shards are one. */
export const foldedSql = (bucket: SQL): SQL =>
  sql`case when ${bucket} between 1000 and 1015 then ${SMALL_SITES}::int else ${bucket} end`;

type Carrier = {
  id: number;
  kind: "ip" | "relay";
  connections: number | null;
  perMinute: number | null;
  perHour: number | null;
  perDay: number | null;
  /** Folded buckets that it sends nothing to. */
  avoids: number[];
  /** Suspended everywhere until then, ms since the epoch. */
  from: number | null;
  /** Only while none of the others can, after so many minutes; null: one of the pool's own. */
  fallbackMinutes: number | null;
};

/** Who carries the mail of a pool, as they are now, and what waits for them. */
export type Carriers = {
  /** ms since the epoch. */
  start: number;
  overflow: "warm" | "wait";
  sources: Carrier[];
  lanes: { source_id: number; bucket: number; held: boolean; from: number | null; mood: KeptMood | null }[];
  warmups: (WarmupState & { sourceId: number; bucket: number; today: (WarmupUse & WarmupCounts) | null })[];
  quotas: { sourceId: number; bucket: number; taken: number }[];
  /** What waits already, by folded bucket. */
  others: Map<number, number>;
  limits: LimitTable;
};

/** Who carries a bucket's mail, and how fast; held ones are not among them. */
export function sourcesFor(house: Carriers, bucket: number, share: number): ForecastSource[] {
  const carry = (carrier: Carrier): ForecastSource[] => {
    if (carrier.avoids.includes(warmupBucket(bucket))) return [];
    if (carrier.kind === "relay") {
      const lane = house.lanes.find((one) => one.source_id === carrier.id && one.bucket === 0);
      if (lane?.held) return [];
      // Its one lane serves all providers: each gets as much of it as it has of the mail.
      const slowest = Math.min(
        (carrier.perMinute ?? Number.POSITIVE_INFINITY) * 60,
        carrier.perHour ?? Number.POSITIVE_INFINITY,
        ((carrier.connections ?? DEFAULT_LIMITS.connections) * 3_600) / SECONDS_A_MAIL,
      );
      const taken = house.quotas.find((one) => one.sourceId === carrier.id && one.bucket === 0)?.taken ?? 0;
      const perDay = carrier.perDay === null ? null : { most: carrier.perDay * share, taken: taken * share };
      const source = {
        warmup: null,
        today: null,
        perHour: slowest * share,
        perDay,
        from: Math.max(carrier.from ?? 0, lane?.from ?? 0),
      };
      return [source];
    }
    const inBucket = house.lanes.filter((one) => one.source_id === carrier.id && isSame(one.bucket, bucket));
    if (inBucket.length > 0 && inBucket.every((lane) => lane.held)) return [];
    const warmup = house.warmups.find((one) => one.sourceId === carrier.id && one.bucket === bucket);
    const { limits } = limitsNow(house.limits, bucket);
    const { pace } = wakeMood(inBucket[0]?.mood ?? null, limits, 0);
    const lanes = bucket === SMALL_SITES ? SHARDS : 1;
    const taken =
      house.quotas.find((one) => one.sourceId === carrier.id && one.bucket === bucket)?.taken ?? 0;
    const perDay = limits.quotas?.perDay;
    const source: ForecastSource = {
      warmup: warmup ?? null,
      today: warmup?.today ?? null,
      perHour: lanes * 3_600 * Math.min(pace.messagesPerSecond, pace.connections / SECONDS_A_MAIL),
      perDay: perDay === undefined ? null : { most: perDay, taken },
      from: Math.max(
        carrier.from ?? 0,
        inBucket.length > 0 ? Math.min(...inBucket.map((lane) => lane.from ?? 0)) : 0,
      ),
    };
    return [source];
  };
  const own = house.sources.filter((one) => one.fallbackMinutes === null).flatMap(carry);
  const able = own.filter((one) => (one.from ?? 0) <= house.start);
  if (able.length > 0) return own;
  const others = house.sources.filter((one) => one.fallbackMinutes !== null);
  const from = (carrier: Carrier) => house.start + (carrier.fallbackMinutes ?? 0) * 60_000;
  return [
    ...own,
    ...others.flatMap((one) =>
      carry(one).map((source) => ({ ...source, from: Math.max(source.from ?? 0, from(one)) })),
    ),
  ];
}

const isSame = (laneBucket: number, bucket: number): boolean =>
  bucket === SMALL_SITES
    ? laneBucket >= SMALL_SITES && laneBucket < SMALL_SITES + SHARDS
    : laneBucket === bucket;

/** What all addresses together may send to it. */
export function overallOf(house: Carriers, bucket: number): ForecastOverall {
  const quotas = limitsNow(house.limits, bucket).limits.quotas ?? {};
  const taken = house.quotas.find((one) => one.sourceId === 0 && one.bucket === bucket)?.taken ?? 0;
  return {
    perHour: quotas.overallPerHour ?? null,
    perDay: quotas.overallPerDay === undefined ? null : { most: quotas.overallPerDay, taken },
  };
}

/** `start`: ms since the epoch; what was taken on another day does not count. */
export async function readCarriers(db: Db, poolId: number, start: number): Promise<Carriers> {
  const day = dayOf(start);
  const mine = sql`select source_id from pool_sources where pool_id = ${poolId}
    union select fallback_source_id from pools where id = ${poolId} and fallback_source_id is not null`;
  const [pool, carriers, lanes, warmups, quotas, others, limits] = await Promise.all([
    db.execute<{ overflow: "warm" | "wait" }>(sql`select overflow from pools where id = ${poolId}`),
    db.execute<Carrier>(sql`
      select id::int as id, kind, max_connections as connections, messages_per_minute as "perMinute", messages_per_hour as "perHour",
        messages_per_day as "perDay", avoids, case when suspended_until > now() then extract(epoch from suspended_until)::float8 * 1000 end as "from",
        (select fallback_minutes from pools p where p.id = ${poolId} and p.fallback_source_id = sources.id) as "fallbackMinutes"
      from sources where id in (${mine}) and state = 'active' and removed_at is null`),
    db.execute<Carriers["lanes"][number]>(sql`
      select source_id::int, bucket, held_at is not null as held, mood,
        case when suspended_until > now() then extract(epoch from suspended_until)::float8 * 1000 end as "from"
      from lanes where source_id in (${mine})`),
    db.execute<Record<string, unknown>>(sql`
      select w.source_id::int as "sourceId", w.bucket, w.plan, w.step, extract(epoch from w.started_at)::float8 * 1000 as "startedAt",
        w.last_sent_day as "lastSentDay", w.graduated_day as "graduatedDay", to_jsonb(d) as today
      from warmups w left join source_days d on d.source_id = w.source_id and d.bucket = w.bucket and d.day = ${day}
      where w.source_id in (${mine}) and w.graduated_day is null`),
    db.execute<Carriers["quotas"][number]>(sql`
      select source_id::int as "sourceId", bucket, case when day = ${day} then taken else 0 end as taken from quotas`),
    // What sources of this pool carry, whichever pool it stands in.
    db.execute<{ bucket: number; n: number }>(sql`
      with pools as (select distinct pool_id from pool_sources where source_id in (${mine}))
      select bucket, sum(n)::int as n from (
        select ${foldedSql(sql`bucket`)} as bucket, sum(last_seq - next_seq + 1) as n from streams
        where pool_id in (select pool_id from pools) and state = 'r' and next_seq <= last_seq and expires_at > now() group by 1
        union all
        select ${foldedSql(sql`bucket`)}, count(*) from due where pool_id in (select pool_id from pools) and state = 'r' group by 1) w
      group by 1`),
    readLimitTable({ db }),
  ]);
  return {
    start,
    overflow: pool[0]?.overflow ?? "warm",
    sources: [...carriers],
    lanes: [...lanes],
    warmups: warmups.map((row) => ({
      sourceId: Number(row.sourceId),
      bucket: Number(row.bucket),
      plan: row.plan as WarmupPlan,
      step: Number(row.step),
      startedAt: Number(row.startedAt),
      lastSentDay: row.lastSentDay as number | null,
      graduatedDay: null,
      today: todayOf(row.today as Record<string, number> | null, start),
    })),
    quotas: [...quotas],
    others: new Map(others.map((row) => [row.bucket, row.n])),
    limits,
  };
}

/** What was taken in an hour that is over does not count against that of `start`. */
function todayOf(row: Record<string, number> | null, start: number): (WarmupUse & WarmupCounts) | null {
  if (!row) return null;
  const n = (key: string) => Number(row[key] ?? 0);
  return {
    taken: n("taken"),
    takenHour: n("hour") === new Date(start).getUTCHours() ? n("taken_hour") : 0,
    accepted: n("accepted"),
    deferred: n("deferred"),
    greylisted: n("greylisted"),
    blocked: n("blocked"),
    bounced: n("bounced"),
    complaints: n("complaints"),
  };
}
