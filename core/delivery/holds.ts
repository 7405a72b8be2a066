import type { Sql } from "postgres";

/** Small sites that a source has to leave alone, and until when (ms since the epoch). */
export async function siteHolds(sql: Sql, sourceId: number): Promise<Map<number, number>> {
  const rows = await sql<{ id: number; until: number }[]>`
    select site_id as id, extract(epoch from until)::float8 * 1000 as until from site_holds
    where source_id = ${sourceId} and until > now()`;
  return new Map(rows.map((row) => [row.id, row.until]));
}

/** Leaves a small site alone until then (ms since the epoch), for one source. A longer hold stays. */
export async function holdSite(
  sql: Sql,
  of: { sourceId: number; siteId: number; until: number; reply: string },
): Promise<void> {
  await sql`insert into site_holds (source_id, site_id, until, reply)
    values (${of.sourceId}, ${of.siteId}, to_timestamp(${of.until}::float8 / 1000.0), ${of.reply})
    on conflict (source_id, site_id) do update set until = greatest(site_holds.until, excluded.until), reply = excluded.reply`;
}

/** Sender domains whose mail rests in a bucket, and until when (ms since the epoch). */
export async function senderHolds(sql: Sql, bucket: number): Promise<Map<number, number>> {
  const rows = await sql<{ id: number; until: number }[]>`
    select sender_domain_id as id, extract(epoch from until)::float8 * 1000 as until from sender_holds
    where bucket = ${bucket} and until > now()`;
  return new Map(rows.map((row) => [row.id, row.until]));
}

/** Lets a sender domain's mail rest in a bucket, whatever the source. A longer hold stays. */
export async function holdSender(
  sql: Sql,
  of: { senderDomainId: number; bucket: number; until: number; reply: string },
): Promise<void> {
  await sql`insert into sender_holds (sender_domain_id, bucket, until, reply)
    values (${of.senderDomainId}, ${of.bucket}, to_timestamp(${of.until}::float8 / 1000.0), ${of.reply})
    on conflict (sender_domain_id, bucket) do update set until = greatest(sender_holds.until, excluded.until), reply = excluded.reply`;
}
