import { sql } from "drizzle-orm";
import type { Ctx } from "#core/platform/context.ts";

/** What the mail system does now, for one workspace or for all. */
export type PulseNumbers = {
  sendingAllowed: boolean;
  sendingStoppedAt: Date | null;
  /** Campaigns under way. */
  live: number;
  paused: number;
  /** One of them, to link to. */
  liveCampaignId: number | null;
  /** Recipients of campaigns under way who have not got theirs. */
  waiting: number;
  /** When the first of those that were refused for now is tried again. */
  nextTryAt: Date | null;
  acceptedPerMinute: number;
  next: { id: number; name: string; at: Date } | null;
  /** Since when every source is held; null where one may send. */
  heldSince: Date | null;
  hasSource: boolean;
  /** Lanes that an administrator holds or the engine suspended. */
  lanesHeld: number;
  lanesSuspended: number;
};

/** One cheap query over rollups of live campaigns, never over the ledger. */
export async function readPulse(
  ctx: Pick<Ctx, "db">,
  input: { workspaceId: number | null },
): Promise<PulseNumbers> {
  const [row] = await ctx.db.execute<Row>(sql`
    with alive as (
      select id, name, state, scheduled_at from campaigns
      where state in ('scheduled', 'sending', 'paused') and kind = 'campaign'
        and (${input.workspaceId}::int is null or workspace_id = ${input.workspaceId}::int)
    ), carriers as (
      select count(*) as n, count(*) filter (where state = 'active') as active, max(held_at) as held_at
      from sources where removed_at is null
    ), upcoming as (
      select id, name, scheduled_at from alive where state = 'scheduled' and scheduled_at is not null
      order by scheduled_at, id limit 1
    )
    select i.sending_allowed, i.sending_stopped_at,
      (select count(*)::int from alive where state = 'sending') as live,
      (select count(*)::int from alive where state = 'paused') as paused,
      (select max(id) from alive where state = 'sending') as live_campaign_id,
      (select coalesce(sum(r.n), 0)::int from rollups r join alive a on a.id = r.campaign_id
        where a.state <> 'scheduled' and r.state in ('w', 'd')) as waiting,
      (select coalesce(sum(m.accepted), 0)::int from campaign_minutes m join alive a on a.id = m.campaign_id
        where m.minute >= date_trunc('minute', now()) - interval '1 minute') as accepted,
      (select min(t.at) from alive a cross join lateral (
        select min(due_at) as at from due where campaign_id = a.id and state = 'r') t where a.state = 'sending') as next_try,
      60 + extract(second from now())::int as seconds,
      u.id as next_id, u.name as next_name, u.scheduled_at as next_at,
      c.n > 0 as has_source, case when c.n > 0 and c.active = 0 then c.held_at end as held_since,
      (select count(*)::int from lanes where held_at is not null) as lanes_held,
      (select count(*)::int from lanes l join sources s on s.id = l.source_id
        where l.held_at is null and greatest(l.suspended_until, s.suspended_until) > now()) as lanes_suspended
    from installation i cross join carriers c left join upcoming u on true`);
  if (!row) throw new Error("the installation has no row");
  const date = (value: string | Date | null) => (value === null ? null : new Date(value));
  const nextAt = date(row.next_at);
  return {
    sendingAllowed: row.sending_allowed,
    sendingStoppedAt: date(row.sending_stopped_at),
    live: row.live,
    paused: row.paused,
    liveCampaignId: row.live_campaign_id,
    waiting: row.waiting,
    nextTryAt: date(row.next_try),
    acceptedPerMinute: (row.accepted * 60) / row.seconds,
    next: row.next_id !== null && nextAt ? { id: row.next_id, name: row.next_name ?? "", at: nextAt } : null,
    heldSince: date(row.held_since),
    hasSource: row.has_source,
    lanesHeld: row.lanes_held,
    lanesSuspended: row.lanes_suspended,
  };
}

type Row = {
  sending_allowed: boolean;
  sending_stopped_at: string | null;
  live: number;
  paused: number;
  live_campaign_id: number | null;
  waiting: number;
  next_try: string | null;
  accepted: number;
  seconds: number;
  next_id: number | null;
  next_name: string | null;
  next_at: string | null;
  has_source: boolean;
  held_since: string | null;
  lanes_held: number;
  lanes_suspended: number;
};
