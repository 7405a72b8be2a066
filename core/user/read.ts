import { and, asc, desc, eq, gt, isNull, sql } from "drizzle-orm";
import type { AdminCtx, Ctx, WorkspaceCtx } from "#core/platform/context.ts";
import { invitations, memberships, sessions, users } from "#db/schema/index.ts";
import type { WorkspaceRole } from "./types.ts";

/** True until the first administrator exists. */
export async function isFirstRun(ctx: Pick<Ctx, "db">): Promise<boolean> {
  const found = await ctx.db.select({ id: users.id }).from(users).limit(1);
  return found.length === 0;
}

export type SessionRow = {
  id: string;
  createdAt: Date;
  lastSeenAt: Date;
  ip: string | null;
  userAgent: string | null;
};

/** Where a person is logged in now, last seen first. */
export async function listSessions(ctx: Pick<Ctx, "db">, input: { userId: number }): Promise<SessionRow[]> {
  return ctx.db
    .select({
      id: sessions.id,
      createdAt: sessions.createdAt,
      lastSeenAt: sessions.lastSeenAt,
      ip: sessions.ip,
      userAgent: sessions.userAgent,
    })
    .from(sessions)
    .where(
      and(eq(sessions.userId, input.userId), isNull(sessions.revokedAt), gt(sessions.expiresAt, sql`now()`)),
    )
    .orderBy(desc(sessions.lastSeenAt));
}

export type Member = {
  userId: number;
  name: string;
  address: string;
  role: WorkspaceRole;
  lastSeenAt: Date | null;
  disabledAt: Date | null;
};

/** The people of the workspace, owners first. */
export async function listMembers(ctx: WorkspaceCtx): Promise<Member[]> {
  return ctx.db
    .select({
      userId: users.id,
      name: users.name,
      address: users.address,
      role: memberships.role,
      lastSeenAt: users.lastSeenAt,
      disabledAt: users.disabledAt,
    })
    .from(memberships)
    .innerJoin(users, eq(users.id, memberships.userId))
    .where(eq(memberships.workspaceId, ctx.workspaceId))
    .orderBy(asc(memberships.role), asc(users.name), asc(users.id));
}

export type InvitationRow = {
  id: number;
  address: string;
  role: WorkspaceRole | null;
  createdAt: Date;
  expiresAt: Date;
};

const isOpen = and(
  isNull(invitations.acceptedAt),
  isNull(invitations.revokedAt),
  gt(invitations.expiresAt, sql`now()`),
);

const invitationRow = {
  id: invitations.id,
  address: invitations.address,
  role: invitations.role,
  createdAt: invitations.createdAt,
  expiresAt: invitations.expiresAt,
};

/** Open invitations to the workspace, newest first. */
export async function listInvitations(ctx: WorkspaceCtx): Promise<InvitationRow[]> {
  return ctx.db
    .select(invitationRow)
    .from(invitations)
    .where(and(isOpen, eq(invitations.workspaceId, ctx.workspaceId)))
    .orderBy(desc(invitations.id));
}

/** Open invitations to the administration, newest first. */
export async function listAdministratorInvitations(ctx: AdminCtx): Promise<InvitationRow[]> {
  return ctx.db
    .select(invitationRow)
    .from(invitations)
    .where(and(isOpen, eq(invitations.asAdministrator, true)))
    .orderBy(desc(invitations.id));
}

export type TeamMember = {
  userId: number;
  name: string;
  address: string;
  isAdministrator: boolean;
  lastSeenAt: Date | null;
  disabledAt: Date | null;
  workspaces: number;
};

/** Everybody with an account, administrators first. */
export async function listUsers(ctx: AdminCtx): Promise<TeamMember[]> {
  return ctx.db
    .select({
      userId: users.id,
      name: users.name,
      address: users.address,
      isAdministrator: users.isAdministrator,
      lastSeenAt: users.lastSeenAt,
      disabledAt: users.disabledAt,
      workspaces: sql<number>`(select count(*)::int from memberships m where m.user_id = users.id)`,
    })
    .from(users)
    .orderBy(desc(users.isAdministrator), asc(users.name), asc(users.id));
}
