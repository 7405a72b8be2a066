import type { Metadata } from "next";
import { cookies } from "next/headers";
import { redirect } from "next/navigation";
import { AuthShell } from "#components/shell/auth-shell.tsx";
import { LinkButton } from "#components/ui/link-button.tsx";
import { lastWorkspaceCookie } from "#components/workspace/remember-workspace.ts";
import { isFirstRun } from "#core/user/read.ts";
import { listWorkspacesOf } from "#core/workspace/read.ts";
import { makeContext } from "./_server/context.ts";
import { currentSession } from "./_server/session.ts";

export const metadata: Metadata = { title: "Lettermill" };

/** Leads on: to the set-up, the log-in, the workspace that was open last, or the administration. */
export default async function Page() {
  const ctx = makeContext({ kind: "system" });
  const user = await currentSession();
  if (!user) redirect((await isFirstRun(ctx)) ? "/setup" : "/login");
  const workspaces = await listWorkspacesOf(ctx, { userId: user.id });
  const last = (await cookies()).get(lastWorkspaceCookie)?.value;
  const open = workspaces.find((workspace) => workspace.slug === last) ?? workspaces[0];
  if (open) redirect(`/${open.slug}`);
  if (user.isAdministrator) redirect("/admin/team");
  return (
    <AuthShell
      title="You are in no workspace"
      lead="An owner has to invite you. Until then there is nothing to see here."
    >
      <LinkButton href="/account">Your account</LinkButton>
    </AuthShell>
  );
}
