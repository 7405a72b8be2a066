import { and, eq, gt, isNull, sql } from "drizzle-orm";
import { recordAudit } from "#core/platform/audit.ts";
import type { Ctx, Result } from "#core/platform/context.ts";
import { CoreError, refuse } from "#core/platform/context.ts";
import { withTransaction } from "#core/platform/db.ts";
import { invitations, memberships, users, workspaces } from "#db/schema/index.ts";
import { checkPassword } from "./check-password.ts";
import type { AcceptInvitationInput } from "./input.ts";
import { hashPassword } from "./password.ts";
import { PASSWORD_MIN } from "./rules.ts";
import { startSession } from "./start-session.ts";
import { hashToken } from "./token.ts";
import type { WorkspaceRole } from "./types.ts";

const CLOSED = "This invitation was used, taken back, or is too old. Ask for a new one.";

export type OpenInvitation = {
  id: number;
  address: string;
  addressKey: string;
  role: WorkspaceRole | null;
  workspaceId: number | null;
  workspace: string | null;
  slug: string | null;
  /** They have an account already: accepting asks for its password. */
  hasAccount: boolean;
};

const isOpen = (token: string) =>
  and(
    eq(invitations.tokenHash, hashToken(token)),
    isNull(invitations.acceptedAt),
    isNull(invitations.revokedAt),
    gt(invitations.expiresAt, sql`now()`),
  );

/** The invitation behind a link; null where it is no longer open. */
export async function readInvitation(
  ctx: Pick<Ctx, "db">,
  input: { token: string },
): Promise<OpenInvitation | null> {
  const [found] = await ctx.db
    .select({
      id: invitations.id,
      address: invitations.address,
      addressKey: invitations.addressKey,
      role: invitations.role,
      workspaceId: invitations.workspaceId,
      workspace: workspaces.name,
      slug: workspaces.slug,
      hasAccount: sql<boolean>`${users.id} is not null`,
    })
    .from(invitations)
    .leftJoin(workspaces, eq(workspaces.id, invitations.workspaceId))
    .leftJoin(users, eq(users.addressKey, invitations.addressKey))
    .where(isOpen(input.token));
  return found ?? null;
}

/** Makes the account where there is none, gives the role, and logs this browser in. The link works once. */
export async function acceptInvitation(
  ctx: Ctx,
  input: AcceptInvitationInput,
): Promise<Result<{ sessionId: string; userId: number; slug: string | null }>> {
  const invitation = await readInvitation(ctx, input);
  if (!invitation) return refuse(CLOSED);
  const newcomer = invitation.hasAccount ? null : await readNewcomer(input);
  if (newcomer && !newcomer.ok) return newcomer;
  const known = newcomer
    ? null
    : await checkPassword(ctx, { address: invitation.address, password: input.password });
  if (known && !known.ok) return refuse(known.reason, { password: known.reason });

  return withTransaction(ctx, async (ctx) => {
    const [taken] = await ctx.db
      .update(invitations)
      .set({ acceptedAt: sql`now()` })
      .where(isOpen(input.token))
      .returning({ asAdministrator: invitations.asAdministrator, invitedBy: invitations.invitedBy });
    if (!taken) return refuse(CLOSED);
    const userId = known?.ok ? known.userId : await insertUser(ctx, invitation, newcomer?.user);
    if (invitation.workspaceId !== null && invitation.role !== null) {
      await ctx.db
        .insert(memberships)
        .values({ workspaceId: invitation.workspaceId, userId, role: invitation.role })
        .onConflictDoNothing();
    }
    if (taken.asAdministrator) {
      await ctx.db.update(users).set({ isAdministrator: true }).where(eq(users.id, userId));
    }
    await recordAudit(ctx, {
      ...(invitation.workspaceId !== null && { workspaceId: invitation.workspaceId }),
      action: "user.accept-invitation",
      target: invitation.address,
      details: { role: invitation.role ?? "administrator", invitedBy: taken.invitedBy },
    });
    return { ok: true as const, ...(await startSession(ctx, { userId })), slug: invitation.slug };
  });
}

type Newcomer = { name: string; passwordHash: string };

async function readNewcomer(input: AcceptInvitationInput): Promise<Result<{ user: Newcomer }>> {
  if (!input.name) return refuse("Say what to call you.", { name: "Say what to call you." });
  if (input.password.length < PASSWORD_MIN) {
    const reason = `Use ${PASSWORD_MIN} characters or more.`;
    return refuse(reason, { password: reason });
  }
  return { ok: true, user: { name: input.name, passwordHash: await hashPassword(input.password) } };
}

async function insertUser(
  ctx: Ctx,
  invitation: OpenInvitation,
  newcomer: Newcomer | undefined,
): Promise<number> {
  const [user] = newcomer
    ? await ctx.db
        .insert(users)
        .values({ ...newcomer, address: invitation.address, addressKey: invitation.addressKey })
        .onConflictDoNothing()
        .returning({ id: users.id })
    : [];
  // Somebody accepted another invitation to the same address in the meantime.
  if (!user)
    throw new CoreError("conflict", "This account was made just now. Open the link again and log in.");
  return user.id;
}
