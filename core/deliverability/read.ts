import { sql } from "drizzle-orm";
import { bucketName, limitsFor, siteOfBucket } from "../mail/provider/bucket.ts";
import { VERDICTS, type Verdict } from "../mail/reply/types.ts";
import type { AdminCtx } from "../platform/context.ts";

export const RANGES = { "24h": 24, "48h": 48, "7d": 168, "30d": 720 } as const;
export type Range = keyof typeof RANGES;
export const SPLITS = ["provider", "source", "domain"] as const;
export type Split = (typeof SPLITS)[number];

type Counts = { accepted: number; deferred: number; bounced: number; uncertain: number; complained: number };
export type Bar = Counts & { at: Date };
export type SplitRow = Counts & { key: string; name: string };
export type ReplyGroup = {
  shape: string;
  sample: string;
  code: number | null;
  verdict: Verdict | null;
  n: number;
  lastAt: Date;
  sourceId: number;
  bucket: number;
  source: string;
  name: string;
};

/** Names of buckets: providers by name, big sites by their servers, the shards together. */
export async function namesOfBuckets(
  ctx: Pick<AdminCtx, "db">,
  buckets: readonly number[],
): Promise<Map<number, string>> {
  const siteIds = [
    ...new Set(buckets.filter((bucket) => bucket >= 100_000).map((bucket) => siteOfBucket(bucket) ?? 0)),
  ];
  const sites = siteIds.length
    ? await ctx.db.execute<{ id: number; name: string }>(
        sql`select id, name from sites where id = any(${`{${siteIds.join(",")}}`}::int[])`,
      )
    : [];
  const names = new Map(sites.map((site) => [site.id, site.name]));
  return new Map(
    buckets.map((bucket) => [
      bucket,
      bucket === 0 ? "All receivers" : bucketName(bucket, names.get(siteOfBucket(bucket) ?? 0)),
    ]),
  );
}

/** Replies and complaints over time from hourly rollups; 48 bars at most, else wider ones. */
export async function readBars(ctx: AdminCtx, range: Range): Promise<{ bars: Bar[]; stepHours: number }> {
  const stepHours = RANGES[range] <= 48 ? 1 : RANGES[range] / 24 <= 7 ? 4 : 24;
  const rows = await ctx.db.execute<Record<string, unknown>>(sql`
    with s as (select generate_series(date_bin(make_interval(hours => ${stepHours}::int), now() - make_interval(hours => ${RANGES[range]}::int), '2000-01-01'), now(), make_interval(hours => ${stepHours}::int)) as at)
    select s.at, coalesce(sum(h.accepted), 0)::int as accepted, coalesce(sum(h.deferred), 0)::int as deferred, coalesce(sum(h.bounced), 0)::int as bounced,
      coalesce(sum(h.uncertain), 0)::int as uncertain, coalesce(sum(h.complained), 0)::int as complained
    from s left join delivery_hours h on h.hour >= s.at and h.hour < s.at + make_interval(hours => ${stepHours}::int) group by 1 order by 1`);
  return { stepHours, bars: rows.map((row) => ({ ...countsOf(row), at: new Date(String(row.at)) })) };
}

const countsOf = (row: Record<string, unknown>): Counts => ({
  accepted: Number(row.accepted),
  deferred: Number(row.deferred),
  bounced: Number(row.bounced),
  uncertain: Number(row.uncertain),
  complained: Number(row.complained),
});

/** The same by provider, source or sender domain. */
export async function readSplit(ctx: AdminCtx, range: Range, split: Split): Promise<SplitRow[]> {
  const key = {
    provider: sql`h.bucket::text`,
    source: sql`h.source_id::text`,
    domain: sql`h.sender_domain_id::text`,
  }[split];
  const rows = await ctx.db.execute<Record<string, unknown>>(sql`
    select ${key} as key, coalesce(max(s.name), '') as source, coalesce(max(d.name), '') as domain,
      sum(h.accepted)::int as accepted, sum(h.deferred)::int as deferred, sum(h.bounced)::int as bounced, sum(h.uncertain)::int as uncertain, sum(h.complained)::int as complained
    from delivery_hours h left join sources s on s.id = h.source_id left join sender_domains d on d.id = h.sender_domain_id
    where h.hour > now() - make_interval(hours => ${RANGES[range]}::int) group by 1`);
  const names =
    split === "provider"
      ? await namesOfBuckets(
          ctx,
          rows.map((row) => Number(row.key)),
        )
      : null;
  const merged = new Map<string, SplitRow>();
  for (const row of rows) {
    const bucket = Number(row.key);
    const isSmall = split === "provider" && bucket >= 1000 && bucket < 100_000;
    const name = isSmall
      ? "Other sites"
      : split === "provider"
        ? (names?.get(bucket) ?? "")
        : split === "source"
          ? String(row.source) || "removed"
          : String(row.domain) || "removed";
    const id = isSmall ? "small" : name;
    const before = merged.get(id) ?? {
      key: id,
      name,
      accepted: 0,
      deferred: 0,
      bounced: 0,
      uncertain: 0,
      complained: 0,
    };
    const counts = countsOf(row);
    for (const field of ["accepted", "deferred", "bounced", "uncertain", "complained"] as const)
      before[field] += counts[field];
    merged.set(id, before);
  }
  return [...merged.values()].sort((a, b) => b.accepted + b.bounced - (a.accepted + a.bounced));
}

