import { sql } from "drizzle-orm";
import { type Equation, equation } from "#core/ledger/equation.ts";
import { CoreError, requireRole, type WorkspaceCtx } from "#core/platform/context.ts";
import { type ProviderRow, readProviders } from "./providers.ts";

export type MinuteRow = { at: Date; accepted: number; deferred: number; bounced: number };
export type CampaignEvent = {
  id: number;
  at: Date;
  kind: string;
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
  /** What the pool's fallback carried while none of the pool's own sources could; null: nothing. */
  overFallback: { source: string; accepted: number } | null;
  /** Accepted in the last full minute. */
  pace: number;
};

/** Bars of the chart at most; beyond, they get wider. */
const MOST_BARS = 90;

/** Everything on the report's first page, from rollups and small tables; the ledger itself is not read. Throws not-found. */
export async function readCampaignReport(ctx: WorkspaceCtx, campaignId: number): Promise<CampaignReport> {
  requireRole(ctx, "viewer");
  const [mine] = await ctx.db.execute(sql`
    select from campaigns where id = ${campaignId} and workspace_id = ${ctx.workspaceId} and kind = 'campaign'`);
  if (!mine) throw new CoreError("not-found", "There is no such campaign.");
  const [sum, providers, minutes, events, more, overFallback] = await Promise.all([
    equation(ctx.db, campaignId),
    readProviders(ctx, campaignId),
    readMinutes(ctx, campaignId),
    readEvents(ctx, campaignId, 20),
    ctx.db.execute<{ left_out: number; next_try: string | null; pace: number }>(sql`
      select (select count(*)::int from exclusions where campaign_id = ${campaignId}) as left_out,
        (select min(due_at) from due where campaign_id = ${campaignId} and state = 'r') as next_try,
        (select coalesce(sum(accepted), 0)::int from campaign_minutes
          where campaign_id = ${campaignId} and minute = date_trunc('minute', now()) - interval '1 minute') as pace`),
    readOverFallback(ctx, campaignId),
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
    overFallback,
  };
}

/** Told by the source: a fallback is none of the pool's own. A pool's change of either counts from then on. */
async function readOverFallback(
  ctx: WorkspaceCtx,
  campaignId: number,
): Promise<CampaignReport["overFallback"]> {
  const [row] = await ctx.db.execute<{ source: string; accepted: number }>(sql`
    with mine as (select distinct pool_id from streams where campaign_id = ${campaignId})
    select s.name as source, sum(m.accepted)::int as accepted from campaign_minutes m join sources s on s.id = m.source_id
    where m.campaign_id = ${campaignId} and s.id in (select p.fallback_source_id from mine join pools p on p.id = mine.pool_id)
      and s.id not in (select ps.source_id from mine join pool_sources ps on ps.pool_id = mine.pool_id)
    group by 1 having sum(m.accepted) > 0 order by 2 desc limit 1`);
  return row ?? null;
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
    kind: string;
    sentence: string;
    reply: string | null;
    by: string | null;
  }>(sql`
    select e.id, e.at, e.kind, e.sentence, e.reply, u.name as by from campaign_events e
    join campaigns c on c.id = e.campaign_id and c.workspace_id = ${ctx.workspaceId}
    left join users u on u.id = e.user_id where e.campaign_id = ${campaignId} order by e.id desc limit ${limit}`);
  return rows.map((row) => ({ ...row, id: Number(row.id), at: new Date(row.at) }));
}
