import { and, eq, isNull, ne, sql } from "drizzle-orm";
import { recordAudit } from "#core/platform/audit.ts";
import { type Result, refuse, requireRole, type WorkspaceCtx } from "#core/platform/context.ts";
import { withTransaction } from "#core/platform/db.ts";
import { memberships, users, workspaces } from "#db/schema/index.ts";
import type { ChangeRoleInput, RemoveMemberInput } from "./input.ts";

const LAST_OWNER = "A workspace needs an owner. Make somebody else owner first.";

/** Gives a member another role; the last owner keeps theirs. Owners only. */
export async function changeRole(ctx: WorkspaceCtx, input: ChangeRoleInput): Promise<Result> {
  requireRole(ctx, "owner");
  return withTransaction(ctx, async (ctx) => {
    if (input.role !== "owner" && !(await hasOtherOwner(ctx, input.userId))) return refuse(LAST_OWNER);
    const [changed] = await ctx.db
      .update(memberships)
      .set({ role: input.role })
      .where(and(eq(memberships.workspaceId, ctx.workspaceId), eq(memberships.userId, input.userId)))
      .returning({ userId: memberships.userId });
    if (!changed) return refuse("They are not in this workspace.");
    await record(ctx, "workspace.change-role", input.userId, { role: input.role });
    return { ok: true as const };
  });
}

/** Takes somebody out of the workspace; it holds from their next click. Owners only. */
export async function removeMember(ctx: WorkspaceCtx, input: RemoveMemberInput): Promise<Result> {
  requireRole(ctx, "owner");
  return withTransaction(ctx, async (ctx) => {
    if (!(await hasOtherOwner(ctx, input.userId))) return refuse(LAST_OWNER);
    const [removed] = await ctx.db
      .delete(memberships)
      .where(and(eq(memberships.workspaceId, ctx.workspaceId), eq(memberships.userId, input.userId)))
      .returning({ userId: memberships.userId });
    if (!removed) return refuse("They are not in this workspace.");
    await record(ctx, "workspace.remove-member", input.userId, {});
    return { ok: true as const };
  });
}

/** Locks the workspace, so that two owners cannot remove each other at once. */
async function hasOtherOwner(ctx: WorkspaceCtx, userId: number): Promise<boolean> {
  await ctx.db
    .select({ id: workspaces.id })
    .from(workspaces)
    .where(eq(workspaces.id, ctx.workspaceId))
    .for("update");
  const found = await ctx.db
    .select({ one: sql`1` })
    .from(memberships)
    .innerJoin(users, eq(users.id, memberships.userId))
    .where(
      and(
        eq(memberships.workspaceId, ctx.workspaceId),
        eq(memberships.role, "owner"),
        ne(memberships.userId, userId),
        isNull(users.disabledAt),
      ),
    )
    .limit(1);
  return found.length > 0;
}

async function record(
  ctx: WorkspaceCtx,
  action: string,
  userId: number,
  details: Record<string, unknown>,
): Promise<void> {
  const [user] = await ctx.db.select({ address: users.address }).from(users).where(eq(users.id, userId));
  await recordAudit(ctx, {
    workspaceId: ctx.workspaceId,
    action,
    target: user?.address ?? "",
    details: { userId, ...details },
  });
}
