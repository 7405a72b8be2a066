import { sql } from "drizzle-orm";
import { DELIVERY_STATES, type DeliveryState, type DeliveryStateCode } from "../delivery/types.ts";
import type { WorkspaceCtx } from "../platform/context.ts";

export type TimelineItem = {
  key: string;
  at: Date;
  kind: "consent" | "delivery" | "hit" | "suppression";
  /** consent kind, delivery state, hit kind or suppression reason. */
  what: string;
  detail: string;
  /** Of consent: the words that were agreed to. */
  wording: string | null;
  campaignId: number | null;
  seq: number | null;
  /** Of hits: who it was. */
  class: string | null;
};

/** What happened with a person, newest first, from all that is kept; `before` goes on where a page ended. */
export async function readTimeline(
  ctx: WorkspaceCtx,
  person: { id: number; addressKey: string },
  page: { before?: Date; limit: number },
): Promise<TimelineItem[]> {
  const before = (page.before ?? new Date(ctx.now().getTime() + 60_000)).toISOString();
  const rows = await ctx.db.execute<Record<string, unknown>>(sql`
    select * from (
      (select 'consent' as kind, e.id::text as key, e.at, e.kind::text as what,
        concat_ws(', ', l.name, e.source, host(e.ip)) as detail, e.campaign_id, e.seq, null as class, e.wording
      from consent_events e left join lists l on l.id = e.list_id
      where e.subscriber_id = ${person.id} and e.workspace_id = ${ctx.workspaceId} and e.at < ${before}::timestamptz
      order by e.id desc limit ${page.limit})
      union all
      (select 'delivery', d.campaign_id || '.' || d.seq, coalesce(d.settled_at, c.launched_at), d.state::text,
        concat_ws(': ', c.name, d.reply), d.campaign_id, d.seq, null, null
      from campaigns c join deliveries d on d.campaign_id = c.id and d.subscriber_id = ${person.id}
      where c.workspace_id = ${ctx.workspaceId} and c.kind = 'campaign' and coalesce(d.settled_at, c.launched_at) < ${before}::timestamptz
      order by 3 desc limit ${page.limit})
      union all
      (select 'hit', h.id::text, h.at, h.kind::text, concat_ws(': ', c.name, k.url), h.campaign_id, h.seq, h.class::text, null
      from hits h join campaigns c on c.id = h.campaign_id left join campaign_links k on k.campaign_id = h.campaign_id and k.n = h.link
      where h.subscriber_id = ${person.id} and h.workspace_id = ${ctx.workspaceId} and h.at < ${before}::timestamptz
      order by h.at desc limit ${page.limit})
      union all
      (select 'suppression', z.id::text, z.created_at, z.reason::text,
        concat_ws(' ', z.evidence->>'reply', z.evidence->>'note', case when z.lifted_at is not null then '(lifted: ' || z.lift_reason || ')' end), z.campaign_id, z.seq, null, null
      from suppressions z where z.address_key = ${person.addressKey} and (z.workspace_id is null or z.workspace_id = ${ctx.workspaceId})
        and z.created_at < ${before}::timestamptz
      order by z.id desc limit ${page.limit})
    ) t order by at desc limit ${page.limit}`);
  return rows.map((row) => ({
    key: `${row.kind}:${row.key}`,
    at: new Date(String(row.at)),
    kind: row.kind as TimelineItem["kind"],
    what: row.kind === "delivery" ? stateName(String(row.what)) : String(row.what),
    detail: String(row.detail ?? ""),
    wording: row.wording ? String(row.wording) : null,
    campaignId: row.campaign_id === null ? null : Number(row.campaign_id),
    seq: row.seq === null ? null : Number(row.seq),
    class: row.class === null ? null : String(row.class),
  }));
}

const stateName = (code: string): DeliveryState | string =>
  DELIVERY_STATES[code as DeliveryStateCode] ?? code;

/** A person's standing with each list of the workspace. */
export async function readSubscriptions(
  ctx: WorkspaceCtx,
  subscriberId: number,
): Promise<{ listId: number; name: string; status: string | null; since: Date | null }[]> {
  const rows = await ctx.db.execute<Record<string, unknown>>(sql`
    select l.id, l.name, x.status, case x.status when 'confirmed' then x.confirmed_at when 'unsubscribed' then x.unsubscribed_at else x.created_at end as since
    from lists l left join subscriptions x on x.list_id = l.id and x.subscriber_id = ${subscriberId}
    where l.workspace_id = ${ctx.workspaceId} and l.archived_at is null order by lower(l.name)`);
  return rows.map((row) => ({
    listId: Number(row.id),
    name: String(row.name),
    status: row.status === null ? null : String(row.status),
    since: row.since === null ? null : new Date(String(row.since)),
  }));
}
