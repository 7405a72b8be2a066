import { inArray, sql } from "drizzle-orm";
import { stsPolicies } from "#db/schema/index.ts";
import type { Db } from "../platform/db.ts";
import type { KeptPolicy } from "./ask-policy.ts";

/** What is kept of these domains' policies. */
export async function keptPolicies(db: Db, names: readonly string[]): Promise<Map<string, KeptPolicy>> {
  const rows = await db
    .select()
    .from(stsPolicies)
    .where(inArray(stsPolicies.domain, [...names]));
  return new Map(rows.map((row) => [row.domain, row]));
}

/** Writes what a look found; `null` forgets, undefined leaves as it is. In the caller's transaction. */
export async function keepPolicies(
  db: Db,
  found: readonly { name: string; policy: KeptPolicy | null | undefined }[],
  now: Date,
): Promise<void> {
  const gone = found.filter(({ policy }) => policy === null).map(({ name }) => name);
  const asked = now.toISOString();
  if (gone.length > 0) {
    // One that another worker has just got stays: this look may be the older of the two.
    await db.execute(sql`delete from sts_policies where domain in (select p.domain from sts_policies p
      where p.domain in (select jsonb_array_elements_text(${JSON.stringify(gone)}::jsonb))
        and p.checked_at < ${asked}::timestamptz order by p.domain for update)`);
  }
  const kept = found
    .flatMap(({ policy }) => (policy ? [policy] : []))
    .toSorted((a, b) => (a.domain < b.domain ? -1 : 1));
  if (kept.length === 0) return;
  const rows = kept.map(({ domain, id, mode, mx, maxAge, fetchedAt, expiresAt, error }) => ({
    ...{ domain, id, mode, mx, error },
    ...{ max_age: maxAge, fetched_at: fetchedAt, expires_at: expiresAt },
  }));
  await db.execute(sql`
    insert into sts_policies as p (domain, id, mode, mx, max_age, fetched_at, expires_at, since, checked_at, error)
    select g.domain, g.id, g.mode, g.mx, g.max_age, g.fetched_at, g.expires_at, ${asked}::timestamptz, ${asked}::timestamptz, g.error
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as g(domain text, id text, mode text, mx jsonb,
      max_age int, fetched_at timestamptz, expires_at timestamptz, error text) order by g.domain
    on conflict (domain) do update set id = excluded.id, mode = excluded.mode, mx = excluded.mx,
      max_age = excluded.max_age, fetched_at = excluded.fetched_at, expires_at = excluded.expires_at,
      since = case when p.mode is not distinct from excluded.mode and p.mx = excluded.mx then p.since
        else excluded.since end, checked_at = excluded.checked_at, error = excluded.error
      where p.checked_at <= excluded.checked_at`);
}
