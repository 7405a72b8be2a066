import { eq, type SQL, sql } from "drizzle-orm";
import type { Ctx } from "#core/platform/context.ts";
import type { Db } from "#core/platform/db.ts";
import { notifyLive } from "#core/platform/notify.ts";
import { campaigns } from "#db/schema/index.ts";
import { finishCampaigns } from "./finish.ts";

/** Rows a transaction: about 0.2 s. */
const CHUNK = 10_000;

/** The job that closes this campaign's ledger rows. */
export const closeKey = (campaignId: number): string => `close:${campaignId}`;

/**
 * Moves what is left of a cancelled or expired campaign to its final state in the ledger, in chunks that commit on
 * their own. May be run again at any time. What a lane still holds is left to the lane.
 * @returns how many rows were closed, and how many claims lanes still hold: come again while there are any
 */
export async function closeCampaign(
  ctx: Ctx,
  input: { campaignId: number; chunk?: number },
): Promise<{ closed: number; claims: number }> {
  const id = input.campaignId;
  const chunk = input.chunk ?? CHUNK;
  const [campaign] = await ctx.db.select().from(campaigns).where(eq(campaigns.id, id));
  if (!campaign?.launchedAt || campaign.kind !== "campaign") return { closed: 0, claims: 0 };
  const isCancelled = campaign.state === "cancelled";
  const isLate =
    campaign.stopReason !== null || (campaign.expiresAt !== null && campaign.expiresAt <= ctx.now());
  if (!isCancelled && !isLate) return { closed: 0, claims: 0 };
  const reason = isCancelled ? null : campaign.stopReason;
  const end = { id, state: isCancelled ? "c" : "e", at: ctx.now().toISOString(), reason };

  let closed = 0;
  for (const step of [closeDue, closeAhead]) {
    for (let part = await step(ctx.db, end, chunk); part.taken > 0; part = await step(ctx.db, end, chunk)) {
      closed += part.closed;
      await notifyLive(ctx.db, `campaign:${id}`);
    }
  }
  // Nobody will look at those again that ended worker after worker: what they name is closed with the rest.
  await ctx.db.execute(sql`delete from claims where campaign_id = ${id} and set_aside_at is not null`);
  const [held] = await ctx.db.execute<{ n: number }>(
    sql`select count(*)::int as n from claims where campaign_id = ${id}`,
  );
  const claims = held?.n ?? 0;
  // Lanes hand nothing back to a cancelled campaign: what they had is in no place once their claims are gone.
  if (claims === 0) closed += await closeStrays(ctx.db, end, chunk);
  if (claims === 0) await finishCampaigns(ctx.db, ctx.now());
  return { closed, claims };
}

/** `reason` takes the place of the last reply, which `attempts` keeps. */
type End = { id: number; state: string; at: string; reason: string | null };
type Part = { taken: number; closed: number };

async function closeDue(db: Db, end: End, chunk: number): Promise<Part> {
  return close(
    db,
    end,
    sql`with taken as (
      delete from due u using (select seq from due where campaign_id = ${end.id} order by seq limit ${chunk} for update) k
      where u.campaign_id = ${end.id} and u.seq = k.seq returning u.seq, u.bucket
    )`,
  );
}

/** One stream at a time, its cursor moved over what is closed, as a lane would. */
async function closeAhead(db: Db, end: End, chunk: number): Promise<Part> {
  return close(
    db,
    end,
    sql`with s as (
      select * from streams where campaign_id = ${end.id} and next_seq <= last_seq order by pool_id, bucket, wave limit 1 for update
    ), moved as (
      update streams t set state = ${end.state}::"char", next_seq = least(s.next_seq + ${chunk}, s.last_seq + 1) from s
      where t.pool_id = s.pool_id and t.bucket = s.bucket and t.campaign_id = s.campaign_id and t.wave = s.wave
      returning t.bucket, s.next_seq as f, t.next_seq - 1 as e
    ), taken as (select g.seq, m.bucket from moved m, generate_series(m.f, m.e) g(seq))`,
  );
}

async function closeStrays(db: Db, end: End, chunk: number): Promise<number> {
  let closed = 0;
  for (;;) {
    const part = await close(
      db,
      end,
      sql`with taken as (
        select d.seq, s.bucket from deliveries d join streams s on s.campaign_id = d.campaign_id and d.seq between s.first_seq and s.last_seq
        where d.campaign_id = ${end.id} and d.state in ('w', 'd')
          and not exists (select from due u where u.campaign_id = d.campaign_id and u.seq = d.seq) limit ${chunk}
      )`,
    );
    if (part.closed === 0) return closed;
    closed += part.closed;
  }
}

/** Ends the rows in `taken(seq, bucket)`, and counts what really changed. Source 0: no lane did it. */
async function close(db: Db, end: End, taken: SQL): Promise<Part> {
  const [part] = await db.execute<Part>(sql`
    ${taken}, old as materialized (
      select d.seq, d.state as was, t.bucket from taken t join deliveries d on d.campaign_id = ${end.id} and d.seq = t.seq
      where d.state in ('w', 'd') order by d.seq for no key update of d
    ), done as (
      update deliveries d set state = ${end.state}::"char", settled_at = ${end.at}::timestamptz${
        end.reason === null
          ? sql``
          : sql`, reply = ${end.reason}, code = null, enhanced = null, verdict = null`
      }
      from old where d.campaign_id = ${end.id} and d.seq = old.seq returning old.bucket, old.was
    ), delta as (
      select bucket, was as state, -count(*) as n from done group by bucket, was
      union all select bucket, ${end.state}::"char", count(*) from done group by bucket
    ), counted as (
      insert into rollups as r (campaign_id, bucket, source_id, state, n)
      select ${end.id}, bucket, 0, state, n from delta order by bucket, state
      on conflict (campaign_id, bucket, source_id, state) do update set n = r.n + excluded.n
    ) select (select count(*)::int from taken) as taken, (select count(*)::int from done) as closed`);
  return part!;
}
