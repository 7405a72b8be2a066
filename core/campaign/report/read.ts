import { sql } from "drizzle-orm";
import { type Equation, equation } from "#core/ledger/equation.ts";
import { bucketName, siteOfBucket } from "#core/mail/provider/bucket.ts";
import type { WorkspaceCtx } from "#core/platform/context.ts";

export type ProviderRow = {
  /** Buckets that the row sums up; small sites are one row. */
  key: string;
  name: string;
  /** For the filter of recipients; null for the sum of small sites. */
  bucket: number | null;
  audience: number;
  accepted: number;
  bounced: number;
  waiting: number;
  other: number;
};

export type MinuteRow = { at: Date; accepted: number; deferred: number; bounced: number };
export type CampaignEvent = {
  id: number;
  at: Date;
  sentence: string;
  reply: string | null;
  by: string | null;
};

export type CampaignReport = {
  equation: Equation;
  providers: ProviderRow[];
  minutes: { rows: MinuteRow[]; stepMinutes: number };
  events: CampaignEvent[];
  leftOut: number;
  nextTryAt: Date | null;
  /** Accepted in the last full minute. */
  pace: number;
};

/** Bars of the chart at most; beyond, they get wider. */
const MOST_BARS = 90;

/** Everything on the report's first page, from rollups and small tables; the ledger itself is not read. */
export async function readCampaignReport(ctx: WorkspaceCtx, campaignId: number): Promise<CampaignReport> {
  const [sum, providers, minutes, events, more] = await Promise.all([
    equation(ctx.db, campaignId),
    readProviders(ctx, campaignId),
    readMinutes(ctx, campaignId),
    readEvents(ctx, campaignId, 5),
    ctx.db.execute<{ left_out: number; next_try: string | null; pace: number }>(sql`
      select (select count(*)::int from exclusions where campaign_id = ${campaignId}) as left_out,
        (select min(due_at) from due where campaign_id = ${campaignId} and state = 'r') as next_try,
        (select coalesce(sum(accepted), 0)::int from campaign_minutes
          where campaign_id = ${campaignId} and minute = date_trunc('minute', now()) - interval '1 minute') as pace`),
  ]);
  const extra = more[0];
  return {
    equation: sum,
    providers,
    minutes,
    events,
    leftOut: extra?.left_out ?? 0,
    nextTryAt: extra?.next_try ? new Date(extra.next_try) : null,
    pace: extra?.pace ?? 0,
  };
}

async function readProviders(ctx: WorkspaceCtx, campaignId: number): Promise<ProviderRow[]> {
  const rows = await ctx.db.execute<{ bucket: number; state: string; n: number }>(sql`
    select bucket, state::text as state, sum(n)::int as n from rollups where campaign_id = ${campaignId} group by 1, 2`);
  const siteIds = [
    ...new Set(
      rows
        .map((row) => row.bucket)
        .filter((bucket) => bucket >= 100_000)
        .map((bucket) => siteOfBucket(bucket) ?? 0),
    ),
  ];
  const sites = siteIds.length
    ? await ctx.db.execute<{ id: number; name: string }>(
        sql`select id, name from sites where id = any(${`{${siteIds.join(",")}}`}::int[])`,
      )
    : [];
  const names = new Map(sites.map((site) => [site.id, site.name]));
  const sums = new Map<string, ProviderRow>();
  for (const { bucket, state, n } of rows) {
    const isSmall = bucket >= 1000 && bucket < 100_000;
    const key = isSmall ? "small" : String(bucket);
    const row = sums.get(key) ?? {
      key,
      name: isSmall
        ? "Other sites"
        : bucket === 0
          ? "No mail server"
          : bucketName(bucket, names.get(siteOfBucket(bucket) ?? 0)),
      bucket: isSmall ? null : bucket,
      audience: 0,
      accepted: 0,
      bounced: 0,
      waiting: 0,
      other: 0,
    };
    row.audience += n;
    if (state === "a") row.accepted += n;
    else if (state === "b") row.bounced += n;
    else if (state === "w" || state === "d") row.waiting += n;
    else row.other += n;
    sums.set(key, row);
  }
  return [...sums.values()]
    .filter((row) => row.audience > 0)
    .sort((a, b) => Number(a.key === "small") - Number(b.key === "small") || b.audience - a.audience);
}

