import { sql } from "drizzle-orm";
import type { PathPayload } from "../mail/links.ts";
import { dayOf } from "../mail/warmup/caps.ts";
import type { Ctx } from "../platform/context.ts";
import { warmupBucket } from "../warmup/types.ts";

type Reply = { code: number | null; enhanced: string | null; reply: string; verdict: number | null };

/** The bucket that a delivery was sent in: its stream's range, else where its source counted it. */
const BUCKET = (about: PathPayload, source: ReturnType<typeof sql>) => sql`coalesce(
  (select bucket from streams where campaign_id = ${about.campaign} and ${about.seq} between first_seq and last_seq limit 1),
  (select bucket from rollups where campaign_id = ${about.campaign} and source_id = ${source} and state = 'a' and n > 0 order by bucket limit 1),
  0)`;

const SENDER_DOMAIN = (about: PathPayload) => sql`coalesce((
  select s.sender_domain_id from campaigns c
  left join system_mails m on m.campaign_id = c.id and m.seq = ${about.seq}
  join senders s on s.id = coalesce(m.sender_id, c.sender_id) where c.id = ${about.campaign}), 0)`;

/**
 * Turns an accepted (or uncertain, or waiting) delivery into a bounced one because a report said so, with its attempt,
 * counts as deltas. Twice changes nothing. Returns the address it went to, null where the ledger has no such row.
 */
export async function bounceDelivery(
  ctx: Ctx,
  about: PathPayload,
  reply: Reply,
): Promise<{ address: string; addressKey: string } | null> {
  const [row] = await ctx.db.execute<{
    address: string;
    was: string;
    source_id: number | null;
    attempts: number;
    bucket: number;
  }>(sql`
    select d.address, d.state::text as was, d.source_id, d.attempts, ${BUCKET(about, sql`d.source_id`)} as bucket
    from deliveries d where d.campaign_id = ${about.campaign} and d.seq = ${about.seq} for no key update`);
  if (!row) return null;
  const found = { address: row.address, addressKey: row.address.toLowerCase() };
  if (!["a", "x", "d"].includes(row.was)) return found;
  const source = row.source_id ?? 0;
  await ctx.db.execute(sql`delete from due where campaign_id = ${about.campaign} and seq = ${about.seq}`);
  await ctx.db.execute(sql`
    update deliveries set state = 'b', code = ${reply.code}, enhanced = ${reply.enhanced}, reply = ${reply.reply},
      verdict = ${reply.verdict}, attempts = attempts + 1
    where campaign_id = ${about.campaign} and seq = ${about.seq}`);
  await ctx.db.execute(sql`
    insert into attempts (campaign_id, seq, n, at, source_id, bucket, code, enhanced, verdict, reply)
    values (${about.campaign}, ${about.seq}, ${row.attempts + 1}, ${ctx.now().toISOString()}::timestamptz, ${row.source_id}, ${row.bucket}, ${reply.code}, ${reply.enhanced}, ${reply.verdict}, ${reply.reply})
    on conflict do nothing`);
  await ctx.db.execute(sql`
    insert into rollups as r (campaign_id, bucket, source_id, state, n)
    values (${about.campaign}, ${row.bucket}, ${source}, ${row.was}::"char", -1), (${about.campaign}, ${row.bucket}, ${source}, 'b', 1)
    on conflict (campaign_id, bucket, source_id, state) do update set n = r.n + excluded.n`);
  await countHour(ctx, about, "bounced", row.bucket, source);
  return found;
}

/** Counts a complaint in the hour it came, for the lane that the mail left by. */
export async function countComplaint(ctx: Ctx, about: PathPayload): Promise<void> {
  const [row] = await ctx.db.execute<{ source_id: number | null; bucket: number }>(sql`
    select d.source_id, ${BUCKET(about, sql`d.source_id`)} as bucket
    from deliveries d where d.campaign_id = ${about.campaign} and d.seq = ${about.seq}`);
  if (!row) return;
  // It counts on the day it came, as providers count. Before the hour, like a flush: else one would wait for the other.
  const day = dayOf(ctx.now().getTime());
  await ctx.db.execute(sql`update source_days set complaints = complaints + 1
    where source_id = ${row.source_id ?? 0} and bucket = ${warmupBucket(row.bucket)} and day = ${day}`);
  await countHour(ctx, about, "complained", row.bucket, row.source_id ?? 0);
}

async function countHour(
  ctx: Ctx,
  about: PathPayload,
  what: "bounced" | "complained",
  bucket: number,
  source: number,
): Promise<void> {
  const column = sql.identifier(what);
  await ctx.db.execute(sql`
    insert into delivery_hours as h (source_id, bucket, sender_domain_id, hour, ${column})
    values (${source}, ${bucket}, ${SENDER_DOMAIN(about)}, date_trunc('hour', ${ctx.now().toISOString()}::timestamptz), 1)
    on conflict (hour, bucket, source_id, sender_domain_id) do update set ${column} = h.${column} + 1`);
}
