import { sql } from "drizzle-orm";
import { z } from "zod";
import { namesOfBuckets } from "#core/deliverability/read.ts";
import { providerById } from "#core/mail/provider/match.ts";
import { dayOf, stepOn, warmupCaps } from "#core/mail/warmup/caps.ts";
import { type Forecast, type ForecastSource, forecastWarmup } from "#core/mail/warmup/forecast.ts";
import { requireRole, type WorkspaceCtx } from "#core/platform/context.ts";
import type { Db } from "#core/platform/db.ts";
import { SMALL_SITES } from "#core/warmup/types.ts";
import { audienceSql, readAudience } from "./audience-sql.ts";
import { foldedSql, overallOf, readCarriers, sourcesFor } from "./carriers.ts";
import { homesSql, NO_BUCKET, poolSql } from "./placement.ts";
import type { CampaignAudience } from "./types.ts";

export type ForecastRow = {
  /** Small sites are one row, 1000. */
  bucket: number;
  name: string;
  recipients: number;
  /** Of other campaigns, before or beside them. */
  others: number;
  forecast: Forecast;
  /** At least one source that carries it is being warmed up there; what the furthest of them may send today. */
  warmup: { capToday: number; day: number; days: number } | null;
  /** No source of the pool can carry it now, and none will by itself. */
  isStopped: boolean;
};

export type CampaignForecast = {
  rows: ForecastRow[];
  /** Where the last mail leaves, ms; null: not within a year, or never as things stand. */
  finishesAt: number | null;
  /** So many would expire first. */
  late: number;
};

const ForecastInput = z.object({
  campaignId: z.number().int().positive().max(2_147_483_647),
});

/**
 * When each provider will have got a draft's mail, if it were sent now and nothing went wrong: by the pool's sources as
 * they are, their warm-up, limits, moods and quotas, and with all that waits there already. Counts the audience as the
 * freeze would.
 */
export async function forecastCampaign(
  ctx: WorkspaceCtx,
  input: z.infer<typeof ForecastInput>,
): Promise<CampaignForecast | null> {
  requireRole(ctx, "viewer");
  const { campaignId } = ForecastInput.parse(input);
  const [campaign] = await ctx.db.execute<{
    audience: CampaignAudience;
    pool: number;
    hours: number;
    scheduled: string | null;
  }>(sql`
    select c.audience, coalesce(c.pool_id, ${poolSql(ctx.workspaceId, null)})::int as pool, c.expire_after_hours as hours, c.scheduled_at as scheduled
    from campaigns c where c.id = ${campaignId} and c.workspace_id = ${ctx.workspaceId} and c.kind = 'campaign'`);
  if (!campaign) return null;
  const now = ctx.now().getTime();
  const start = Math.max(now, campaign.scheduled ? new Date(campaign.scheduled).getTime() : 0);
  const counts = await countByBucket(ctx, campaign.audience);
  const deadline = start + campaign.hours * 3_600_000;
  return forecast(ctx.db, { counts, poolId: campaign.pool, start, deadline, isWaiting: false });
}

/** The same for a campaign that is being sent: for those who still wait, from now. Null where nobody does. */
export async function forecastRest(
  ctx: WorkspaceCtx,
  input: z.infer<typeof ForecastInput>,
): Promise<CampaignForecast | null> {
  requireRole(ctx, "viewer");
  const { campaignId } = ForecastInput.parse(input);
  const [campaign] = await ctx.db.execute<{ pool: number; expires: string }>(sql`
    select coalesce((select pool_id from streams where campaign_id = c.id limit 1), ${poolSql(ctx.workspaceId, null)})::int as pool,
      c.expires_at as expires
    from campaigns c where c.id = ${campaignId} and c.workspace_id = ${ctx.workspaceId} and c.state = 'sending'`);
  if (!campaign) return null;
  const rows = await ctx.db.execute<{ bucket: number; n: number }>(sql`
    select ${foldedSql(sql`bucket`)} as bucket, sum(n)::int as n from rollups
    where campaign_id = ${campaignId} and state in ('w', 'd') and bucket <> ${NO_BUCKET} group by 1 having sum(n) > 0`);
  if (rows.length === 0) return null;
  return forecast(ctx.db, {
    counts: new Map(rows.map((row) => [row.bucket, row.n])),
    poolId: campaign.pool,
    start: ctx.now().getTime(),
    deadline: new Date(campaign.expires).getTime(),
    isWaiting: true,
  });
}

