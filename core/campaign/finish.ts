import { sql } from "drizzle-orm";
import { equation } from "#core/ledger/equation.ts";
import { reconcileCampaign } from "#core/ledger/reconcile.ts";
import type { Db } from "#core/platform/db.ts";
import { enqueue } from "#core/platform/jobs.ts";
import { notifyLive } from "#core/platform/notify.ts";
import { count, recordCampaignEvent } from "./event.ts";

/**
 * Ends campaigns for which nothing waits any more: nothing ahead, no claim, nothing due. Cheap, so it may be called
 * after each flush that emptied something and every few seconds. A hidden system campaign ends with its month.
 * Compares the counts with the ledger at the end; a difference is said and never repaired.
 * @returns the campaigns that ended, and those of them that do not add up
 */
export function finishCampaigns(
  db: Db,
  now: Date = new Date(),
): Promise<{ finished: number[]; differing: number[] }> {
  return db.transaction((tx) => finish(tx, now));
}

async function finish(db: Db, now: Date): Promise<{ finished: number[]; differing: number[] }> {
  const rows = await db.execute<{ id: number; workspace_id: number; state: string; kind: string }>(sql`
    update campaigns c set finished_at = ${now.toISOString()}::timestamptz, state = case when state = 'cancelled' then state else 'finished' end
    where c.launched_at is not null and c.finished_at is null and c.state in ('sending', 'paused', 'cancelled')
      and (c.kind = 'campaign' or c.month < ${now.toISOString().slice(0, 7)})
      and not exists (select from streams s where s.campaign_id = c.id and s.next_seq <= s.last_seq)
      and not exists (select from claims k where k.campaign_id = c.id)
      and not exists (select from due u where u.campaign_id = c.id)
      -- A row that waits in no place is a fault: such a campaign stays open, where it is seen.
      and (select coalesce(sum(n), 0) from rollups r where r.campaign_id = c.id and r.state in ('w', 'd')) = 0
    returning c.id, c.workspace_id, c.state, c.kind`);
  const differing: number[] = [];
  for (const { id, workspace_id, state, kind } of rows) {
    const { ok } = await reconcileCampaign(db, id, now);
    if (!ok) differing.push(id);
    if (kind === "campaign" && state === "finished") {
      await recordCampaignEvent(
        { db, actor: { kind: "system" }, now: () => now },
        id,
        "finished",
        finalSentence(await equation(db, id)),
      );
    }
    await notifyLive(db, `campaign:${id}`);
    await notifyLive(db, `workspace:${workspace_id}`);
  }
  if (rows.length > 0) await enqueue(db, "note-accepted", {}, { key: "note-accepted" });
  return { finished: rows.map((row) => row.id), differing };
}

function finalSentence(e: Awaited<ReturnType<typeof equation>>): string {
  const others = (["bounced", "suppressed", "expired", "uncertain"] as const)
    .filter((term) => e[term] > 0)
    .map((term) => `${count(e[term])} ${term}`);
  return `Finished: ${[`${count(e.accepted)} of ${count(e.audience)} accepted`, ...others].join(", ")}.`;
}
