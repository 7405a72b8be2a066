import type { ReactNode } from "react";
import { Toaster } from "../ui/toaster.tsx";
import { type Account, AccountMenu } from "./account-menu.tsx";
import { MailPulse, type Pulse } from "./mail-pulse.tsx";
import { adminNav, type Counts, workspaceNav } from "./nav.tsx";
import { NavList } from "./nav-list.tsx";
import { PhoneNav } from "./phone-nav.tsx";
import { type WorkspaceLink, WorkspaceSwitcher } from "./workspace-switcher.tsx";

/** The frame of every page behind the login: sidebar, or bars at head and foot on phones. */
export function AppShell({
  workspace,
  workspaces,
  user,
  isAdministrator,
  counts = {},
  pulse,
  accountHref,
  logout,
  banner,
  children,
}: {
  /** The open workspace; on pages of an administrator the last one, or null where there is none. */
  workspace: { slug: string; name: string } | null;
  workspaces: WorkspaceLink[];
  user: Account;
  isAdministrator: boolean;
  /** By key of the page: {campaigns: "1 live", lanes: "2 held"}. */
  counts?: Counts;
  pulse: Pulse | null;
  accountHref?: string;
  logout: string | (() => Promise<unknown>);
  /** Above the page, for what stops mail. */
  banner?: ReactNode;
  children: ReactNode;
}) {
  const pages = workspace ? workspaceNav(workspace.slug, counts) : [];
  const administration = isAdministrator ? adminNav(counts) : [];
  const switcher = <WorkspaceSwitcher current={workspace} workspaces={workspaces} />;
  const account = <AccountMenu user={user} accountHref={accountHref} logout={logout} />;
  const short = workspace ? pages.slice(0, 3) : administration.slice(0, 3);
  return (
    <div className="shell">
      <a href="#main" className="skip-link">
        Skip to the page
      </a>
      <aside className="sidebar" aria-label="Sidebar">
        <div className="p-3 pb-2">{switcher}</div>
        <nav aria-label="Main" className="min-h-0 flex-1 overflow-y-auto px-3 pb-3">
          <NavList items={pages} />
          {administration.length ? (
            <>
              <h2 className="nav-group">Administration</h2>
              <NavList items={administration} />
            </>
          ) : null}
        </nav>
        <div className="grid gap-2 p-3">
          {pulse ? <MailPulse pulse={pulse} /> : null}
          {account}
        </div>
      </aside>
      <header className="top-bar">{switcher}</header>
      <main id="main" tabIndex={-1} className="shell-main">
        {banner ? <div className="px-4 pt-4 md:px-8">{banner}</div> : null}
        {children}
      </main>
      <PhoneNav
        main={short}
        rest={workspace ? pages.slice(3) : []}
        administration={workspace ? administration : administration.slice(3)}
      >
        {pulse ? <MailPulse pulse={pulse} /> : null}
        {account}
      </PhoneNav>
      <Toaster />
    </div>
  );
}