/** Complaints per accepted mail and day, by provider; days without accepted mail are left out. */
export async function readComplaintDays(
  ctx: AdminCtx,
): Promise<{ days: string[]; providers: { name: string; rates: (number | null)[] }[] }> {
  const rows = await ctx.db.execute<{
    day: string;
    bucket: number;
    accepted: number;
    complained: number;
  }>(sql`
    select to_char(hour, 'YYYY-MM-DD') as day, bucket, sum(accepted)::int as accepted, sum(complained)::int as complained
    from delivery_hours where hour > now() - interval '30 days' group by 1, 2`);
  const days = [...new Set(rows.map((row) => row.day))].sort();
  const names = await namesOfBuckets(
    ctx,
    rows.map((row) => row.bucket),
  );
  const byName = new Map<string, Map<string, [number, number]>>();
  for (const row of rows) {
    const name = row.bucket >= 1000 && row.bucket < 100_000 ? "Other sites" : (names.get(row.bucket) ?? "");
    const provider = byName.get(name) ?? new Map<string, [number, number]>();
    const [a, c] = provider.get(row.day) ?? [0, 0];
    provider.set(row.day, [a + row.accepted, c + row.complained]);
    byName.set(name, provider);
  }
  const providers = [...byName].map(([name, perDay]) => ({
    name,
    complaints: [...perDay.values()].reduce((sum, [, c]) => sum + c, 0),
    rates: days.map((day) => {
      const [a, c] = perDay.get(day) ?? [0, 0];
      return a > 0 ? Math.round((c / a) * 1e6) / 1e4 : null;
    }),
  }));
  return {
    days,
    providers: providers
      .filter((one) => one.complaints > 0)
      .sort((a, b) => b.complaints - a.complaints)
      .slice(0, 5),
  };
}

/** Why mail was refused, by what we concluded. */
export async function readVerdicts(ctx: AdminCtx, range: Range): Promise<{ verdict: Verdict; n: number }[]> {
  const rows = await ctx.db.execute<{ verdict: number; n: number }>(sql`
    select verdict, sum(n)::int as n from reply_hours where hour > now() - make_interval(hours => ${RANGES[range]}::int) and verdict is not null group by 1 order by 2 desc`);
  return rows.flatMap((row) =>
    VERDICTS[row.verdict] ? [{ verdict: VERDICTS[row.verdict]!, n: row.n }] : [],
  );
}

/** Newest replies grouped by text; of one lane where that is asked for. */
export async function readReplies(
  ctx: AdminCtx,
  range: Range,
  lane?: { sourceId: number; bucket: number },
): Promise<ReplyGroup[]> {
  const rows = await ctx.db.execute<Record<string, unknown>>(sql`
    select r.shape, r.source_id, r.bucket, max(r.code) as code, max(r.verdict) as verdict, sum(r.n)::int as n, max(r.last_at) as last_at,
      (array_agg(r.sample order by r.last_at desc))[1] as sample, coalesce(max(s.name), 'removed') as source
    from reply_hours r left join sources s on s.id = r.source_id
    where r.hour > now() - make_interval(hours => ${RANGES[range]}::int)
      and (${lane?.sourceId ?? null}::int is null or (r.source_id = ${lane?.sourceId ?? null}::int and r.bucket = ${lane?.bucket ?? null}::int))
    group by r.shape, r.source_id, r.bucket order by max(r.last_at) desc limit 50`);
  const names = await namesOfBuckets(
    ctx,
    rows.map((row) => Number(row.bucket)),
  );
  return rows.map((row) => ({
    shape: String(row.shape),
    sample: String(row.sample),
    code: row.code === null ? null : Number(row.code),
    verdict: row.verdict === null ? null : (VERDICTS[Number(row.verdict)] ?? null),
    n: Number(row.n),
    lastAt: new Date(String(row.last_at)),
    sourceId: Number(row.source_id),
    bucket: Number(row.bucket),
    source: String(row.source),
    name: names.get(Number(row.bucket)) ?? "",
  }));
}

