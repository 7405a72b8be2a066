import { sql } from "drizzle-orm";
import type { CampaignState } from "../campaign/types.ts";
import type { AdminCtx } from "../platform/context.ts";

export type CampaignUnderWay = {
  id: number;
  name: string;
  state: CampaignState;
  workspace: string;
  poolId: number;
  pool: string;
  /** Ahead, or with a turn of its own. */
  rest: number;
};

/** Campaigns of all workspaces that still have mail waiting, and the pool that it waits in; of nobody's people. */
export async function listUnderWay(ctx: AdminCtx): Promise<CampaignUnderWay[]> {
  const rows = await ctx.db.execute<CampaignUnderWay>(sql`
    select c.id, c.name, c.state, w.name as workspace, p.id as "poolId", p.name as pool,
      (t.ahead + (select count(*) from due u where u.campaign_id = c.id and u.state <> 'e'))::int as rest
    from campaigns c join workspaces w on w.id = c.workspace_id
    cross join lateral (
      select min(pool_id) as pool_id, coalesce(sum(last_seq - next_seq + 1) filter (where next_seq <= last_seq and state <> 'e'), 0) as ahead
      from streams where campaign_id = c.id) t
    join pools p on p.id = t.pool_id
    where c.kind = 'campaign' and c.state in ('sending', 'paused') order by c.id desc`);
  return rows.filter((row) => row.rest > 0);
}
