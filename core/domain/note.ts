import { sql } from "drizzle-orm";
import type { Db } from "#core/platform/db.ts";
import { enqueue } from "#core/platform/jobs.ts";

/**
 * Remembers recipient domains (A-labels) that were never seen, and has them looked up soon.
 * In the caller's transaction; names already known cost a look and nothing else.
 */
export async function noteDomains(db: Db, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  const added = await db.execute(sql`
    insert into domains (name, status)
    select distinct n, 'unknown' from unnest(array(select jsonb_array_elements_text(${JSON.stringify(names)}::jsonb))) n
    where not exists (select from domains d where d.name = n)
    on conflict (name) do nothing returning 1`);
  if (added.length > 0) await wakeResolver(db);
}

/** The same for all domains of a workspace's subscribers: a scan, so before a launch and nightly, not per sign-up. */
export async function noteDomainsOf(db: Db, workspaceId: number): Promise<void> {
  const added = await db.execute(sql`
    insert into domains (name, status)
    select distinct s.domain, 'unknown' from subscribers s
    where s.workspace_id = ${workspaceId} and s.erased_at is null
      and not exists (select from domains d where d.name = s.domain)
    on conflict (name) do nothing returning 1`);
  if (added.length > 0) await wakeResolver(db);
}

/** One waiting job is enough, whoever asks. */
export function wakeResolver(db: Db): Promise<void> {
  return enqueue(db, "resolve-domains", {}, { key: "resolve-domains", priority: 5 });
}
