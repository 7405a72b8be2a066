import { sql } from "drizzle-orm";
import { wakeLanes } from "#core/delivery/wake-lanes.ts";
import type { Db } from "#core/platform/db.ts";

/**
 * Turns that a lane wrote while its campaign was being paused or resumed, or a retry pinned to its source while that was
 * being held, drained, kept away from the receiver or taken out of the pool, and that therefore say the wrong thing: it
 * read the state without waiting for the person. Called each minute; returns how many it set right.
 */
export async function alignDue(db: Db): Promise<number> {
  const rows = await db.execute<{ state: string }>(sql`
    update due u set state = (case c.state when 'paused' then 'p' else 'r' end)::"char"
    from campaigns c where c.id = u.campaign_id
      and ((c.state = 'paused' and u.state = 'r') or (c.state = 'sending' and u.state = 'p'))
    returning u.state`);
  const freed = await db.execute(sql`
    update due u set source_id = null from sources s
    where s.id = u.source_id and (s.state <> 'active' or s.removed_at is not null or not carries(null, s.avoids, u.bucket)
      or not exists (select from carried p where p.pool_id = u.pool_id and p.source_id = s.id)) returning 1`);
  if (freed.length > 0 || rows.some((row) => row.state === "r")) await wakeLanes(db);
  return rows.length + freed.length;
}
