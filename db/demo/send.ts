import { finishCampaigns } from "#core/campaign/finish.ts";
import { settle } from "#core/delivery/settle.ts";
import type { DemoSource, House } from "./house.ts";
import { type Memory, paceOf, type Turn, tryOnce } from "./outcomes.ts";
import { isColdThen, restOfDay, takeWarmup } from "./warm-up.ts";

/** A launched campaign, or a month's system mail. */
export type Sent = { id: number; senderDomainId: number; launchedAt: Date; expiresAt: Date | null };

const PER_FLUSH = 1_000;

type Row = {
  seq: number;
  address: string;
  bucket: number;
  attempts: number;
  first_at: Date | null;
  due_at: Date | null;
  source_id: number | null;
};

/**
 * Sends what a launched campaign (or a month's system mail) has waiting, as lanes would have done it: claims, tries,
 * settles with the engine's own statement, retries until the demo's present. What would come later stays in `due`,
 * where the real lanes find it.
 */
export async function sendCampaign(house: House, memory: Memory, campaign: Sent): Promise<void> {
  for (
    let rows = await takeAhead(house, campaign.id);
    rows.length > 0;
    rows = await takeDue(house, campaign.id)
  ) {
    await sendRound(house, memory, campaign, rows);
  }
  await finishCampaigns(house.db, await lastMoment(house, campaign.id));
}

/** Sends once what these buckets have ahead, and no retry: as far as a campaign came that was stopped. */
export async function sendBeginning(
  house: House,
  memory: Memory,
  campaign: Sent,
  buckets: readonly number[],
): Promise<void> {
  await sendRound(house, memory, campaign, await takeAhead(house, campaign.id, buckets));
}

/** Moves cursors to their ends: this mail is ours now. Mail without a cursor (system mail) is in `due`. */
async function takeAhead(
  house: House,
  campaignId: number,
  buckets: readonly number[] | null = null,
): Promise<Row[]> {
  const rows = await house.sql<Row[]>`
    with taken as (update streams set next_seq = last_seq + 1, served_at = now() where campaign_id = ${campaignId} and next_seq <= last_seq
        and (${buckets as number[]}::int[] is null or bucket = any(${buckets as number[]}::int[]))
      returning bucket, first_seq, last_seq)
    select d.seq, d.address, t.bucket, d.attempts, d.first_at, null::timestamptz as due_at, null::smallint as source_id
    from taken t join deliveries d on d.campaign_id = ${campaignId} and d.seq between t.first_seq and t.last_seq order by d.seq`;
  return rows.length > 0 ? rows : takeDue(house, campaignId);
}

async function takeDue(house: House, campaignId: number): Promise<Row[]> {
  return house.sql<Row[]>`
    with taken as (delete from due where campaign_id = ${campaignId} and due_at < ${house.now} returning seq, bucket, due_at, source_id)
    select d.seq, d.address, t.bucket, d.attempts, d.first_at, t.due_at, t.source_id
    from taken t join deliveries d on d.campaign_id = ${campaignId} and d.seq = t.seq order by d.seq`;
}

async function sendRound(house: House, memory: Memory, campaign: Sent, rows: readonly Row[]): Promise<void> {
  const turns = await claim(house, campaign, rows);
  const outcomes = turns.map((turn) => tryOnce(house, memory, campaign, turn)).sort((a, b) => a.at - b.at);
  for (let from = 0; from < outcomes.length; from += PER_FLUSH) {
    await settle(house.sql, { outcomes: outcomes.slice(from, from + PER_FLUSH), finished: [] });
  }
  const claims = [...new Set(turns.map((turn) => turn.claimId))];
  await settle(house.sql, { outcomes: [], finished: claims.map((claimId) => ({ claimId, epoch: 0 })) });
}

