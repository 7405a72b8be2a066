import { and, eq, isNull } from "drizzle-orm";
import { recordAudit } from "#core/platform/audit.ts";
import { type Result, refuse, requireRole, type WorkspaceCtx } from "#core/platform/context.ts";
import { withTransaction } from "#core/platform/db.ts";
import { senders, workspaces } from "#db/schema/index.ts";
import type { SenderInput } from "./input.ts";

/** The sender of new campaigns and of system mail. Owners only. */
export async function makeDefaultSender(ctx: WorkspaceCtx, input: SenderInput): Promise<Result> {
  requireRole(ctx, "owner");
  return withTransaction(ctx, async (ctx) => {
    const [sender] = await ctx.db
      .select({ address: senders.address })
      .from(senders)
      .where(
        and(
          eq(senders.id, input.senderId),
          eq(senders.workspaceId, ctx.workspaceId),
          isNull(senders.removedAt),
        ),
      )
      .for("update");
    if (!sender) return refuse("This sender was removed, or there is none.");
    await ctx.db
      .update(workspaces)
      .set({ defaultSenderId: input.senderId })
      .where(eq(workspaces.id, ctx.workspaceId));
    await recordAudit(ctx, {
      workspaceId: ctx.workspaceId,
      action: "sender.make-default",
      target: sender.address,
    });
    return { ok: true as const };
  });
}
