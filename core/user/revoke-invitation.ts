import { and, eq, isNull, type SQL, sql } from "drizzle-orm";
import { recordAudit } from "#core/platform/audit.ts";
import {
  type AdminCtx,
  type Ctx,
  type Result,
  refuse,
  requireRole,
  type WorkspaceCtx,
} from "#core/platform/context.ts";
import { withTransaction } from "#core/platform/db.ts";
import { invitations } from "#db/schema/index.ts";
import type { InvitationInput } from "./input.ts";

/** Takes an open invitation to this workspace back; doing it twice changes nothing. */
export async function revokeInvitation(ctx: WorkspaceCtx, input: InvitationInput): Promise<Result> {
  requireRole(ctx, "owner");
  return revoke(ctx, input, eq(invitations.workspaceId, ctx.workspaceId), ctx.workspaceId);
}

/** Takes an open invitation to the administration back. */
export async function revokeAdministratorInvitation(ctx: AdminCtx, input: InvitationInput): Promise<Result> {
  return revoke(ctx, input, eq(invitations.asAdministrator, true));
}

function revoke(ctx: Ctx, input: InvitationInput, scope: SQL, workspaceId?: number): Promise<Result> {
  return withTransaction(ctx, async (ctx) => {
    const [row] = await ctx.db
      .update(invitations)
      .set({ revokedAt: sql`coalesce(${invitations.revokedAt}, now())` })
      .where(and(eq(invitations.id, input.invitationId), scope, isNull(invitations.acceptedAt)))
      .returning({ address: invitations.address });
    if (!row) return refuse("This invitation was accepted already, or there is none.");
    await recordAudit(ctx, {
      ...(workspaceId !== undefined && { workspaceId }),
      action: "user.revoke-invitation",
      target: row.address,
    });
    return { ok: true as const };
  });
}
