import type { Sql } from "postgres";

/** So many sites within an hour make it a fact about the address, and no site's own opinion. */
const SITES = 3;
/** Delisting takes hours; then it is tried again, and the same signs suspend it again. */
const REST_MINUTES = 60;

/**
 * Notes that a site refused a source as listed in public. With the third site of an hour the source is suspended everywhere,
 * since all who ask the same list refuse it, and each refusal is counted against it. Returns until when (ms since the epoch)
 * where this sign did it, null else.
 */
export async function noteSourceSign(
  sql: Sql,
  sign: { sourceId: number; siteId: number; reply: string },
): Promise<number | null> {
  await sql`insert into source_signs as s (source_id, site_id, reply) values (${sign.sourceId}, ${sign.siteId}, ${sign.reply})
    on conflict (source_id, site_id) do update set at = now(), reply = excluded.reply`;
  // A statement of its own: of two signs at once the later sees both.
  const [row] = await sql<{ until: number }[]>`
    with stopped as (
      update sources set suspended_until = now() + make_interval(mins => ${REST_MINUTES}), suspended_reply = ${sign.reply}
      where id = ${sign.sourceId} and (suspended_until is null or suspended_until <= now())
        and (select count(*) from source_signs where source_id = ${sign.sourceId}
          and at > greatest(now() - interval '1 hour', sources.suspended_until)) >= ${SITES}
      returning id, name, suspended_until
    ), freed as (
      -- Retries that were meant for it alone go by the others.
      update due set source_id = null where source_id in (select id from stopped)
    ), told as (
      insert into audit_events (action, target, details)
      select 'source.suspend', name, jsonb_build_object('sourceId', id, 'reply', ${sign.reply}::text) from stopped
    )
    select extract(epoch from suspended_until)::float8 * 1000 as until from stopped`;
  return row?.until ?? null;
}
