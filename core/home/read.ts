import { sql } from "drizzle-orm";
import { type Equation, equations } from "#core/ledger/equation.ts";
import type { CampaignState } from "../campaign/types.ts";
import type { WorkspaceCtx } from "../platform/context.ts";

export type HomeCampaign = { id: number; name: string; state: CampaignState; at: Date };
export type SentCampaign = HomeCampaign & {
  audience: number;
  accepted: number;
  opened: number;
  clicked: number;
  left: number;
};
/** Something that needs a person, with the one place to go. */
export type Look = { key: string; title: string; detail: string; label: string; href: string };
export type Week = { week: Date; joined: number; left: number };

export type Home = {
  live: (HomeCampaign & { sum: Equation })[];
  upcoming: HomeCampaign[];
  sent: SentCampaign[];
  looks: Look[];
  weeks: Week[];
  origins: { origin: string; n: number }[];
  /** For the checklist of a new workspace. */
  steps: { hasSender: boolean; hasPeople: boolean; hasForm: boolean; hasCampaign: boolean };
};

/** Everything on a workspace's first page. `slug` for the links of what needs a look. */
export async function readHome(ctx: WorkspaceCtx, slug: string): Promise<Home> {
  const id = ctx.workspaceId;
  const [campaigns, sent, looks, weeks, origins, steps] = await Promise.all([
    ctx.db.execute<{ id: number; name: string; state: CampaignState; at: string }>(sql`
      select id, name, state, coalesce(launched_at, scheduled_at, updated_at) as at from campaigns
      where workspace_id = ${id} and kind = 'campaign' and state in ('draft', 'scheduled', 'sending', 'paused')
      order by state, coalesce(scheduled_at, updated_at) limit 40`),
    readSent(ctx),
    readLooks(ctx, slug),
    readWeeks(ctx),
    ctx.db.execute<{ origin: string; n: number }>(sql`
      select origin, count(*)::int as n from subscribers where workspace_id = ${id} and erased_at is null and created_at > now() - interval '30 days'
      group by 1 order by 2 desc limit 5`),
    ctx.db.execute<{ sender: boolean; people: boolean; form: boolean; campaign: boolean }>(sql`
      select exists (select from senders where workspace_id = ${id} and removed_at is null) as sender,
        exists (select from subscribers where workspace_id = ${id}) as people,
        exists (select from forms where workspace_id = ${id}) as form,
        exists (select from campaigns where workspace_id = ${id} and kind = 'campaign' and launched_at is not null) as campaign`),
  ]);
  const rows = campaigns.map((row) => ({ ...row, at: new Date(row.at) }));
  const running = rows.filter((row) => row.state === "sending" || row.state === "paused");
  const sums = await equations(
    ctx.db,
    running.map((row) => row.id),
  );
  return {
    live: running.flatMap((row) => {
      const sum = sums.get(row.id);
      return sum ? [{ ...row, sum }] : [];
    }),
    upcoming: [
      ...rows.filter((row) => row.state === "scheduled"),
      ...rows.filter((row) => row.state === "draft").reverse(),
    ].slice(0, 5),
    sent,
    looks,
    weeks,
    origins: [...origins],
    steps: {
      hasSender: Boolean(steps[0]?.sender),
      hasPeople: Boolean(steps[0]?.people),
      hasForm: Boolean(steps[0]?.form),
      hasCampaign: Boolean(steps[0]?.campaign),
    },
  };
}

