import { and, desc, eq, sql } from "drizzle-orm";
import { DELIVERY_STATES, type DeliveryStateCode } from "#core/delivery/types.ts";
import type { Db } from "#core/platform/db.ts";
import { notifyLive } from "#core/platform/notify.ts";
import { campaignEvents } from "#db/schema/index.ts";
import { ledgerInvariant } from "./invariant.ts";

export type Reconciliation = {
  ok: boolean;
  /** Where the counts say something else than the ledger's rows. */
  differences: { state: DeliveryStateCode; ledger: number; rollup: number }[];
};

/**
 * Counts a campaign's ledger rows and compares them with the rollups and the frozen audience, in one snapshot
 * (0.2 s per million rows). A difference becomes an event of the campaign, once; nothing is repaired.
 */
export async function reconcileCampaign(
  db: Db,
  campaignId: number,
  now: Date = new Date(),
): Promise<Reconciliation> {
  const rows = await db.execute<{
    state: DeliveryStateCode | null;
    ledger: number;
    rollup: number;
    audience: number;
  }>(sql`
    select x.state, coalesce(x.ledger, 0)::int as ledger, coalesce(x.rollup, 0)::int as rollup, c.audience_size as audience
    from campaigns c left join (
      select state, l.n as ledger, r.n as rollup
      from (select state, count(*) n from deliveries where campaign_id = ${campaignId} group by state) l
      full join (select state, sum(n) n from rollups where campaign_id = ${campaignId} group by state) r using (state)
    ) x on true where c.id = ${campaignId} order by x.state`);
  const differences = rows.flatMap(({ state, ledger, rollup }) =>
    state !== null && ledger !== rollup ? [{ state, ledger, rollup }] : [],
  );
  const total = rows.reduce((sum, row) => sum + row.ledger, 0);
  const audience = rows[0]?.audience ?? 0;
  const parts = differences.map(
    (d) => `${DELIVERY_STATES[d.state]} is ${d.rollup} in the counts and ${d.ledger} in the ledger`,
  );
  if (total !== audience) parts.push(`the ledger has ${total} rows for an audience of ${audience}`);
  if (parts.length > 0) await say(db, campaignId, `Does not add up: ${parts.join("; ")}.`, now);
  return { ok: parts.length === 0, differences };
}

async function say(db: Db, campaignId: number, sentence: string, now: Date): Promise<void> {
  const [last] = await db
    .select({ sentence: campaignEvents.sentence })
    .from(campaignEvents)
    .where(and(eq(campaignEvents.campaignId, campaignId), eq(campaignEvents.kind, "ledger-difference")))
    .orderBy(desc(campaignEvents.id))
    .limit(1);
  if (last?.sentence === sentence) return;
  await db.insert(campaignEvents).values({ campaignId, kind: "ledger-difference", sentence, at: now });
  await notifyLive(db, `campaign:${campaignId}`);
  await notifyLive(db, "system");
}

/**
 * Reconciles campaigns that run or were launched in the last `days`, and checks the invariant of those that run.
 * @returns how many were looked at, which of them differ, and how many waiting rows are in no place or in two
 */
export async function reconcileLedger(
  db: Db,
  now: Date = new Date(),
  days = 35,
): Promise<{ checked: number; differing: number[]; misplaced: number }> {
  const rows = await db.execute<{ id: number; finished: boolean }>(sql`
    select id, finished_at is not null as finished from campaigns where launched_at is not null
      and (finished_at is null or launched_at > ${now.toISOString()}::timestamptz - make_interval(days => ${days})) order by id`);
  const differing: number[] = [];
  let misplaced = 0;
  for (const { id, finished } of rows) {
    if (!(await reconcileCampaign(db, id, now)).ok) differing.push(id);
    if (!finished) misplaced += (await ledgerInvariant(db, id)).misplaced;
  }
  return { checked: rows.length, differing, misplaced };
}
