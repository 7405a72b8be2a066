import { sql } from "drizzle-orm";
import type { WorkspaceCtx } from "#core/platform/context.ts";

export type Engagement = {
  /** People (unique) and all hits of people. */
  opened: number;
  opens: number;
  clicked: number;
  clicks: number;
  unsubscribed: number;
  complained: number;
  /** Hits of programs, by class and why. */
  machines: { kind: string; class: string; because: string; people: number; n: number }[];
};

export type LinkRow = { n: number; url: string; people: number; clicks: number };

/** Opens and clicks of a campaign; people counted apart from programs, nothing is thrown away. */
export async function readEngagement(ctx: WorkspaceCtx, campaignId: number): Promise<Engagement> {
  const [row] = await ctx.db.execute<Omit<Engagement, "machines">>(sql`
    select count(distinct seq) filter (where kind = 'open')::int as opened, count(*) filter (where kind = 'open')::int as opens,
      count(distinct seq) filter (where kind = 'click')::int as clicked, count(*) filter (where kind = 'click')::int as clicks,
      (select count(distinct e.subscriber_id)::int from consent_events e
        where e.workspace_id = ${ctx.workspaceId} and e.campaign_id = ${campaignId} and e.kind = 'unsubscribed' and e.source <> 'Complaint') as unsubscribed,
      (select count(distinct r.seq)::int from reports r where r.campaign_id = ${campaignId} and r.kind = 'complaint') as complained
    from hits where campaign_id = ${campaignId} and workspace_id = ${ctx.workspaceId} and class = 'human'`);
  const machines = await ctx.db.execute<Engagement["machines"][number]>(sql`
    select kind::text as kind, class::text as class, because, count(distinct seq)::int as people, count(*)::int as n from hits
    where campaign_id = ${campaignId} and workspace_id = ${ctx.workspaceId} and class <> 'human' group by 1, 2, 3 order by 5 desc limit 20`);
  return {
    ...(row ?? { opened: 0, opens: 0, clicked: 0, clicks: 0, unsubscribed: 0, complained: 0 }),
    machines: [...machines],
  };
}

/** The links of a launched campaign with who clicked them. */
export async function readLinks(ctx: WorkspaceCtx, campaignId: number): Promise<LinkRow[]> {
  const rows = await ctx.db.execute<LinkRow>(sql`
    select k.n, k.url, count(distinct h.seq)::int as people, count(h.id)::int as clicks
    from campaign_links k join campaigns c on c.id = k.campaign_id and c.workspace_id = ${ctx.workspaceId}
    left join hits h on h.campaign_id = k.campaign_id and h.link = k.n and h.kind = 'click' and h.class = 'human'
    where k.campaign_id = ${campaignId} group by k.n, k.url order by 3 desc, k.n`);
  return [...rows];
}
