import { notFound, redirect } from "next/navigation";
import { cache } from "react";
import type { Actor, AdminCtx, WorkspaceCtx } from "#core/platform/context.ts";
import type { SessionUser } from "#core/user/read-session.ts";
import { readWorkspaceOf, type WorkspaceOf } from "#core/workspace/read.ts";
import { makeContext } from "./context.ts";
import { requestedPage, requestOrigin } from "./request.ts";
import { currentSession } from "./session.ts";

/** The logged-in person; others are sent to log in. */
export const requireUser = cache(
  async (): Promise<{ user: SessionUser; actor: Actor & { kind: "user" } }> => {
    const user = await currentSession();
    if (!user) redirect(`/login?next=${encodeURIComponent(await requestedPage())}`);
    const { ip } = await requestOrigin();
    return { user, actor: { kind: "user", userId: user.id, ip } };
  },
);

/** A workspace by its slug, for its members; to others it does not exist. Read once per request. */
export const requireWorkspace = cache(
  async (slug: string): Promise<{ ctx: WorkspaceCtx; workspace: WorkspaceOf; user: SessionUser }> => {
    const { user, actor } = await requireUser();
    const ctx = makeContext(actor);
    const workspace = await readWorkspaceOf(ctx, { slug, userId: user.id });
    if (!workspace) notFound();
    return { ctx: { ...ctx, workspaceId: workspace.id, role: workspace.role }, workspace, user };
  },
);

/** For administrators; to others the page does not exist. */
export const requireAdministrator = cache(async (): Promise<{ ctx: AdminCtx; user: SessionUser }> => {
  const { user, actor } = await requireUser();
  if (!user.isAdministrator) notFound();
  return { ctx: { ...makeContext(actor), administrator: true }, user };
});
