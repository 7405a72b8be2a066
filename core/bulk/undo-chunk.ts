import { sql } from "drizzle-orm";
import type { bulkActs } from "#db/schema/index.ts";
import type { Ctx } from "../platform/context.ts";
import { changeTags, idSet } from "./apply.ts";

type Act = typeof bulkActs.$inferSelect;

/** Takes back what an act did to these people, in the caller's transaction, where nothing else has happened since. */
export async function undoChunk(ctx: Ctx, act: Act, ids: number[]): Promise<void> {
  if (act.kind === "tag") await changeTags(ctx, act, ids, false);
  if (act.kind === "untag") await changeTags(ctx, act, ids, true);
  if (act.kind === "add-to-list") await takeOff(ctx, act, ids);
  if (act.kind === "unsubscribe") await putBack(ctx, act, ids);
}

/** A subscription that the act began goes, one that was pending waits again. The proof that it was tells both. */
async function takeOff(ctx: Ctx, act: Act, ids: number[]): Promise<void> {
  const { listId } = act.options;
  await ctx.db.execute(sql`
    with still as (
      select x.subscriber_id, x.list_id, -x.list_id = any(coalesce(p.lists, '{}')) as was_pending
      from bulk_act_people p join subscriptions x on x.subscriber_id = p.subscriber_id
      where p.act_id = ${act.id} and p.subscriber_id in ${idSet(ids)} and x.list_id = ${listId}::int
        and x.status = 'confirmed' and x.confirmed_at = ${act.startedAt!.toISOString()}::timestamptz
    ), waiting as (
      update subscriptions x set status = 'pending', confirmed_at = null from still b
      where b.was_pending and x.subscriber_id = b.subscriber_id and x.list_id = b.list_id
    ), gone as (
      delete from subscriptions x using still b
      where not b.was_pending and x.subscriber_id = b.subscriber_id and x.list_id = b.list_id
    ) insert into consent_events (workspace_id, subscriber_id, list_id, kind, source, user_id)
      select ${act.workspaceId}::int, subscriber_id, list_id, 'unsubscribed', 'Undo of adding by hand', ${act.createdBy}::int from still`);
}

/** Whoever said no by themselves since has a later time on their subscription, or a suppression, and stays out. */
async function putBack(ctx: Ctx, act: Act, ids: number[]): Promise<void> {
  await ctx.db.execute(sql`
    with back as (
      update subscriptions x set unsubscribed_at = null,
        status = (case when x.list_id = any(p.lists) then 'confirmed' else 'pending' end)::subscription_status
      from bulk_act_people p join subscribers s on s.id = p.subscriber_id
      where p.act_id = ${act.id} and p.subscriber_id in ${idSet(ids)} and x.subscriber_id = p.subscriber_id
        and (x.list_id = any(p.lists) or -x.list_id = any(p.lists)) and x.status = 'unsubscribed'
        and x.unsubscribed_at = ${act.startedAt!.toISOString()}::timestamptz and s.erased_at is null
        and not exists (select from suppressions z where z.address_key = s.address_key and z.lifted_at is null
          and z.created_at > ${act.startedAt!.toISOString()}::timestamptz and coalesce(z.workspace_id, ${act.workspaceId}) = ${act.workspaceId})
      returning x.subscriber_id, x.list_id
    ) insert into consent_events (workspace_id, subscriber_id, list_id, kind, source, user_id)
      select ${act.workspaceId}::int, subscriber_id, list_id, 'resubscribed', 'Undo of unsubscribing by hand', ${act.createdBy}::int from back`);
}
