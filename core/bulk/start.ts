import { and, eq, isNull, sql } from "drizzle-orm";
import { bulkActPeople, bulkActs, lists } from "#db/schema/index.ts";
import { recordAudit } from "../platform/audit.ts";
import { type Result, refuse, requireRole, type WorkspaceCtx } from "../platform/context.ts";
import { withTransaction } from "../platform/db.ts";
import { enqueue } from "../platform/jobs.ts";
import type { BulkInput, BulkListInput, BulkTagInput } from "./input.ts";
import { runBulk } from "./run.ts";
import type { BulkKind, BulkOptions } from "./types.ts";
import { describeDone } from "./words.ts";

/** The act, and its outcome in words where it is done already; else a worker goes on with it. */
export type BulkStarted = Result<{ actId: number; message?: string }>;

export const addTag = (ctx: WorkspaceCtx, input: BulkTagInput): Promise<BulkStarted> =>
  start(ctx, "tag", input, { tag: input.tag });

export const removeTag = (ctx: WorkspaceCtx, input: BulkTagInput): Promise<BulkStarted> =>
  start(ctx, "untag", input, { tag: input.tag });

/** Puts people on a list with one note how they agreed. Who left that list, or is suppressed, stays out. */
export async function addToList(ctx: WorkspaceCtx, input: BulkListInput): Promise<BulkStarted> {
  requireRole(ctx, "marketer");
  const [list] = await ctx.db
    .select({ name: lists.name })
    .from(lists)
    .where(and(eq(lists.id, input.listId), eq(lists.workspaceId, ctx.workspaceId), isNull(lists.archivedAt)));
  if (!list) return refuse("This list is gone.");
  return start(ctx, "add-to-list", input, { listId: input.listId, listName: list.name, note: input.note });
}

/** Takes people off all lists. */
export const unsubscribeMany = (ctx: WorkspaceCtx, input: BulkInput): Promise<BulkStarted> =>
  start(ctx, "unsubscribe", input, {});

/** Erases people for good; the page asks for their number to be typed. */
export const eraseMany = (ctx: WorkspaceCtx, input: BulkInput): Promise<BulkStarted> =>
  start(ctx, "erase", input, {});

/** Those picked by hand are changed at once; all that match a filter are a job, however many they are. */
async function start(
  ctx: WorkspaceCtx,
  kind: BulkKind,
  input: BulkInput,
  options: BulkOptions,
): Promise<BulkStarted> {
  requireRole(ctx, "marketer");
  if (!input.all && input.id.length === 0) return refuse("Nobody is selected.");
  const actId = await withTransaction(ctx, async (tx) => {
    const [act] = await tx.db
      .insert(bulkActs)
      .values({
        workspaceId: ctx.workspaceId,
        kind,
        options,
        filter: input.all ? (input.filter ?? "") : null,
        createdBy: tx.actor.kind === "user" ? tx.actor.userId : null,
        createdAt: ctx.now(),
      })
      .returning({ id: bulkActs.id });
    const { id } = act!;
    if (input.all) await enqueue(tx.db, "run-bulk", { actId: id }, { key: `bulk:${id}`, maxAttempts: 6 });
    else
      await tx.db.execute(sql`
        insert into ${bulkActPeople} (act_id, subscriber_id)
        select ${id}::int, s.id from subscribers s
        where s.workspace_id = ${ctx.workspaceId} and s.erased_at is null
          and s.id in (select x::bigint from jsonb_array_elements_text(${JSON.stringify(input.id)}::jsonb) x)`);
    await recordAudit(tx, {
      workspaceId: ctx.workspaceId,
      action: `subscribers.${kind}`,
      target: input.all ? "all that match a filter" : `${input.id.length} picked`,
      details: { actId: id, ...options, ...(input.all ? { filter: input.filter ?? "" } : {}) },
    });
    return id;
  });
  if (input.all) return { ok: true, actId };
  await runBulk(ctx, { actId });
  const [done] = await ctx.db
    .select({ kind: bulkActs.kind, options: bulkActs.options, changed: bulkActs.changed })
    .from(bulkActs)
    .where(eq(bulkActs.id, actId));
  return { ok: true, actId, message: describeDone(done!) };
}
