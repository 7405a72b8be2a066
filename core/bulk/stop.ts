import { and, eq, gt, inArray, ne } from "drizzle-orm";
import { bulkActPeople, bulkActs } from "#db/schema/index.ts";
import { recordAudit } from "../platform/audit.ts";
import { type Result, refuse, requireRole, type WorkspaceCtx } from "../platform/context.ts";
import { withTransaction } from "../platform/db.ts";
import { enqueue } from "../platform/jobs.ts";
import type { BulkIdInput } from "./input.ts";
import { runBulk } from "./run.ts";
import { BULK_UNDO_DAYS } from "./types.ts";

/** Stops an act between two chunks: who is changed stays so, and can be undone. */
export async function cancelBulk(ctx: WorkspaceCtx, input: BulkIdInput): Promise<Result> {
  requireRole(ctx, "marketer");
  const stopped = await ctx.db
    .update(bulkActs)
    .set({ state: "cancelled", finishedAt: ctx.now() })
    .where(
      and(
        eq(bulkActs.id, input.actId),
        eq(bulkActs.workspaceId, ctx.workspaceId),
        inArray(bulkActs.state, ["queued", "running"]),
      ),
    )
    .returning({ id: bulkActs.id });
  return stopped.length > 0 ? { ok: true } : refuse("This is already over.");
}

/** Up to so many are taken back while the person waits. */
const AT_ONCE = 2_000;

/** Takes an act back, within 30 days: whoever changed by themselves since stays as they are. */
export async function undoBulk(ctx: WorkspaceCtx, input: BulkIdInput): Promise<Result> {
  requireRole(ctx, "marketer");
  const oldest = new Date(ctx.now().getTime() - BULK_UNDO_DAYS * 86_400_000);
  const act = await withTransaction(ctx, async (tx) => {
    const [row] = await tx.db
      .select()
      .from(bulkActs)
      .where(
        and(
          eq(bulkActs.id, input.actId),
          eq(bulkActs.workspaceId, ctx.workspaceId),
          inArray(bulkActs.state, ["finished", "cancelled", "failed"]),
          ne(bulkActs.kind, "erase"),
          gt(bulkActs.createdAt, oldest),
        ),
      )
      .for("update");
    if (!row) return null;
    // One that was stopped has people whom it never came to: nothing of theirs is to be taken back.
    await tx.db
      .delete(bulkActPeople)
      .where(and(eq(bulkActPeople.actId, row.id), gt(bulkActPeople.subscriberId, row.cursor)));
    await tx.db
      .update(bulkActs)
      .set({ state: "undoing", cursor: 0, done: 0, total: row.changed, finishedAt: null })
      .where(eq(bulkActs.id, row.id));
    if (row.changed > AT_ONCE)
      await enqueue(tx.db, "run-bulk", { actId: row.id }, { key: `bulk:${row.id}`, maxAttempts: 6 });
    await recordAudit(tx, {
      workspaceId: ctx.workspaceId,
      action: `subscribers.undo-${row.kind}`,
      target: `${row.changed} changed`,
      details: { actId: row.id },
    });
    return row;
  });
  if (!act) return refuse("This cannot be undone any more.");
  if (act.changed <= AT_ONCE) await runBulk(ctx, { actId: act.id });
  return { ok: true };
}