async function readSent(ctx: WorkspaceCtx): Promise<SentCampaign[]> {
  const rows = await ctx.db.execute<Record<string, unknown>>(sql`
    select c.id, c.name, c.state, coalesce(c.launched_at, c.updated_at) as at, c.audience_size as audience,
      (select coalesce(sum(n), 0)::int from rollups r where r.campaign_id = c.id and r.state = 'a') as accepted,
      (select count(distinct seq)::int from hits h where h.campaign_id = c.id and h.kind = 'open' and h.class = 'human') as opened,
      (select count(distinct seq)::int from hits h where h.campaign_id = c.id and h.kind = 'click' and h.class = 'human') as clicked,
      (select count(distinct e.subscriber_id)::int from consent_events e where e.workspace_id = c.workspace_id and e.campaign_id = c.id and e.kind = 'unsubscribed' and e.at >= c.launched_at) as left
    from campaigns c where c.workspace_id = ${ctx.workspaceId} and c.kind = 'campaign' and c.state in ('finished', 'cancelled')
    order by c.launched_at desc nulls last limit 5`);
  return rows.map((row) => ({
    id: Number(row.id),
    name: String(row.name),
    state: row.state as CampaignState,
    at: new Date(String(row.at)),
    audience: Number(row.audience),
    accepted: Number(row.accepted),
    opened: Number(row.opened),
    clicked: Number(row.clicked),
    left: Number(row.left),
  }));
}

async function readLooks(ctx: WorkspaceCtx, slug: string): Promise<Look[]> {
  const rows = await ctx.db.execute<{ kind: string; id: string; name: string; detail: string }>(sql`
    (select 'import' as kind, id::text, file_name as name, '' as detail from imports where workspace_id = ${ctx.workspaceId} and state = 'mapping' order by imports.id desc limit 2)
    union all
    (select 'refused', id::text, name, launch_refusal from campaigns where workspace_id = ${ctx.workspaceId} and kind = 'campaign' and state = 'draft' and launch_refusal is not null order by campaigns.id desc limit 2)
    union all
    (select 'address', '', '', '' from workspaces where id = ${ctx.workspaceId} and postal_address = '')
    union all
    (select 'domain', d.id::text, d.name, '' from sender_domains d join senders s on s.sender_domain_id = d.id and s.removed_at is null
      where s.workspace_id = ${ctx.workspaceId} and d.checked_at is not null and exists (select from jsonb_array_elements(d.checks) k where k->>'verdict' in ('missing', 'different'))
      group by d.id, d.name limit 1)`);
  return rows.map((row): Look => {
    if (row.kind === "import")
      return {
        key: `import-${row.id}`,
        title: `Import ${row.name} is waiting`,
        detail: "Say which column is what.",
        label: "Map columns",
        href: `/${slug}/subscribers/imports/${row.id}`,
      };
    if (row.kind === "refused")
      return {
        key: `refused-${row.id}`,
        title: `${row.name} was not sent`,
        detail: row.detail,
        label: "Look at it",
        href: `/${slug}/campaigns/${row.id}/review`,
      };
    if (row.kind === "domain")
      return {
        key: `domain-${row.id}`,
        title: `${row.name} lacks DNS records`,
        detail: "Mail in its name may be refused.",
        label: "See senders",
        href: `/${slug}/settings/senders`,
      };
    return {
      key: "address",
      title: "There is no postal address",
      detail: "Without one nothing goes out.",
      label: "Add it",
      href: `/${slug}/settings/general`,
    };
  });
}

async function readWeeks(ctx: WorkspaceCtx): Promise<Week[]> {
  const rows = await ctx.db.execute<{ week: string; joined: number; left: number }>(sql`
    with weeks as (select generate_series(date_trunc('week', now()) - interval '12 weeks', date_trunc('week', now()), interval '1 week') as week),
    joins as (select date_trunc('week', confirmed_at) as week, count(*)::int as n from subscriptions
      where workspace_id = ${ctx.workspaceId} and confirmed_at >= date_trunc('week', now()) - interval '12 weeks' group by 1),
    leaves as (select date_trunc('week', unsubscribed_at) as week, count(*)::int as n from subscriptions
      where workspace_id = ${ctx.workspaceId} and unsubscribed_at >= date_trunc('week', now()) - interval '12 weeks' group by 1)
    select w.week, coalesce(j.n, 0) as joined, coalesce(l.n, 0) as left from weeks w left join joins j using (week) left join leaves l using (week) order by 1`);
  return rows.map((row) => ({ week: new Date(row.week), joined: row.joined, left: row.left }));
}
