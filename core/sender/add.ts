import { and, eq, isNull, sql } from "drizzle-orm";
import { recordAudit } from "#core/platform/audit.ts";
import { type Result, refuse, requireRole, type WorkspaceCtx } from "#core/platform/context.ts";
import { withTransaction } from "#core/platform/db.ts";
import { senders, workspaces } from "#db/schema/index.ts";
import type { AddSenderInput } from "./input.ts";
import { insertSender } from "./insert.ts";
import { prepareDomain } from "./prepare-domain.ts";

/** A name and address that mail may be from; a new domain gets a DKIM key of its own. Owners only. */
export async function addSender(
  ctx: WorkspaceCtx,
  input: AddSenderInput,
): Promise<Result<{ senderId: number; senderDomainId: number }>> {
  requireRole(ctx, "owner");
  const prepared = await prepareDomain(ctx, { workspaceId: ctx.workspaceId, domain: input.address.domain });
  if (!prepared.ok) return refuse(prepared.reason, { address: prepared.reason });
  return withTransaction(ctx, async (ctx) => {
    // One after the other, so that two tabs cannot add the same sender.
    await ctx.db
      .select({ id: workspaces.id })
      .from(workspaces)
      .where(eq(workspaces.id, ctx.workspaceId))
      .for("update");
    const [same] = await ctx.db
      .select({ id: senders.id })
      .from(senders)
      .where(
        and(
          eq(senders.workspaceId, ctx.workspaceId),
          isNull(senders.removedAt),
          eq(senders.name, input.name),
          sql`lower(${senders.address}) = lower(${input.address.address})`,
        ),
      );
    if (same)
      return refuse("This sender is here already.", { address: "With this name it is here already." });
    const added = await insertSender(ctx, {
      workspaceId: ctx.workspaceId,
      name: input.name,
      address: input.address.address,
      replyTo: input.replyTo?.address ?? null,
      prepared,
    });
    await ctx.db
      .update(workspaces)
      .set({ defaultSenderId: added.senderId })
      .where(and(eq(workspaces.id, ctx.workspaceId), isNull(workspaces.defaultSenderId)));
    await recordAudit(ctx, {
      workspaceId: ctx.workspaceId,
      action: "sender.add",
      target: input.address.address,
    });
    return { ok: true as const, ...added };
  });
}
