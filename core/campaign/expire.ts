import { sql } from "drizzle-orm";
import type { Ctx } from "#core/platform/context.ts";
import { withTransaction } from "#core/platform/db.ts";
import { enqueue } from "#core/platform/jobs.ts";
import { closeKey } from "./close.ts";
import { count, recordCampaignEvent } from "./event.ts";

/**
 * Stops what is left of campaigns past their time, and has it closed. Also sends the closing job again to campaigns,
 * cancelled or expired, that still have something standing. Called each minute; returns the campaigns that it stopped.
 */
export function expireCampaigns(ctx: Ctx): Promise<number[]> {
  return withTransaction(ctx, async (tx) => {
    const now = ctx.now().toISOString();
    const late = await tx.db.execute<{ id: number; stop_reason: string | null }>(sql`
      select id, stop_reason from campaigns where kind = 'campaign' and state in ('sending', 'paused')
        and expires_at <= ${now}::timestamptz order by id for update skip locked`);
    const stopped: number[] = [];
    for (const { id, stop_reason } of late) {
      const turns = await tx.db.execute(
        sql`update due set state = 'e' where campaign_id = ${id} and state <> 'e' returning 1`,
      );
      const streams = await tx.db.execute<{ n: number }>(sql`update streams set state = 'e'
        where campaign_id = ${id} and state <> 'e' and next_seq <= last_seq returning last_seq - next_seq + 1 as n`);
      const n = turns.length + streams.reduce((sum, stream) => sum + stream.n, 0);
      // What a lane gave back while a person ended it is told with the person's own words.
      if (n === 0 || stop_reason !== null) continue;
      stopped.push(id);
      await recordCampaignEvent(
        tx,
        id,
        "expired",
        `Its time is over. ${count(n)} did not get it and will not.`,
      );
    }
    const open = await tx.db.execute<{ id: number }>(sql`
      select c.id from campaigns c where c.kind = 'campaign' and c.finished_at is null and c.launched_at is not null
        and (c.state = 'cancelled' or (c.state in ('sending', 'paused') and c.expires_at <= ${now}::timestamptz))`);
    for (const { id } of open) {
      await enqueue(tx.db, "close-campaign", { campaignId: id }, { key: closeKey(id) });
    }
    return stopped;
  });
}
