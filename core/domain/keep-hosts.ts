import { sql } from "drizzle-orm";
import type { Db } from "../platform/db.ts";
import type { DaneAnswer } from "./ask-dane.ts";

export type HostFacts = { host: string; answer: DaneAnswer };

/** Writes what DNS proves about MX hosts; a failed look keeps what was seen before. In the caller's transaction. */
export async function keepHosts(db: Db, found: readonly HostFacts[], now: Date): Promise<void> {
  if (found.length === 0) return;
  const asked = now.toISOString();
  const byHost = new Map(found.map(({ host, answer }) => [host, answer]));
  const rows = [...byHost]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([host, answer]) => ({
      host,
      kind: answer.kind,
      records: "records" in answer ? answer.records : [],
      error: answer.kind === "failed" ? answer.error : null,
    }));
  const given = sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as g(host text, kind text, records jsonb, error text)`;
  await db.execute(sql`
    delete from dane_hosts where host in (select h.host from dane_hosts h join ${given} on g.host = h.host
      where g.kind = 'none' order by h.host for update of h)`);
  await db.execute(sql`
    insert into dane_hosts as h (host, records, is_usable, since, checked_at, error)
    select g.host, g.records, g.kind = 'records', ${asked}::timestamptz, ${asked}::timestamptz, g.error
    from ${given} where g.kind <> 'none' order by g.host
    on conflict (host) do update set checked_at = excluded.checked_at, error = excluded.error,
      records = case when excluded.error is null then excluded.records else h.records end,
      is_usable = case when excluded.error is null then excluded.is_usable else h.is_usable end,
      since = case when excluded.error is null and h.records <> excluded.records then excluded.since else h.since end`);
}
