import { and, asc, eq, sql } from "drizzle-orm";
import type { AdminCtx, Ctx, WorkspaceId } from "#core/platform/context.ts";
import type { WorkspaceRole } from "#core/user/types.ts";
import { memberships, workspaces } from "#db/schema/index.ts";

/** A workspace as one of its members sees it. */
export type WorkspaceOf = Omit<typeof workspaces.$inferSelect, "id"> & {
  id: WorkspaceId;
  role: WorkspaceRole;
};

/** The workspace with this slug, if the user is a member of it. */
export async function readWorkspaceOf(
  ctx: Pick<Ctx, "db">,
  input: { slug: string; userId: number },
): Promise<WorkspaceOf | null> {
  const [found] = await ctx.db
    .select({ workspace: workspaces, role: memberships.role })
    .from(workspaces)
    .innerJoin(memberships, eq(memberships.workspaceId, workspaces.id))
    .where(and(eq(workspaces.slug, input.slug), eq(memberships.userId, input.userId)));
  // The one place where a member's workspace id is minted for requests.
  return found ? { ...found.workspace, id: found.workspace.id as WorkspaceId, role: found.role } : null;
}

/** The workspaces of a person, by name. */
export async function listWorkspacesOf(
  ctx: Pick<Ctx, "db">,
  input: { userId: number },
): Promise<{ id: number; slug: string; name: string; role: WorkspaceRole }[]> {
  return ctx.db
    .select({ id: workspaces.id, slug: workspaces.slug, name: workspaces.name, role: memberships.role })
    .from(workspaces)
    .innerJoin(memberships, eq(memberships.workspaceId, workspaces.id))
    .where(eq(memberships.userId, input.userId))
    .orderBy(asc(workspaces.name), asc(workspaces.id));
}

export type WorkspaceRow = {
  id: number;
  slug: string;
  name: string;
  createdAt: Date;
  members: number;
  /** The administrator's own role there; null where they are no member, and see nothing of it. */
  role: WorkspaceRole | null;
};

/** All workspaces for the Team page: names and numbers of people only. */
export async function listWorkspaces(ctx: AdminCtx): Promise<WorkspaceRow[]> {
  const userId = ctx.actor.kind === "user" ? ctx.actor.userId : 0;
  return ctx.db
    .select({
      id: workspaces.id,
      slug: workspaces.slug,
      name: workspaces.name,
      createdAt: workspaces.createdAt,
      members: sql<number>`(select count(*)::int from ${memberships} as m where m.workspace_id = ${workspaces.id})`,
      role: memberships.role,
    })
    .from(workspaces)
    .leftJoin(memberships, and(eq(memberships.workspaceId, workspaces.id), eq(memberships.userId, userId)))
    .orderBy(asc(workspaces.name), asc(workspaces.id));
}