/** How many of the audience are at home where; the dead are not sent to. */
async function countByBucket(ctx: WorkspaceCtx, audience: CampaignAudience): Promise<Map<number, number>> {
  const rows = await ctx.db.transaction(async (tx) => {
    // As in the freeze, whose counts these are.
    await tx.execute(sql`set local work_mem = '64MB'`);
    await tx.execute(sql`set local enable_nestloop = off`);
    await tx.execute(sql`set local statement_timeout = '60s'`);
    const parts = await readAudience(tx, ctx.workspaceId, audience, ctx.now());
    return tx.execute<{ bucket: number; n: number }>(sql`
      with counted as (select domain, count(*) as n from (${audienceSql(parts)}) a where reason is null group by domain)
      select ${foldedSql(sql`bucket`)} as bucket, sum(n)::int as n from (${homesSql(sql`counted`, ctx.now())}) h
      where bucket <> ${NO_BUCKET} group by 1`);
  });
  return new Map(rows.map((row) => [row.bucket, row.n]));
}

async function forecast(
  db: Db,
  of: {
    counts: Map<number, number>;
    poolId: number;
    start: number;
    deadline: number;
    /** They are among those who wait already. */
    isWaiting: boolean;
  },
): Promise<CampaignForecast> {
  const house = await readCarriers(db, of.poolId, of.start);
  const names = await namesOfBuckets({ db }, [...of.counts.keys()]);
  const othersIn = (bucket: number, own: number) =>
    Math.max(0, (house.others.get(bucket) ?? 0) - (of.isWaiting ? own : 0));
  const load = [...of.counts].reduce((sum, [bucket, n]) => sum + n + othersIn(bucket, n), 0);
  const rows = [...of.counts].map(([bucket, recipients]): ForecastRow => {
    const others = othersIn(bucket, recipients);
    const share = load > 0 ? (recipients + others) / load : 1;
    const sources = sourcesFor(house, bucket, share);
    const input = {
      provider: bucket < 100 ? (providerById(bucket)?.key ?? null) : null,
      recipients: recipients + others,
      sources,
      overall: overallOf(house, bucket),
      deadline: of.deadline,
    };
    const answer = forecastWarmup(input, house.overflow, of.start);
    return {
      bucket,
      name: bucket === SMALL_SITES ? "Small sites" : (names.get(bucket) ?? ""),
      recipients,
      others,
      forecast: { ...answer, late: Math.min(answer.late, recipients) },
      warmup: warmupOf(sources, of.start),
      isStopped: sources.length === 0,
    };
  });
  rows.sort((a, b) => endOf(b) - endOf(a) || b.recipients - a.recipients);
  const last = Math.max(of.start, ...rows.map(endOf));
  return {
    rows,
    finishesAt: Number.isFinite(last) ? last : null,
    late: rows.reduce((sum, row) => sum + row.forecast.late, 0),
  };
}

const endOf = (row: ForecastRow): number => row.forecast.finishesAt ?? Number.POSITIVE_INFINITY;

/** How far the furthest of the cold ones is. */
function warmupOf(sources: readonly ForecastSource[], start: number): ForecastRow["warmup"] {
  const cold = sources.flatMap((source) => {
    const caps = source.warmup && warmupCaps(source.warmup, start);
    return source.warmup && caps ? [{ state: source.warmup, cap: caps.cap }] : [];
  });
  const furthest = cold.sort((a, b) => b.cap - a.cap)[0];
  if (!furthest) return null;
  return {
    capToday: cold.reduce((sum, one) => sum + one.cap, 0),
    day: stepOn(furthest.state, dayOf(start)) + 1,
    days: furthest.state.plan.daily.length,
  };
}