export type LaneState = "open" | "idle" | "suspended" | "held";
export type LaneRow = {
  id: number;
  sourceId: number;
  source: string;
  bucket: number;
  name: string;
  state: LaneState;
  suspendedUntil: Date | null;
  suspendedReply: string | null;
  heldAt: Date | null;
  backlog: number;
  pace: number;
  connections: number;
  maxConnections: number;
  workerId: number | null;
  lastReply: string | null;
  lastCode: number | null;
  lastReplyAt: Date | null;
  /** Share of replies of the last hour that were deferrals; null without replies. */
  deferredShare: number | null;
};

/** All lanes with what waits for them and how they do. */
export async function listLanes(
  ctx: AdminCtx,
  only?: { sourceId: number; bucket: number },
): Promise<LaneRow[]> {
  const rows = await ctx.db.execute<Record<string, unknown>>(sql`
    select l.*, s.name as source, s.state as source_state, s.kind,
      (select coalesce(sum(t.last_seq - t.next_seq + 1), 0)::int from streams t join pool_sources p on p.pool_id = t.pool_id and p.source_id = l.source_id
        where (t.bucket = l.bucket or l.bucket = 0) and t.state = 'r' and t.next_seq <= t.last_seq)
      + (select count(*)::int from (select from due d join pool_sources p on p.pool_id = d.pool_id and p.source_id = l.source_id
          where (d.bucket = l.bucket or l.bucket = 0) and d.state = 'r' limit 100000) q) as backlog,
      h.accepted, h.deferred, h.bounced
    from lanes l join sources s on s.id = l.source_id
    left join lateral (select sum(accepted)::int as accepted, sum(deferred)::int as deferred, sum(bounced)::int as bounced from delivery_hours
      where source_id = l.source_id and bucket = l.bucket and hour >= date_trunc('hour', now() - interval '1 hour')) h on true
    where s.removed_at is null and (${only?.sourceId ?? null}::int is null or (l.source_id = ${only?.sourceId ?? null}::int and l.bucket = ${only?.bucket ?? null}::int))
    order by s.name, l.bucket`);
  const names = await namesOfBuckets(
    ctx,
    rows.map((row) => Number(row.bucket)),
  );
  const now = ctx.now();
  const date = (value: unknown) => (value ? new Date(String(value)) : null);
  return rows.map((row): LaneRow => {
    const suspendedUntil = date(row.suspended_until);
    const isSuspended = suspendedUntil !== null && suspendedUntil > now;
    const replies = Number(row.accepted ?? 0) + Number(row.deferred ?? 0) + Number(row.bounced ?? 0);
    const bucket = Number(row.bucket);
    return {
      id: Number(row.id),
      sourceId: Number(row.source_id),
      source: String(row.source),
      bucket,
      name: names.get(bucket) ?? "",
      state:
        row.held_at || row.source_state === "held"
          ? "held"
          : isSuspended
            ? "suspended"
            : row.worker_id === null
              ? "idle"
              : "open",
      suspendedUntil: isSuspended ? suspendedUntil : null,
      suspendedReply: row.suspended_reply === null ? null : String(row.suspended_reply),
      heldAt: date(row.held_at),
      backlog: Number(row.backlog),
      pace: Number(row.pace),
      connections: Number(row.connections),
      maxConnections: bucket === 0 ? 0 : limitsFor(bucket).connections,
      workerId: row.worker_id === null ? null : Number(row.worker_id),
      lastReply: row.last_reply === null ? null : String(row.last_reply),
      lastCode: row.last_code === null ? null : Number(row.last_code),
      lastReplyAt: date(row.last_reply_at),
      deferredShare: replies === 0 ? null : Number(row.deferred) / replies,
    };
  });
}

/** Replies of one lane by hour, for its chart. */
export async function readLaneBars(
  ctx: AdminCtx,
  lane: { sourceId: number; bucket: number },
): Promise<Bar[]> {
  const rows = await ctx.db.execute<Record<string, unknown>>(sql`
    with s as (select generate_series(date_trunc('hour', now()) - interval '47 hours', date_trunc('hour', now()), interval '1 hour') as at)
    select s.at, coalesce(sum(h.accepted), 0)::int as accepted, coalesce(sum(h.deferred), 0)::int as deferred, coalesce(sum(h.bounced), 0)::int as bounced,
      coalesce(sum(h.uncertain), 0)::int as uncertain, coalesce(sum(h.complained), 0)::int as complained
    from s left join delivery_hours h on h.hour = s.at and h.source_id = ${lane.sourceId} and h.bucket = ${lane.bucket} group by 1 order by 1`);
  return rows.map((row) => ({ ...countsOf(row), at: new Date(String(row.at)) }));
}
