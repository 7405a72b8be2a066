import { type AdminCtx, CoreError, type Ctx, hasRole, type WorkspaceCtx } from "#core/platform/context.ts";
import type { WorkspaceRole } from "#core/user/types.ts";
import { readWorkspaceOf } from "#core/workspace/read.ts";
import { makeContext } from "./context.ts";
import { requestOrigin } from "./request.ts";
import { currentSession } from "./session.ts";

/** For actions and route handlers: session, membership and role, or a CoreError. Strangers get "not-found". */
export async function authorizeWorkspace(role: WorkspaceRole, slug: unknown): Promise<WorkspaceCtx> {
  const ctx = await authorizeUser();
  const workspace =
    typeof slug === "string" ? await readWorkspaceOf(ctx, { slug, userId: ctx.actor.userId }) : null;
  if (!workspace) throw new CoreError("not-found", "There is no such workspace.");
  if (!hasRole(workspace.role, role)) {
    throw new CoreError("forbidden", `Your role here is ${workspace.role}; this needs ${role}.`);
  }
  return { ...ctx, workspaceId: workspace.id, role: workspace.role };
}

export async function authorizeAdministrator(): Promise<AdminCtx> {
  const session = await currentSession();
  const ctx = await authorizeUser();
  if (!session?.isAdministrator) throw new CoreError("forbidden", "Only administrators can do this.");
  return { ...ctx, administrator: true };
}

export type UserCtx = Ctx & { actor: { kind: "user"; userId: number; ip: string | null } };

export class LoggedOutError extends CoreError {
  constructor() {
    super("forbidden", "You are logged out. Log in again in another tab, then repeat this.");
  }
}

export async function authorizeUser(): Promise<UserCtx> {
  const session = await currentSession();
  if (!session) throw new LoggedOutError();
  const { ip } = await requestOrigin();
  const actor = { kind: "user" as const, userId: session.id, ip };
  return { ...makeContext(actor), actor };
}
