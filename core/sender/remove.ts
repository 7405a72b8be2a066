import { and, eq, isNull, sql } from "drizzle-orm";
import { recordAudit } from "#core/platform/audit.ts";
import { type Result, refuse, requireRole, type WorkspaceCtx } from "#core/platform/context.ts";
import { withTransaction } from "#core/platform/db.ts";
import { campaigns, senders, workspaces } from "#db/schema/index.ts";
import type { SenderInput } from "./input.ts";

/** Takes a sender away from new campaigns. The default one and those of campaigns on their way stay. Owners only. */
export async function removeSender(ctx: WorkspaceCtx, input: SenderInput): Promise<Result> {
  requireRole(ctx, "owner");
  return withTransaction(ctx, async (ctx) => {
    const [workspace] = await ctx.db
      .select({ defaultSenderId: workspaces.defaultSenderId })
      .from(workspaces)
      .where(eq(workspaces.id, ctx.workspaceId))
      .for("update");
    if (workspace?.defaultSenderId === input.senderId) {
      return refuse("This is the default sender. Choose another default first.");
    }
    const [inUse] = await ctx.db
      .select({ name: campaigns.name })
      .from(campaigns)
      .where(
        and(
          eq(campaigns.workspaceId, ctx.workspaceId),
          eq(campaigns.senderId, input.senderId),
          sql`${campaigns.state} in ('scheduled', 'sending', 'paused')`,
          sql`${campaigns.kind} = 'campaign'`,
        ),
      )
      .limit(1);
    if (inUse)
      return refuse(`“${inUse.name}” is on its way with this sender. Remove it when that is finished.`);
    const [removed] = await ctx.db
      .update(senders)
      .set({ removedAt: sql`now()` })
      .where(
        and(
          eq(senders.id, input.senderId),
          eq(senders.workspaceId, ctx.workspaceId),
          isNull(senders.removedAt),
        ),
      )
      .returning({ address: senders.address });
    if (!removed) return refuse("This sender was removed already, or there is none.");
    await recordAudit(ctx, {
      workspaceId: ctx.workspaceId,
      action: "sender.remove",
      target: removed.address,
    });
    return { ok: true as const };
  });
}
