import { sql } from "drizzle-orm";
import type { Db } from "#core/platform/db.ts";

/** Ledger rows a statement: some 0.2 s where all of them are new, so that nobody waits for the people it holds. */
const RANGE = 20_000;
/** Campaigns that ended longer ago say nothing new, as in the nightly reconciliation. */
const DAYS = 35;

/**
 * Carries what receivers accepted from the ledger to the people: `last_accepted_at` moves forward, never back. May be run
 * at any time and twice at once.
 *
 * Not part of the settle, which would write a second row for each mail. How far a campaign is stands in
 * `accepted_noted`: the number of acceptances that were counted before its rows were read. They are counted by the minute
 * and in the transaction that settles them, and unlike the rollups never go down (a late bounce takes one away there), so
 * that each later one makes a difference, whenever it happened.
 *
 * Reads the ledger and locks people only, and never waits for one whom somebody else holds (an import takes 20,000 in an
 * order of its own): such a campaign stays behind.
 * @returns how many people were moved, and which campaigns want to be looked at again soon
 */
export async function noteAccepted(
  db: Db,
  now: Date = new Date(),
  range: number = RANGE,
): Promise<{ campaigns: number[]; moved: number; again: number[] }> {
  const behind = await db.execute<Behind>(sql`
    select c.id, c.workspace_id, m.accepted::int as accepted
    from campaigns c cross join lateral (select sum(accepted) as accepted from campaign_minutes where campaign_id = c.id) m
    where c.kind = 'campaign' and c.launched_at is not null and m.accepted > c.accepted_noted
      and (c.finished_at is null or c.finished_at > ${now.toISOString()}::timestamptz - make_interval(days => ${DAYS}))
    order by c.id`);
  let moved = 0;
  const again: number[] = [];
  for (const campaign of behind) {
    const [last] = await db.execute<{ seq: number | null }>(
      sql`select max(seq) as seq from deliveries where campaign_id = ${campaign.id}`,
    );
    let passed = 0;
    for (let from = 0; from <= (last?.seq ?? -1); from += range) {
      const part = await noteRange(db, campaign, from, from + range - 1);
      moved += part.moved;
      passed += part.behind - part.moved;
    }
    if (passed > 0) {
      again.push(campaign.id);
      continue;
    }
    await db.execute(sql`
      update campaigns set accepted_noted = ${campaign.accepted}
      where id = ${campaign.id} and accepted_noted < ${campaign.accepted}`);
  }
  return { campaigns: behind.map(({ id }) => id), moved, again };
}

type Behind = { id: number; workspace_id: number; accepted: number };

/**
 * A lookup per row (`limit 1`), as in the claim: as a join the planner may read everybody in the installation for a range.
 * The condition stands once more at the update, which sees what another run wrote since this statement began.
 */
async function noteRange(
  db: Db,
  campaign: Behind,
  from: number,
  to: number,
): Promise<{ behind: number; moved: number }> {
  const [row] = await db.execute<{ behind: number; moved: number }>(sql`
    with behind as materialized (
      select s.id, d.settled_at from deliveries d
      cross join lateral (select s.id, s.last_accepted_at from subscribers s
        where s.id = d.subscriber_id and s.workspace_id = ${campaign.workspace_id} and s.erased_at is null limit 1) s
      where d.campaign_id = ${campaign.id} and d.seq between ${from} and ${to} and d.state = 'a'
        and (s.last_accepted_at is null or s.last_accepted_at < d.settled_at)
    ), held as materialized (
      select s.id, b.settled_at from behind b join subscribers s on s.id = b.id
      order by s.id for no key update of s skip locked
    ), moved as (
      update subscribers s set last_accepted_at = h.settled_at from held h
      where s.id = h.id and (s.last_accepted_at is null or s.last_accepted_at < h.settled_at) returning s.id
    ) select (select count(*) from behind)::int as behind, (select count(*) from moved)::int as moved`);
  return row!;
}
