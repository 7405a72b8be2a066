import { and, eq, sql } from "drizzle-orm";
import { equation } from "#core/ledger/equation.ts";
import { recordAudit } from "#core/platform/audit.ts";
import { type Result, refuse, requireRole, type WorkspaceCtx } from "#core/platform/context.ts";
import { withTransaction } from "#core/platform/db.ts";
import { enqueue } from "#core/platform/jobs.ts";
import { campaigns, users } from "#db/schema/index.ts";
import { closeKey } from "./close.ts";
import { count, recordCampaignEvent } from "./event.ts";
import { CampaignInput } from "./input.ts";

/**
 * Ends the trying of a campaign: who waits or was refused for now expires, with the name of who wanted it as the reason.
 * Not a cancellation: what was accepted stays, what is in flight is finished, and the campaign finishes. Who expired can
 * be tried again from its recipients.
 */
export function expireRest(ctx: WorkspaceCtx, input: CampaignInput): Promise<Result<{ expired: number }>> {
  requireRole(ctx, "marketer");
  const { campaignId } = CampaignInput.parse(input);
  return withTransaction(ctx, async (tx) => {
    const [found] = await tx.db
      .select({ name: campaigns.name, state: campaigns.state, stopReason: campaigns.stopReason })
      .from(campaigns)
      .where(
        and(
          eq(campaigns.id, campaignId),
          eq(campaigns.workspaceId, ctx.workspaceId),
          eq(campaigns.kind, "campaign"),
        ),
      )
      .for("no key update");
    if (found?.state !== "sending" && found?.state !== "paused") {
      return refuse("Only what is left of a campaign that is being sent or paused can expire.");
    }
    if (found.stopReason !== null) return refuse(`This was done already: ${found.stopReason}.`);
    // In the order in which lanes lock them: due, then streams.
    const turns = await tx.db.execute(
      sql`update due set state = 'e' where campaign_id = ${campaignId} and state <> 'e' returning 1`,
    );
    const streams = await tx.db.execute<{ n: number }>(sql`update streams set state = 'e'
      where campaign_id = ${campaignId} and state <> 'e' and next_seq <= last_seq returning last_seq - next_seq + 1 as n`);
    const expired = turns.length + streams.reduce((sum, stream) => sum + stream.n, 0);
    if (expired === 0) return refuse("Nobody waits any more. What is in flight will finish by itself.");
    const who = await nameOf(tx);
    await tx.db
      .update(campaigns)
      .set({ expiresAt: sql`now()`, stopReason: `stopped by ${who}`, updatedAt: ctx.now() })
      .where(eq(campaigns.id, campaignId));
    await enqueue(tx.db, "close-campaign", { campaignId }, { key: closeKey(campaignId) });
    const { inFlight } = await equation(tx.db, campaignId);
    const flight = inFlight > 0 ? ` ${count(inFlight)} in flight will finish.` : "";
    await recordCampaignEvent(
      tx,
      campaignId,
      "stopped",
      `Expired the rest: ${count(expired)} did not get it and will not be tried again.${flight}`,
    );
    await recordAudit(tx, {
      workspaceId: ctx.workspaceId,
      action: "campaign.expire-rest",
      target: found.name,
      details: { campaignId, expired },
    });
    return { ok: true, expired };
  });
}

async function nameOf(ctx: WorkspaceCtx): Promise<string> {
  if (ctx.actor.kind !== "user") return "the mail system";
  const [user] = await ctx.db.select({ name: users.name }).from(users).where(eq(users.id, ctx.actor.userId));
  return user?.name ?? "somebody who is gone";
}
