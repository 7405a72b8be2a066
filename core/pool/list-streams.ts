import { sql } from "drizzle-orm";
import type { AdminCtx } from "../platform/context.ts";

/** One kind of a workspace's mail: what carries it, and in whose name it goes. */
export type StreamRow = {
  workspaceId: number;
  workspace: string;
  stream: "campaigns" | "system";
  pool: string;
  /** System mail that has no pool of its own goes with the campaigns. */
  isOwn: boolean;
  /** Sender domains: those that campaigns can be sent from, and the one of the default sender, which system mail has. */
  domains: { name: string; dkimSelector: string }[];
};

/** Which pool and which sender domains each kind of mail of each workspace uses from the next launch or mail on. */
export async function listStreams(ctx: AdminCtx): Promise<StreamRow[]> {
  const rows = await ctx.db.execute<StreamRow>(sql`
    with house as (
      select w.id, w.name, coalesce(w.pool_id, (select id from pools order by is_default desc, id limit 1)) as pool_id, w.system_pool_id,
        (select s.id from senders s where s.workspace_id = w.id and s.removed_at is null
          order by s.id = w.default_sender_id desc nulls last, s.id limit 1) as system_sender_id
      from workspaces w
    )
    select h.id as "workspaceId", h.name as workspace, k.stream, p.name as pool,
      (k.stream = 'campaigns' or h.system_pool_id is not null) as "isOwn",
      (select coalesce(jsonb_agg(distinct jsonb_build_object('name', d.name, 'dkimSelector', d.dkim_selector)), '[]')
        from senders s join sender_domains d on d.id = s.sender_domain_id
        where s.workspace_id = h.id and s.removed_at is null and (k.stream = 'campaigns' or s.id = h.system_sender_id)) as domains
    from house h cross join (values ('campaigns'), ('system')) k (stream)
    join pools p on p.id = case when k.stream = 'system' then coalesce(h.system_pool_id, h.pool_id) else h.pool_id end
    order by h.name, h.id, k.stream`);
  return [...rows];
}
