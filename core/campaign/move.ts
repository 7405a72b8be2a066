import { and, eq, isNull, sql } from "drizzle-orm";
import { z } from "zod";
import { wakeLanes } from "#core/delivery/wake-lanes.ts";
import { recordAudit } from "#core/platform/audit.ts";
import { type AdminCtx, type Result, refuse } from "#core/platform/context.ts";
import { withTransaction } from "#core/platform/db.ts";
import { notifyLive } from "#core/platform/notify.ts";
import { campaigns, poolSources, pools, sources } from "#db/schema/index.ts";
import { count, recordCampaignEvent } from "./event.ts";

export const MoveCampaignInput = z.object({
  campaignId: z.coerce.number().int().positive().max(2_147_483_647),
  poolId: z.coerce.number("Choose a pool.").int().positive().max(32_767),
});
export type MoveCampaignInput = z.infer<typeof MoveCampaignInput>;

/** Lanes wait for as long as this takes; where one of them does not let go in time, nothing is changed. */
const LOCK_TIMEOUT = "5s";

/**
 * Moves what still waits of a campaign to another pool: what is ahead, and those with a turn of their own. What lanes
 * hold they finish where they are; what they give back, and what is tried again later, goes by the new pool.
 */
export async function moveCampaign(
  ctx: AdminCtx,
  input: MoveCampaignInput,
): Promise<Result<{ moved: number; inFlight: number }>> {
  try {
    return await move(ctx, MoveCampaignInput.parse(input));
  } catch (error) {
    const code = (error as { cause?: { code?: string } }).cause?.code;
    // Lock not available, or a deadlock that was broken.
    if (code !== "55P03" && code !== "40P01") throw error;
    return refuse("The lanes are too busy to let go of it. Nothing was changed; try again.");
  }
}

function move(
  ctx: AdminCtx,
  { campaignId, poolId }: MoveCampaignInput,
): Promise<Result<{ moved: number; inFlight: number }>> {
  return withTransaction(ctx, async (tx) => {
    const [campaign] = await tx.db
      .select({ name: campaigns.name, state: campaigns.state, workspaceId: campaigns.workspaceId })
      .from(campaigns)
      .where(and(eq(campaigns.id, campaignId), eq(campaigns.kind, "campaign")))
      .for("no key update");
    if (campaign?.state !== "sending" && campaign?.state !== "paused") {
      return refuse("Only a campaign that is being sent or paused can be moved to another pool.");
    }
    const [pool] = await tx.db.select({ name: pools.name }).from(pools).where(eq(pools.id, poolId));
    if (!pool) return refuse("There is no such pool.", { poolId: "There is no such pool." });
    const carriers = await tx.db
      .select({ state: sources.state })
      .from(poolSources)
      .innerJoin(sources, eq(sources.id, poolSources.sourceId))
      .where(and(eq(poolSources.poolId, poolId), isNull(sources.removedAt)));
    if (carriers.length === 0) {
      const sentence = `The pool ${pool.name} has no source: it carries no mail.`;
      return refuse(sentence, { poolId: sentence });
    }
    // Whoever takes mail or writes what became of it locks or writes claims first. With all of them out for a moment
    // nothing is on its way between the three places, so that nobody is left behind in the old pool.
    await tx.db.execute(sql`set local lock_timeout = ${sql.raw(`'${LOCK_TIMEOUT}'`)}`);
    await tx.db.execute(sql`lock table claims in exclusive mode`);
    const turns = await tx.db.execute<{ old: number }>(sql`
      update due u set pool_id = ${poolId}, source_id = (
        select p.source_id from pool_sources p join sources s on s.id = p.source_id
        where p.pool_id = ${poolId} and p.source_id = u.source_id and carries(null, s.avoids, u.bucket))
      where u.campaign_id = ${campaignId} and u.pool_id <> ${poolId} returning 1`);
    const streams = await tx.db.execute<{ n: number; old: number }>(sql`
      update streams t set pool_id = ${poolId} from streams was
      where t.campaign_id = ${campaignId} and t.pool_id <> ${poolId} and was.pool_id = t.pool_id and was.bucket = t.bucket
        and was.campaign_id = t.campaign_id and was.wave = t.wave
      returning greatest(0, t.last_seq - t.next_seq + 1) as n, was.pool_id as old`);
    const claimed = await tx.db.execute<{ n: number }>(sql`
      update claims set pool_id = ${poolId} where campaign_id = ${campaignId} and pool_id <> ${poolId}
      returning (select count(*)::int from unnest(seqs) q(seq) join deliveries d on d.campaign_id = claims.campaign_id
        and d.seq = q.seq and d.state in ('w', 'd')) as n`);
    if (streams.length === 0) {
      return refuse(`It goes by the pool ${pool.name} already.`, { poolId: "It goes by this pool already." });
    }
    const moved = turns.length + streams.reduce((sum, stream) => sum + stream.n, 0);
    const inFlight = claimed.reduce((sum, claim) => sum + claim.n, 0);
    await tx.db.update(campaigns).set({ poolId, updatedAt: ctx.now() }).where(eq(campaigns.id, campaignId));
    await wakeLanes(tx.db, { poolId });
    const waits = carriers.some((source) => source.state === "active")
      ? ""
      : " No source of it sends now, so they wait.";
    const flight = inFlight > 0 ? ` ${count(inFlight)} in flight will finish where they are.` : "";
    await recordCampaignEvent(
      tx,
      campaignId,
      "moved",
      `Moved to the pool ${pool.name}: ${count(moved)} who wait.${flight}${waits}`,
    );
    await recordAudit(tx, {
      workspaceId: campaign.workspaceId,
      action: "campaign.move",
      target: campaign.name,
      details: { campaignId, from: streams[0]?.old, to: poolId, moved },
    });
    await notifyLive(tx.db, "lanes");
    return { ok: true, moved, inFlight };
  });
}
