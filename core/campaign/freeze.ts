import { type SQL, sql } from "drizzle-orm";
import { CLASS_CAMPAIGN } from "#core/delivery/types.ts";
import { wakeResolver } from "#core/domain/note.ts";
import { VERDICTS } from "#core/mail/reply/types.ts";
import type { Db } from "#core/platform/db.ts";
import { SMALL_SITES } from "../warmup/types.ts";
import { type AudienceParts, audienceSql } from "./audience-sql.ts";
import { homesSql, NO_BUCKET, PER_HOST_BUCKETS, poolSql } from "./placement.ts";

/**
 * First half of a freeze: who the audience is at this moment, in a table of this transaction named `frozen`.
 * Nothing lasting is written, so that the launch can still say no.
 */
export async function gatherAudience(
  db: Db,
  parts: AudienceParts,
): Promise<{ candidates: number; audience: number }> {
  // Sorting and hashing a million people in memory (~250 MB) instead of in files; JIT would cost more than it saves.
  await db.execute(sql`set local work_mem = '256MB'`);
  await db.execute(sql`set local jit = off`);
  // People who were imported a moment ago are not in the planner's statistics. It then takes a thousand for one, and joins
  // in nested loops: 20 s for 6,000 people and four times that for twice as many. Hashed it is 0.1 s, whatever it believes.
  await db.execute(sql`set local enable_nestloop = off`);
  await db.execute(sql`create temp table frozen on commit drop as ${audienceSql(parts)}`);
  await db.execute(sql`analyze frozen`);
  const [row] = await db.execute<{ candidates: number; audience: number }>(
    sql`select count(*)::int as candidates, (count(*) filter (where reason is null))::int as audience from frozen`,
  );
  return row!;
}

/** A stretch of `seq` that is one bucket's mail. */
type Stretch = { bucket: number; first: number; last: number; n: number };

/**
 * Second half: the ledger, in the order of sending. `seq` goes by bucket, lap, a hash of domain and campaign, turn:
 * a lap has one recipient of each domain, or up to ten where the domains of a bucket have servers of their own.
 * Domains that take no mail stand in front, bounced without an attempt. Where a source of the pool is being warmed up,
 * those who read most go first: what they do makes it known.
 */
export async function writeLedger(
  db: Db,
  campaign: {
    id: number;
    workspaceId: number;
    poolId: number | null;
    senderDomainId: number;
    expiresAt: Date;
  },
  now: Date,
): Promise<{ written: number; excluded: number }> {
  const { id } = campaign;
  const added = await db.execute(sql`insert into domains (name, status)
    select distinct domain, 'unknown' from frozen f where reason is null
      and not exists (select from domains d where d.name = f.domain) order by domain
    on conflict (name) do nothing returning 1`);
  if (added.length > 0) await wakeResolver(db);
  await db.execute(sql`insert into exclusions (campaign_id, subscriber_id, reason, value)
    select ${id}, subscriber_id, reason, coalesce(value, '') from frozen where reason is not null`);

  const { tier, people } = await tierSql(db, campaign, now);
  const stretches = await db.execute<Stretch>(sql`
    with counted as (
      select f.domain, count(*) as n from frozen f where f.reason is null group by f.domain
    ), homes as (
      ${homesSql(sql`counted`, now)}
    ), turns as (
      select f.subscriber_id, f.address, f.list_id, h.domain, h.bucket, coalesce(h.site_id, 0) as site_id,
        h.is_dead, h.status, h.error, ${tier} as tier, row_number() over (partition by f.domain, ${tier} order by f.subscriber_id) as turn
      from frozen f join homes h on h.domain = f.domain ${people} where f.reason is null
    ), placed as materialized (
      select t.*, row_number() over (order by bucket, tier,
        case when bucket between 1000 and 1015 or bucket = any(${`{${PER_HOST_BUCKETS.join(",")}}`}::int[]) then (turn - 1) / 10 else turn end,
        hashtextextended(domain, ${id}), domain, turn)::int as seq
      from turns t
    ), written as (
      insert into deliveries (campaign_id, seq, subscriber_id, address, domain, site_id, list_id, state, settled_at, enhanced, reply, verdict)
      select ${id}, seq, subscriber_id, address, domain, site_id, list_id, case when is_dead then 'b' else 'w' end,
        case when is_dead then ${now.toISOString()}::timestamptz end,
        case when is_dead then case status when 'null-mx' then '5.1.10' when 'no-domain' then '5.1.2' else '5.4.4' end end,
        case when is_dead then error end, case when is_dead then ${VERDICTS.indexOf("dns")}::smallint end
      from placed order by seq
    ) select bucket, min(seq) as first, max(seq) as last, count(*)::int as n from placed group by bucket`);

  const ranges = sql`jsonb_to_recordset(${JSON.stringify(stretches)}::jsonb) as r(bucket int, first int, last int, n int)`;
  await db.execute(sql`insert into rollups (campaign_id, bucket, state, n)
    select ${id}, bucket, case when bucket = ${NO_BUCKET} then 'b' else 'w' end::"char", n from ${ranges}`);
  await db.execute(sql`
    insert into streams (pool_id, bucket, campaign_id, class, workspace_id, sender_domain_id, expires_at, first_seq, next_seq, last_seq)
    select ${poolSql(campaign.workspaceId, campaign.poolId)}, bucket, ${id}, ${CLASS_CAMPAIGN}, ${campaign.workspaceId},
      ${campaign.senderDomainId}, ${campaign.expiresAt.toISOString()}::timestamptz, first, first, last
    from ${ranges} where bucket <> ${NO_BUCKET}`);
  const [row] = await db.execute<{ written: number; excluded: number }>(sql`
    select (select count(*)::int from deliveries where campaign_id = ${id}) as written,
      (select count(*)::int from exclusions where campaign_id = ${id}) as excluded`);
  return row!;
}

/**
 * How eager a recipient is, 0 first, as the five bars of a person's page; all are 0 in buckets where no source of the
 * pool is being warmed up, so that nothing is read for it. `h` and `f` are the home and the frozen row.
 */
async function tierSql(
  db: Db,
  campaign: { workspaceId: number; poolId: number | null },
  now: Date,
): Promise<{ tier: SQL; people: SQL }> {
  const rows = await db.execute<{ bucket: number }>(sql`
    select distinct w.bucket from warmups w join pool_sources ps on ps.source_id = w.source_id join sources s on s.id = w.source_id
    where w.graduated_day is null and carries(null, s.avoids, w.bucket) and ps.pool_id = ${poolSql(campaign.workspaceId, campaign.poolId)}`);
  if (rows.length === 0) return { tier: sql`0`, people: sql`` };
  const cold = `{${rows.map((row) => row.bucket).join(",")}}`;
  const since = (column: string, days: number) =>
    sql`p.${sql.identifier(column)} > ${now.toISOString()}::timestamptz - make_interval(days => ${days}::int)`;
  const tier = sql`case when (case when h.bucket < 100 then h.bucket else ${SMALL_SITES}::int end) <> all(${cold}::int[]) then 0
      when ${since("last_clicked_at", 30)} then 0 when ${since("last_clicked_at", 90)} then 1 when ${since("last_opened_at", 30)} then 2
      when ${since("last_opened_at", 180)} or ${since("last_clicked_at", 365)} then 3 when p.last_accepted_at is not null then 4 else 5 end`;
  return { tier, people: sql`left join subscribers p on p.id = f.subscriber_id` };
}
