import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { AppShell } from "#components/shell/app-shell.tsx";
import { Banner } from "#components/ui/banner.tsx";
import { countOf } from "#components/ui/format.ts";
import { describePulse } from "#components/workspace/describe-pulse.ts";
import { lastWorkspaceCookie } from "#components/workspace/remember-workspace.ts";
import { readPulse } from "#core/delivery/pulse.ts";
import { listWorkspacesOf } from "#core/workspace/read.ts";
import { logOutAction } from "../(auth)/actions.ts";
import { makeContext } from "./context.ts";
import { requireUser } from "./page.ts";

const ROLE_NAMES = { owner: "Owner", marketer: "Marketer", viewer: "Viewer" } as const;

/** The frame of every page behind the log-in. `workspace` null: pages of an administrator, or of the person alone. */
export async function Shell({
  workspace,
  children,
}: {
  workspace: { id: number; slug: string; name: string; timeZone: string } | null;
  children: ReactNode;
}) {
  const { user, actor } = await requireUser();
  const ctx = makeContext(actor);
  const [workspaces, pulse] = await Promise.all([
    listWorkspacesOf(ctx, { userId: user.id }),
    workspace || user.isAdministrator
      ? readPulse(ctx, { workspaceId: workspace?.id ?? null })
      : Promise.resolve(null),
  ]);
  const last = (await cookies()).get(lastWorkspaceCookie)?.value;
  const open = workspace ?? workspaces.find((one) => one.slug === last) ?? workspaces[0] ?? null;
  const lanesOff = pulse ? pulse.lanesHeld + pulse.lanesSuspended : 0;
  return (
    <AppShell
      workspace={open && { slug: open.slug, name: open.name }}
      workspaces={workspaces.map(({ slug, name, role }) => ({ slug, name, role: ROLE_NAMES[role] }))}
      user={{ name: user.name, email: user.address }}
      isAdministrator={user.isAdministrator}
      counts={{
        campaigns: workspace && pulse?.live ? `${pulse.live} live` : undefined,
        lanes: user.isAdministrator && lanesOff > 0 ? `${lanesOff} off` : undefined,
      }}
      pulse={
        pulse &&
        describePulse(pulse, {
          slug: workspace?.slug ?? null,
          zone: workspace?.timeZone ?? "UTC",
          now: new Date(),
        })
      }
      accountHref="/account"
      logout={logOutAction.bind(null, undefined)}
      banner={
        pulse && !pulse.sendingAllowed ? (
          <Banner tone="danger" title="Sending is off.">
            {pulse.waiting > 0
              ? `${countOf(pulse.waiting, "person waits", "people wait")}. Nothing is lost; an administrator switches it on again.`
              : "Campaigns wait until an administrator switches it on again."}
          </Banner>
        ) : null
      }
    >
      {children}
    </AppShell>
  );
}
