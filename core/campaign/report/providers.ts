import { sql } from "drizzle-orm";
import { bucketName, siteOfBucket } from "#core/mail/provider/bucket.ts";
import type { Ctx } from "#core/platform/context.ts";
import { isSmallSites } from "./recipient-filter.ts";

export type ProviderRow = {
  /** Buckets that the row sums up; small sites are one row. */
  key: string;
  name: string;
  /** For the filter of recipients. */
  bucket: number | "small";
  audience: number;
  accepted: number;
  bounced: number;
  waiting: number;
  other: number;
  /** Of the replies so far, how many said later; 0 to 1, null before the first. */
  deferredShare: number | null;
  /** Accepted in the last full minute. */
  pace: number;
  /** Replies that said later. */
  deferred: number;
  /** The most frequent of them at these lanes since the launch, with its code. */
  said: string | null;
  /** Why nothing moves: all lanes that could carry it are held or suspended. */
  stopped: { until: Date | null; reply: string | null } | null;
};

type Counted = { bucket: number; state: string; n: number };
type Pace = { bucket: number; accepted: number; deferred: number; bounced: number; pace: number };
type Lanes = { bucket: number; open: number; until: string | null; reply: string | null };

const nameOf = (bucket: number, sites: Map<number, string>): string => {
  if (isSmallSites(bucket)) return "Other sites";
  return bucket === 0 ? "No mail server" : bucketName(bucket, sites.get(siteOfBucket(bucket) ?? 0));
};

/** The ledger by receiving provider from rollups; small sites are one row, at the end. The caller checked whose campaign it is. */
export async function readProviders(ctx: Pick<Ctx, "db">, campaignId: number): Promise<ProviderRow[]> {
  const [counted, paces, lanes, sites, said] = await Promise.all([
    ctx.db.execute<Counted>(sql`
      select bucket, state::text as state, sum(n)::int as n from rollups where campaign_id = ${campaignId} group by 1, 2`),
    ctx.db.execute<Pace>(sql`
      select bucket, sum(accepted)::int as accepted, sum(deferred)::int as deferred, sum(bounced)::int as bounced,
        coalesce(sum(accepted) filter (where minute = date_trunc('minute', now()) - interval '1 minute'), 0)::int as pace
      from campaign_minutes where campaign_id = ${campaignId} group by 1`),
    // Lanes of the pool's sources for each bucket; a relay has one lane for all of them, bucket 0.
    ctx.db.execute<Lanes>(sql`
      select t.bucket, count(*) filter (where l.held_at is null and coalesce(greatest(l.suspended_until, o.suspended_until), 'epoch') < now())::int as open,
        min(greatest(l.suspended_until, o.suspended_until)) filter (where l.held_at is null) as until,
        max(case when o.suspended_until > now() then o.suspended_reply else l.suspended_reply end) filter (where l.held_at is null) as reply
      from streams t join carried p on p.pool_id = t.pool_id and not p.only_pinned and carries(p.bucket, p.avoids, t.bucket) join lanes l on l.source_id = p.source_id and l.bucket in (t.bucket, 0)
      join sources o on o.id = l.source_id
      where t.campaign_id = ${campaignId} group by 1`),
    ctx.db.execute<{ id: number; name: string }>(sql`
      select s.id, s.name from sites s join streams t on t.bucket = s.id + 100000 where t.campaign_id = ${campaignId}`),
    ctx.db.execute<{ bucket: number; said: string }>(sql`
      select distinct on (h.bucket) h.bucket, concat_ws(' ', h.code, h.sample) as said from campaigns c
      join (select distinct source_id, bucket from campaign_minutes where campaign_id = ${campaignId}) m on true
      join reply_hours h on h.source_id = m.source_id and h.bucket = m.bucket and h.hour >= date_trunc('hour', c.launched_at)
        and h.hour <= coalesce(c.finished_at, now()) and h.code between 400 and 499
      where c.id = ${campaignId} order by h.bucket, h.n desc`),
  ]);
  const names = new Map(sites.map((site) => [site.id, site.name]));
  const rows = new Map<string, ProviderRow & { replies: number }>();
  const rowOf = (bucket: number) => {
    const key = isSmallSites(bucket) ? "small" : String(bucket);
    const row = rows.get(key) ?? {
      key,
      name: nameOf(bucket, names),
      bucket: isSmallSites(bucket) ? ("small" as const) : bucket,
      audience: 0,
      accepted: 0,
      bounced: 0,
      waiting: 0,
      other: 0,
      deferredShare: null,
      pace: 0,
      stopped: null,
      replies: 0,
      deferred: 0,
      said: null,
    };
    rows.set(key, row);
    return row;
  };
  for (const { bucket, state, n } of counted) {
    const row = rowOf(bucket);
    row.audience += n;
    if (state === "a") row.accepted += n;
    else if (state === "b") row.bounced += n;
    else if (state === "w" || state === "d") row.waiting += n;
    else row.other += n;
  }
  for (const { bucket, accepted, deferred, bounced, pace } of paces) {
    const row = rowOf(bucket);
    row.replies += accepted + deferred + bounced;
    row.deferred += deferred;
    row.pace += pace;
  }
  for (const { bucket, open, until, reply } of lanes) {
    // One shard that stands still says little of all small sites.
    if (open > 0 || isSmallSites(bucket)) continue;
    rowOf(bucket).stopped = { until: until ? new Date(until) : null, reply };
  }
  // What one of many small sites said says little of the others.
  for (const row of said) if (!isSmallSites(row.bucket)) rowOf(row.bucket).said = row.said;
  return [...rows.values()]
    .filter((row) => row.audience > 0)
    .map(({ replies, ...row }) => ({
      ...row,
      deferredShare: replies === 0 ? null : row.deferred / replies,
    }))
    .sort((a, b) => Number(a.key === "small") - Number(b.key === "small") || b.audience - a.audience);
}