/** One claim a lane, as the ledger's rule asks: every waiting row is in exactly one place, also in between. */
async function claim(house: House, campaign: Sent, rows: readonly Row[]): Promise<Turn[]> {
  const lanes = new Map<string, { source: DemoSource; bucket: number; rows: Row[] }>();
  const cold = await openCold(house, campaign, rows);
  for (const row of rows) {
    const source =
      house.sources.find(({ id }) => id === row.source_id) ?? sourceFor(house, campaign, row, cold);
    const key = `${source.id} ${row.bucket}`;
    const lane = lanes.get(key) ?? { source, bucket: row.bucket, rows: [] };
    lane.rows.push(row);
    lanes.set(key, lane);
  }
  const given = [...lanes.values()].map(({ source, bucket, rows }) => ({
    source: source.id,
    bucket,
    seqs: rows.map((row) => row.seq),
  }));
  const wanted = house.sql`jsonb_to_recordset(${house.sql.json(given)}) as g(source smallint, bucket int, seqs int[])`;
  await house.sql`insert into lanes (source_id, bucket, wake_at) select source, bucket, ${campaign.launchedAt} from ${wanted} on conflict do nothing`;
  const made = await house.sql<{ id: number; key: string }[]>`
    with put as (
      insert into claims (lane_id, epoch, campaign_id, pool_id, bucket, class, seqs, claimed_at)
      select l.id, 0, ${campaign.id}, ${house.poolId}, g.bucket, 5, g.seqs, ${campaign.launchedAt}
      from ${wanted} join lanes l on l.source_id = g.source and l.bucket = g.bucket returning id, lane_id)
    select p.id::int, l.source_id || ' ' || l.bucket as key from put p join lanes l on l.id = p.lane_id`;
  return made.flatMap(({ id, key }) => turnsOf(house, campaign, id, lanes.get(key)!, cold));
}

/** First tries that the second address may still make, by bucket, and how far apart; those without a cap are not in it. */
type Cold = Map<number, { room: number; pace: number }>;

async function openCold(house: House, campaign: Sent, rows: readonly Row[]): Promise<Cold> {
  const cold: Cold = new Map();
  for (const bucket of new Set(rows.map((row) => row.bucket))) {
    const wanted = rows.filter((row) => row.bucket === bucket && row.due_at === null).length;
    const room = wanted > 0 && (await takeWarmup(house, { bucket, moment: campaign.launchedAt, wanted }));
    if (typeof room === "number")
      cold.set(bucket, { room, pace: (0.8 * restOfDay(campaign.launchedAt)) / Math.max(1, room) });
  }
  return cold;
}

/** A cold address takes its allowance, the warm one what is over. */
function sourceFor(house: House, campaign: Sent, row: Row, cold: Cold): DemoSource {
  const isAgain = row.due_at !== null;
  if (isAgain && isColdThen(house, row.bucket, campaign.launchedAt)) return house.sources[0];
  const allowance = isAgain ? undefined : cold.get(row.bucket);
  if (!allowance) return house.sources[house.chance.happens(0.5) ? 0 : 1];
  if (allowance.room === 0) return house.sources[0];
  allowance.room -= 1;
  return house.sources[1];
}

function turnsOf(
  house: House,
  campaign: Sent,
  claimId: number,
  lane: { source: DemoSource; bucket: number; rows: Row[] },
  cold: Cold,
): Turn[] {
  const { source, bucket } = lane;
  const pace = (source === house.sources[1] && cold.get(bucket)?.pace) || paceOf(bucket);
  return lane.rows.map((row, turn) => {
    const first = campaign.launchedAt.getTime() + 4_000 + turn * pace * (0.8 + house.chance.next() * 0.4);
    const at = Math.min(Math.round(row.due_at?.getTime() ?? first), house.now.getTime());
    return {
      seq: row.seq,
      address: row.address,
      bucket,
      attempts: row.attempts,
      firstAt: row.first_at?.getTime() ?? null,
      claimId,
      source,
      at,
    };
  });
}

async function lastMoment(house: House, campaignId: number): Promise<Date> {
  const [row] = await house.sql<{ at: Date | null }[]>`
    select max(minute) + interval '1 minute' as at from campaign_minutes where campaign_id = ${campaignId}`;
  return row?.at && row.at < house.now ? row.at : house.now;
}
