import { and, eq, inArray, isNull, type SQL, sql } from "drizzle-orm";
import { lists, subscribers as s } from "#db/schema/index.ts";
import { recordAudit } from "../platform/audit.ts";
import { type Result, refuse, requireRole, type WorkspaceCtx } from "../platform/context.ts";
import { withTransaction } from "../platform/db.ts";
import { filterSql } from "./filter.ts";
import { SubscriberFilter } from "./filter-shape.ts";
import type { BulkInput, BulkListInput, BulkTagInput } from "./input.ts";

const thousands = new Intl.NumberFormat("en");
const people = (n: number): string => (n === 1 ? "1 person" : `${thousands.format(n)} people`);

/** Whom a bulk act is about: those picked, or all that match the page's filter at this moment. */
async function chosen(ctx: WorkspaceCtx, input: BulkInput): Promise<SQL | null> {
  if (input.all)
    return filterSql(
      ctx,
      SubscriberFilter.parse(Object.fromEntries(new URLSearchParams(input.filter ?? ""))),
    );
  if (input.id.length === 0) return null;
  return and(eq(s.workspaceId, ctx.workspaceId), isNull(s.erasedAt), inArray(s.id, input.id))!;
}

const NOBODY = refuse("Nobody is selected.");

export function addTag(ctx: WorkspaceCtx, input: BulkTagInput): Promise<Result<{ message: string }>> {
  return act(ctx, input, "subscribers.tag", async (tx, where) => {
    const rows = await tx.db
      .update(s)
      .set({ tags: sql`array_append(${s.tags}, ${input.tag})`, updatedAt: ctx.now() })
      .where(and(where, sql`not ${s.tags} @> array[${input.tag}]::text[]`))
      .returning({ id: s.id });
    return `${people(rows.length)} got the tag ${input.tag}.`;
  });
}

export function removeTag(ctx: WorkspaceCtx, input: BulkTagInput): Promise<Result<{ message: string }>> {
  return act(ctx, input, "subscribers.untag", async (tx, where) => {
    const rows = await tx.db
      .update(s)
      .set({ tags: sql`array_remove(${s.tags}, ${input.tag})`, updatedAt: ctx.now() })
      .where(and(where, sql`${s.tags} @> array[${input.tag}]::text[]`))
      .returning({ id: s.id });
    return `${people(rows.length)} lost the tag ${input.tag}.`;
  });
}

/** Puts people on a list with one note how they agreed. Who left that list, or is suppressed, stays out. */
export function addToList(ctx: WorkspaceCtx, input: BulkListInput): Promise<Result<{ message: string }>> {
  return act(ctx, input, "subscribers.add-to-list", async (tx, where) => {
    const [list] = await tx.db
      .select({ name: lists.name })
      .from(lists)
      .where(
        and(eq(lists.id, input.listId), eq(lists.workspaceId, ctx.workspaceId), isNull(lists.archivedAt)),
      );
    if (!list) return refuse("This list is gone.");
    const userId = tx.actor.kind === "user" ? tx.actor.userId : null;
    const rows = await tx.db.execute<{ n: number }>(sql`
      with joined as (
        insert into subscriptions as x (subscriber_id, list_id, workspace_id, status, confirmed_at)
        select ${s.id}, ${input.listId}, ${ctx.workspaceId}, 'confirmed', now() from ${s}
        where ${where} and not exists (select from suppressions z where z.address_key = ${s.addressKey} and z.lifted_at is null
          and (z.workspace_id is null or z.workspace_id = ${ctx.workspaceId}))
        on conflict (subscriber_id, list_id) do update set status = 'confirmed', confirmed_at = now() where x.status = 'pending'
        returning subscriber_id
      ), proof as (
        insert into consent_events (workspace_id, subscriber_id, list_id, kind, wording, source, user_id)
        select ${ctx.workspaceId}, subscriber_id, ${input.listId}, 'added', ${input.note}, 'Added by hand', ${userId}::int from joined
      ) select count(*)::int as n from joined`);
    return `${people(rows[0]?.n ?? 0)} joined ${list.name}. Who had left it, or is suppressed, stays out.`;
  });
}

/** Takes people off all lists. */
export function unsubscribeMany(ctx: WorkspaceCtx, input: BulkInput): Promise<Result<{ message: string }>> {
  return act(ctx, input, "subscribers.unsubscribe", async (tx, where) => {
    const userId = tx.actor.kind === "user" ? tx.actor.userId : null;
    const rows = await tx.db.execute<{ n: number }>(sql`
      with gone as (
        update subscriptions x set status = 'unsubscribed', unsubscribed_at = now()
        where x.status <> 'unsubscribed' and x.workspace_id = ${ctx.workspaceId}
          and x.subscriber_id in (select ${s.id} from ${s} where ${where})
        returning x.subscriber_id, x.list_id
      ), proof as (
        insert into consent_events (workspace_id, subscriber_id, list_id, kind, source, user_id)
        select ${ctx.workspaceId}, subscriber_id, list_id, 'unsubscribed', 'Changed by hand', ${userId}::int from gone
      ) select count(distinct subscriber_id)::int as n from gone`);
    return `${people(rows[0]?.n ?? 0)} unsubscribed.`;
  });
}

async function act(
  ctx: WorkspaceCtx,
  input: BulkInput,
  action: string,
  work: (tx: WorkspaceCtx, where: SQL) => Promise<string | ReturnType<typeof refuse>>,
): Promise<Result<{ message: string }>> {
  requireRole(ctx, "marketer");
  const where = await chosen(ctx, input);
  if (!where) return NOBODY;
  return withTransaction(ctx, async (tx) => {
    const done = await work(tx, where);
    if (typeof done !== "string") return done;
    await recordAudit(tx, { workspaceId: ctx.workspaceId, action, target: done });
    return { ok: true, message: done };
  });
}
