import { sql } from "drizzle-orm";
import { bucketName, siteOfBucket } from "../mail/provider/bucket.ts";
import { providerById } from "../mail/provider/match.ts";
import { VERDICTS, type Verdict } from "../mail/reply/types.ts";
import type { AdminCtx } from "../platform/context.ts";
import { WEEK_DAYS, weekSums } from "./rules.ts";

const DAY_MS = 86_400_000;

export const RANGES = { "24h": 24, "48h": 48, "7d": 168, "30d": 720 } as const;
export type Range = keyof typeof RANGES;
export const SPLITS = ["provider", "source", "domain"] as const;
export type Split = (typeof SPLITS)[number];

export type Counts = {
  accepted: number;
  deferred: number;
  bounced: number;
  uncertain: number;
  complained: number;
};
export type Bar = Counts & { at: Date };
export type ProviderDays = { days: string[]; providers: { name: string; counts: (Counts | null)[] }[] };
/** One provider, source or sender domain: its sums, and its counts at each of the times. */
export type SplitRow = Counts & { key: string; name: string; bars: Counts[] };
export type SplitBars = { times: Date[]; stepHours: number; rows: SplitRow[] };
export type ReplyGroup = {
  shape: string;
  sample: string;
  code: number | null;
  verdict: Verdict | null;
  n: number;
  lastAt: Date;
  /** How many lanes heard it; the newest of them is named. */
  lanes: number;
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

const stepOf = (range: Range): number => (RANGES[range] <= 48 ? 1 : RANGES[range] <= 168 ? 4 : 24);

/** Where a range begins: at a whole bar, so that every part of a page counts the same hours. */
const startOf = (range: Range) =>
  sql`date_bin(make_interval(hours => ${stepOf(range)}::int), now() - make_interval(hours => ${RANGES[range]}::int), '2000-01-01') + make_interval(hours => ${stepOf(range)}::int)`;

/** Replies and complaints over time from hourly rollups; 48 bars at most, else wider ones. */
export async function readBars(ctx: AdminCtx, range: Range): Promise<{ bars: Bar[]; stepHours: number }> {
  const stepHours = stepOf(range);
  const rows = await ctx.db.execute<Record<string, unknown>>(sql`
    with s as (select generate_series(${startOf(range)}, now(), make_interval(hours => ${stepHours}::int)) as at)
    select s.at, ${SUMS}
    from s left join delivery_hours h on h.hour >= s.at and h.hour < s.at + make_interval(hours => ${stepHours}::int) group by 1 order by 1`);
  return { stepHours, bars: rows.map((row) => ({ ...countsOf(row), at: new Date(String(row.at)) })) };
}

/** Replies of one lane by hour, for its chart. */
export async function readLaneBars(
  ctx: AdminCtx,
  lane: { sourceId: number; bucket: number },
): Promise<Bar[]> {
  const rows = await ctx.db.execute<Record<string, unknown>>(sql`
    with s as (select generate_series(date_trunc('hour', now()) - interval '47 hours', date_trunc('hour', now()), interval '1 hour') as at)
    select s.at, ${SUMS}
    from s left join delivery_hours h on h.hour = s.at and h.source_id = ${lane.sourceId} and h.bucket = ${lane.bucket} group by 1 order by 1`);
  return rows.map((row) => ({ ...countsOf(row), at: new Date(String(row.at)) }));
}

const FIELDS = ["accepted", "deferred", "bounced", "uncertain", "complained"] as const;
const SUMS = sql.join(
  FIELDS.map((field) => sql`coalesce(sum(h.${sql.raw(field)}), 0)::int as ${sql.raw(field)}`),
  sql`, `,
);

const countsOf = (row: Record<string, unknown>): Counts => ({
  accepted: Number(row.accepted),
  deferred: Number(row.deferred),
  bounced: Number(row.bounced),
  uncertain: Number(row.uncertain),
  complained: Number(row.complained),
});

const add = (to: Counts, counts: Counts): void => {
  for (const field of FIELDS) to[field] += counts[field];
};

const none = (): Counts => ({ accepted: 0, deferred: 0, bounced: 0, uncertain: 0, complained: 0 });

/** All recipients that wait now, of all campaigns: each once, however many lanes could take it. */
export async function readWaiting(ctx: AdminCtx): Promise<number> {
  const [row] = await ctx.db.execute<{ n: number }>(
    sql`select coalesce(sum(n), 0)::int as n from rollups where state in ('w', 'd')`,
  );
  return row?.n ?? 0;
}

/** The name of a bucket in charts: Microsoft's two under one name, the small sites together. */
const chartName = (bucket: number, names: ReadonlyMap<number, string>): string =>
  bucket >= 1000 && bucket < 100_000
    ? "Other sites"
    : (providerById(bucket)?.name ?? names.get(bucket) ?? `Site ${bucket}`);

/** The same bars by provider, source or sender domain, with their sums; those with most mail first. */
export async function readSplit(ctx: AdminCtx, range: Range, split: Split): Promise<SplitBars> {
  const key = {
    provider: sql`h.bucket::text`,
    source: sql`h.source_id::text`,
    domain: sql`h.sender_domain_id::text`,
  }[split];
  const step = sql`make_interval(hours => ${stepOf(range)}::int)`;
  const [times, rows] = await Promise.all([
    ctx.db.execute<{ at: string }>(sql`select generate_series(${startOf(range)}, now(), ${step}) as at`),
    ctx.db.execute<Record<string, unknown>>(sql`
      select ${key} as key, date_bin(${step}, h.hour, '2000-01-01') as at,
        coalesce(max(s.name), 'removed') as source, coalesce(max(d.name), 'removed') as domain, ${SUMS}
      from delivery_hours h left join sources s on s.id = h.source_id left join sender_domains d on d.id = h.sender_domain_id
      where h.hour >= ${startOf(range)} group by 1, 2`),
  ]);
  const at = times.map((row) => new Date(row.at));
  const places = new Map(at.map((time, place) => [time.getTime(), place]));
  const names = await namesOfBuckets(ctx, split === "provider" ? rows.map((row) => Number(row.key)) : []);
  const merged = new Map<string, SplitRow>();
  for (const row of rows) {
    const name = split === "provider" ? chartName(Number(row.key), names) : String(row[split]);
    const found = merged.get(name) ?? { key: name, name, ...none(), bars: at.map(none) };
    const counts = countsOf(row);
    add(found, counts);
    const bar = found.bars[places.get(new Date(String(row.at)).getTime()) ?? -1];
    if (bar) add(bar, counts);
    merged.set(name, found);
  }
  return {
    times: at,
    stepHours: stepOf(range),
    rows: [...merged.values()].sort((x, y) => y.accepted + y.bounced - (x.accepted + x.bounced)),
  };
}

/** So many days before those shown are read too, for the means of their week. */
const DAYS_SHOWN = 30;

/**
 * The last 30 days by provider, each with the sums of the seven days that it ends: a day with three mails has no rate
 * worth a point. Those with most mail first; null where a whole week had none.
 */
export async function readProviderDays(ctx: AdminCtx): Promise<ProviderDays> {
  const rows = await ctx.db.execute<Record<string, unknown>>(sql`
    select to_char(h.hour, 'YYYY-MM-DD') as day, h.bucket, ${SUMS}
    from delivery_hours h where h.hour >= date_trunc('day', now()) - make_interval(days => ${DAYS_SHOWN + WEEK_DAYS - 2}::int) group by 1, 2`);
  const today = Math.floor(ctx.now().getTime() / DAY_MS);
  const all = Array.from({ length: DAYS_SHOWN + WEEK_DAYS - 1 }, (_, ago) =>
    new Date((today - (DAYS_SHOWN + WEEK_DAYS - 2) + ago) * DAY_MS).toISOString().slice(0, 10),
  );
  const names = await namesOfBuckets(
    ctx,
    rows.map((row) => Number(row.bucket)),
  );
  const byName = new Map<string, { total: number; perDay: Map<string, Counts> }>();
  for (const row of rows) {
    const name = chartName(Number(row.bucket), names);
    const provider = byName.get(name) ?? { total: 0, perDay: new Map<string, Counts>() };
    const counts = provider.perDay.get(String(row.day)) ?? none();
    add(counts, countsOf(row));
    provider.perDay.set(String(row.day), counts);
    provider.total += Number(row.accepted) + Number(row.bounced);
    byName.set(name, provider);
  }
  return {
    days: all.slice(WEEK_DAYS - 1),
    providers: [...byName]
      .sort(([, a], [, b]) => b.total - a.total)
      .map(([name, { perDay }]) => ({ name, counts: weekSums(all.map((day) => perDay.get(day) ?? null)) })),
  };
}

/** Why mail was refused, by what we concluded. */
export async function readVerdicts(ctx: AdminCtx, range: Range): Promise<{ verdict: Verdict; n: number }[]> {
  const rows = await ctx.db.execute<{ verdict: number; n: number }>(sql`
    select verdict, sum(n)::int as n from reply_hours where hour >= ${startOf(range)} and verdict is not null group by 1 order by 2 desc`);
  return rows.flatMap((row) =>
    VERDICTS[row.verdict] ? [{ verdict: VERDICTS[row.verdict]!, n: row.n }] : [],
  );
}

/** Newest replies grouped by text, whichever lane they were said to; of one lane where that is asked for. */
export async function readReplies(
  ctx: AdminCtx,
  range: Range,
  only: { lane?: { sourceId: number; bucket: number }; limit?: number } = {},
): Promise<{ groups: ReplyGroup[]; total: number }> {
  const { lane, limit = 50 } = only;
  const newest = (column: string) => sql`(array_agg(r.${sql.raw(column)} order by r.last_at desc))[1]`;
  const rows = await ctx.db.execute<Record<string, unknown>>(sql`
    select g.*, coalesce(s.name, 'removed') as source from (
      select r.shape, r.code, r.verdict, sum(r.n)::int as n, max(r.last_at) as last_at, count(distinct (r.source_id, r.bucket))::int as lanes,
        ${newest("source_id")} as source_id, ${newest("bucket")} as bucket, ${newest("sample")} as sample, count(*) over ()::int as total
      from reply_hours r where r.hour >= ${startOf(range)}
        and (${lane?.sourceId ?? null}::int is null or (r.source_id = ${lane?.sourceId ?? null}::int and r.bucket = ${lane?.bucket ?? null}::int))
      group by r.shape, r.code, r.verdict order by max(r.last_at) desc limit ${limit}) g
    left join sources s on s.id = g.source_id order by g.last_at desc`);
  const names = await namesOfBuckets(
    ctx,
    rows.map((row) => Number(row.bucket)),
  );
  const groups = rows.map((row) => ({
    shape: String(row.shape),
    sample: String(row.sample),
    code: row.code === null ? null : Number(row.code),
    verdict: row.verdict === null ? null : (VERDICTS[Number(row.verdict)] ?? null),
    n: Number(row.n),
    lastAt: new Date(String(row.last_at)),
    lanes: Number(row.lanes),
    sourceId: Number(row.source_id),
    bucket: Number(row.bucket),
    source: String(row.source),
    name: names.get(Number(row.bucket)) ?? "",
  }));
  return { groups, total: Number(rows[0]?.total ?? 0) };
}
