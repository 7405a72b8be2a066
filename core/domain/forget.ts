import { sql } from "drizzle-orm";
import type { Db } from "#core/platform/db.ts";
import { wakeResolver } from "./note.ts";

/**
 * Forgets what DNS said of all recipient domains and has them asked again: for the moment when the network changes,
 * because the sandbox's answers hold nowhere else. In the caller's transaction.
 */
export async function forgetDomains(db: Db): Promise<void> {
  await db.execute(sql`update domains set status = 'unknown', site_id = null, mx = '[]', is_signed = false, error = null, resolved_at = null,
    expires_at = now()`);
  await db.execute(sql`delete from sts_policies`);
  await db.execute(sql`delete from dane_hosts`);
  await wakeResolver(db);
}
