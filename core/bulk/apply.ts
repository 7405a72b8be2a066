import { type SQL, sql } from "drizzle-orm";
import type { bulkActs } from "#db/schema/index.ts";
import type { Ctx } from "../platform/context.ts";
import { erasePeople } from "../subscriber/erase.ts";

type Act = typeof bulkActs.$inferSelect;

/** Somebody whom an act changed; lists whose subscription did not begin with it, negative where they were pending. */
export type Changed = { id: number; lists?: number[] };

/** Ids as a set that SQL can read, however many they are. */
export const idSet = (ids: number[]): SQL =>
  sql`(select x::bigint from jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb) x)`;

/** Does the act to these people, in the caller's transaction; returns those whom it changed. */
export async function applyChunk(ctx: Ctx, act: Act, ids: number[]): Promise<Changed[]> {
  switch (act.kind) {
    case "tag":
      return changeTags(ctx, act, ids, true);
    case "untag":
      return changeTags(ctx, act, ids, false);
    case "add-to-list":
      return join(ctx, act, ids);
    case "unsubscribe":
      return leave(ctx, act, ids);
    case "erase":
      await erasePeople(ctx, act.workspaceId, ids);
      return ids.map((id) => ({ id }));
  }
}

/** Gives people the act's tag, or takes it; returns those for whom that was a change. */
export async function changeTags(ctx: Ctx, act: Act, ids: number[], add: boolean): Promise<Changed[]> {
  const { tag } = act.options;
  const rows = await ctx.db.execute<{ id: string }>(sql`
    update subscribers s set updated_at = ${ctx.now().toISOString()}::timestamptz,
      tags = ${add ? sql`array_append(s.tags, ${tag}::text)` : sql`array_remove(s.tags, ${tag}::text)`}
    where s.workspace_id = ${act.workspaceId} and s.erased_at is null and s.id in ${idSet(ids)}
      and ${add ? sql`not` : sql``} s.tags @> array[${tag}]::text[]
    returning s.id`);
  return rows.map((row) => ({ id: Number(row.id) }));
}

/** Stamped with the act's start, by which an undo knows what is still as the act left it. */
const stampOf = (act: Act): SQL => sql`${act.startedAt!.toISOString()}::timestamptz`;

async function join(ctx: Ctx, act: Act, ids: number[]): Promise<Changed[]> {
  const { listId, note } = act.options;
  const rows = await ctx.db.execute<{ id: string; was_pending: boolean }>(sql`
    with pending as (
      select subscriber_id from subscriptions x where x.list_id = ${listId}::int and x.status = 'pending' and x.subscriber_id in ${idSet(ids)}
    ), joined as (
      insert into subscriptions as x (subscriber_id, list_id, workspace_id, status, confirmed_at)
      select s.id, ${listId}::int, ${act.workspaceId}::int, 'confirmed', ${stampOf(act)} from subscribers s
      where s.workspace_id = ${act.workspaceId} and s.erased_at is null and s.id in ${idSet(ids)}
        and not exists (select from suppressions z where z.address_key = s.address_key and z.lifted_at is null
          and (z.workspace_id is null or z.workspace_id = ${act.workspaceId}))
      on conflict (subscriber_id, list_id) do update set status = 'confirmed', confirmed_at = excluded.confirmed_at
        where x.status = 'pending'
      returning subscriber_id
    ), proof as (
      insert into consent_events (workspace_id, subscriber_id, list_id, kind, wording, source, user_id)
      select ${act.workspaceId}::int, subscriber_id, ${listId}::int, 'added', ${note}::text, 'Added by hand', ${act.createdBy}::int from joined
    ) select subscriber_id as id, subscriber_id in (select subscriber_id from pending) as was_pending from joined`);
  return rows.map((row) => ({ id: Number(row.id), lists: row.was_pending ? [-listId!] : [] }));
}

async function leave(ctx: Ctx, act: Act, ids: number[]): Promise<Changed[]> {
  const rows = await ctx.db.execute<{ id: string; lists: number[] }>(sql`
    with standing as (
      select subscriber_id, list_id, status from subscriptions x
      where x.status <> 'unsubscribed' and x.workspace_id = ${act.workspaceId} and x.subscriber_id in ${idSet(ids)} for update
    ), gone as (
      update subscriptions x set status = 'unsubscribed', unsubscribed_at = ${stampOf(act)}
      from standing b where x.subscriber_id = b.subscriber_id and x.list_id = b.list_id
    ), proof as (
      insert into consent_events (workspace_id, subscriber_id, list_id, kind, source, user_id)
      select ${act.workspaceId}::int, subscriber_id, list_id, 'unsubscribed', 'Changed by hand', ${act.createdBy}::int from standing
    ) select subscriber_id as id, jsonb_agg(case status when 'pending' then -list_id else list_id end) as lists
    from standing group by 1`);
  return rows.map((row) => ({ id: Number(row.id), lists: row.lists }));
}