async function readMinutes(ctx: WorkspaceCtx, campaignId: number): Promise<CampaignReport["minutes"]> {
  const [span] = await ctx.db.execute<{ minutes: number }>(sql`
    select coalesce(extract(epoch from max(minute) - min(minute)) / 60 + 1, 0)::int as minutes from campaign_minutes where campaign_id = ${campaignId}`);
  const stepMinutes =
    [1, 5, 15, 60, 360, 1440].find((step) => (span?.minutes ?? 0) / step <= MOST_BARS) ?? 1440;
  const rows = await ctx.db.execute<{ at: string; accepted: number; deferred: number; bounced: number }>(sql`
    with bounds as (
      select date_bin(make_interval(mins => ${stepMinutes}::int), min(minute), '2000-01-01') as a, date_bin(make_interval(mins => ${stepMinutes}::int), max(minute), '2000-01-01') as z
      from campaign_minutes where campaign_id = ${campaignId})
    select s.at, coalesce(sum(m.accepted), 0)::int as accepted, coalesce(sum(m.deferred), 0)::int as deferred, coalesce(sum(m.bounced), 0)::int as bounced
    from bounds, generate_series(bounds.a, bounds.z, make_interval(mins => ${stepMinutes}::int)) s(at)
    left join campaign_minutes m on m.campaign_id = ${campaignId} and m.minute >= s.at and m.minute < s.at + make_interval(mins => ${stepMinutes}::int)
    where bounds.a is not null group by 1 order by 1`);
  return { stepMinutes, rows: rows.map((row) => ({ ...row, at: new Date(row.at) })) };
}

/** What people and the mail system did, newest first. */
export async function readEvents(
  ctx: WorkspaceCtx,
  campaignId: number,
  limit: number,
): Promise<CampaignEvent[]> {
  const rows = await ctx.db.execute<{
    id: number;
    at: string;
    sentence: string;
    reply: string | null;
    by: string | null;
  }>(sql`
    select e.id, e.at, e.sentence, e.reply, u.name as by from campaign_events e
    join campaigns c on c.id = e.campaign_id and c.workspace_id = ${ctx.workspaceId}
    left join users u on u.id = e.user_id where e.campaign_id = ${campaignId} order by e.id desc limit ${limit}`);
  return rows.map((row) => ({ ...row, id: Number(row.id), at: new Date(row.at) }));
}

export type LeftOut = { reason: string; n: number };

/** Who was left out at the freeze, by reason. */
export async function countLeftOut(ctx: WorkspaceCtx, campaignId: number): Promise<LeftOut[]> {
  const rows = await ctx.db.execute<LeftOut>(sql`
    select x.reason, count(*)::int as n from exclusions x join campaigns c on c.id = x.campaign_id and c.workspace_id = ${ctx.workspaceId}
    where x.campaign_id = ${campaignId} group by 1 order by 2 desc`);
  return [...rows];
}

/** People left out, 50 a page. */
export async function listLeftOut(
  ctx: WorkspaceCtx,
  campaignId: number,
  page: { reason: string | null; after: number },
): Promise<{
  rows: { subscriberId: number; address: string; reason: string; value: string }[];
  next: number | null;
}> {
  const rows = await ctx.db.execute<{
    subscriber_id: number;
    address: string;
    reason: string;
    value: string;
  }>(sql`
    select x.subscriber_id, s.address, x.reason, x.value from exclusions x
    join campaigns c on c.id = x.campaign_id and c.workspace_id = ${ctx.workspaceId} join subscribers s on s.id = x.subscriber_id
    where x.campaign_id = ${campaignId} and (${page.reason}::text is null or x.reason::text = ${page.reason}::text) and x.subscriber_id > ${page.after}
    order by x.subscriber_id limit 51`);
  const shown = rows.slice(0, 50).map((row) => ({
    subscriberId: Number(row.subscriber_id),
    address: row.address,
    reason: row.reason,
    value: row.value,
  }));
  return { rows: shown, next: rows.length > 50 ? (shown.at(-1)?.subscriberId ?? null) : null };
}
