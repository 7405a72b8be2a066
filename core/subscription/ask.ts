import { and, eq, isNull, type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { lists, senders } from "#db/schema/index.ts";
import { recordAudit } from "../platform/audit.ts";
import { type Ctx, type Result, refuse, requireRole, type WorkspaceCtx } from "../platform/context.ts";
import { withTransaction } from "../platform/db.ts";
import { enqueue } from "../platform/jobs.ts";
import { notifyLive } from "../platform/notify.ts";
import { sendConfirm } from "./send-confirm.ts";

export const RemindPendingInput = z.object({ listId: z.coerce.number().int().positive() });
export type RemindPendingInput = z.infer<typeof RemindPendingInput>;

/** Whoever was asked a day ago or more is reminded, once; after 30 days the question is stale and nobody is. */
const REMIND_AFTER_DAYS = 1;
const REMIND_WITHIN_DAYS = 30;
/** People asked in one transaction. */
const CHUNK = 50;

const dueForReminder = (now: Date): SQL => {
  const before = (days: number) =>
    sql`${new Date(now.getTime() - days * 86_400_000).toISOString()}::timestamptz`;
  return sql`x.status = 'pending' and x.asks = 1 and x.asked_at < ${before(REMIND_AFTER_DAYS)} and x.created_at > ${before(REMIND_WITHIN_DAYS)}`;
};

/** How many pending people of each list can be reminded now. */
export async function countRemindable(ctx: WorkspaceCtx): Promise<Record<number, number>> {
  const rows = await ctx.db.execute<{ list_id: number; n: number }>(sql`
    select x.list_id, count(*)::int as n from subscriptions x
    where x.list_id in (select id from lists where workspace_id = ${ctx.workspaceId} and archived_at is null) and ${dueForReminder(ctx.now())}
    group by 1`);
  return Object.fromEntries(rows.map((row) => [row.list_id, row.n]));
}

/** Reminds, once, those of a list who have not confirmed; the worker writes the mails. */
export async function remindPending(
  ctx: WorkspaceCtx,
  input: RemindPendingInput,
): Promise<Result<{ message: string }>> {
  requireRole(ctx, "marketer");
  if (!(await hasSender(ctx, ctx.workspaceId)))
    return refuse("This workspace has no sender yet, so no mail can leave it. Add one in the settings.");
  return withTransaction(ctx, async (tx) => {
    const [list] = await tx.db
      .select({ name: lists.name })
      .from(lists)
      .where(
        and(eq(lists.id, input.listId), eq(lists.workspaceId, ctx.workspaceId), isNull(lists.archivedAt)),
      );
    if (!list) return refuse("This list is gone.");
    const n = (await countRemindable(tx))[input.listId] ?? 0;
    if (n === 0)
      return refuse("Nobody is left to remind. Each person is reminded once, a day after they signed up.");
    await enqueue(tx.db, "ask-to-confirm", { listId: input.listId }, { key: `remind:${input.listId}` });
    await recordAudit(tx, { workspaceId: ctx.workspaceId, action: "list.remind", target: list.name });
    return {
      ok: true,
      message: `${n === 1 ? "1 person gets" : `${n.toLocaleString("en")} people get`} a reminder.`,
    };
  });
}

/** True where mail can leave the workspace. */
export async function hasSender(ctx: Pick<Ctx, "db">, workspaceId: number): Promise<boolean> {
  return (
    (await ctx.db.$count(senders, and(eq(senders.workspaceId, workspaceId), isNull(senders.removedAt)))) > 0
  );
}

/**
 * Asks pending people by mail: those whom an import brought and nobody has asked, or those of a list who have not
 * answered. In chunks; each person is counted as asked in the transaction that hands their mail over, so that running it
 * again asks nobody twice.
 */
export async function askPending(ctx: Ctx, input: { importId: number } | { listId: number }): Promise<void> {
  const whom =
    "importId" in input
      ? sql`x.status = 'pending' and x.asks = 0 and x.list_id in (
          select jsonb_array_elements_text(i.options->'listIds')::int from imports i where i.id = ${input.importId})`
      : sql`x.list_id = ${input.listId} and ${dueForReminder(ctx.now())}`;
  for (let after = 0; ; ) {
    const last = await withTransaction(ctx, async (tx) => {
      const rows = await tx.db.execute<{
        id: string;
        address: string;
        workspace_id: number;
        lists: number[];
      }>(sql`
        select s.id, s.address, s.workspace_id, jsonb_agg(x.list_id order by x.list_id) as lists
        from subscribers s join subscriptions x on x.subscriber_id = s.id join lists l on l.id = x.list_id
        where ${whom} and s.id > ${after} and s.erased_at is null and l.archived_at is null
        group by s.id order by s.id limit ${CHUNK}`);
      for (const row of rows) {
        await sendConfirm(tx, {
          workspaceId: row.workspace_id,
          subscriberId: Number(row.id),
          address: row.address,
          formId: null,
          listIds: row.lists,
          asking: "importId" in input ? "import" : "reminder",
        });
      }
      const end = rows.at(-1);
      if (end) await notifyLive(tx.db, `workspace:${end.workspace_id}`);
      return end ? Number(end.id) : null;
    });
    if (last === null) return;
    after = last;
  }
}
