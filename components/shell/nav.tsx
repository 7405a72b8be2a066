import {
  Activity,
  Ban,
  Cpu,
  Filter,
  Gauge,
  Globe,
  House,
  Inbox,
  LayoutTemplate,
  ListChecks,
  Network,
  Send,
  Server,
  Settings,
  ShieldBan,
  UserCog,
  Users,
} from "lucide-react";
import type { ReactNode } from "react";

export type NavItem = {
  key: string;
  label: string;
  href: string;
  icon: ReactNode;
  /** A word and a number of what is going on: "1 live". Nothing where nothing needs anybody. */
  count?: string | undefined;
  /** Current only on exactly this address. */
  exact?: boolean;
};

export type Counts = Partial<Record<string, string | undefined>>;

function withCounts(items: NavItem[], counts: Counts): NavItem[] {
  return items.map((item) => ({ ...item, count: counts[item.key] }));
}

/** The pages of a workspace. Keys: home, campaigns, subscribers, lists, segments, templates, suppressions, settings. */
export function workspaceNav(slug: string, counts: Counts = {}): NavItem[] {
  const at = (path: string) => `/${slug}${path}`;
  return withCounts(
    [
      { key: "home", label: "Home", href: at(""), icon: <House />, exact: true },
      { key: "campaigns", label: "Campaigns", href: at("/campaigns"), icon: <Send /> },
      { key: "subscribers", label: "Subscribers", href: at("/subscribers"), icon: <Users /> },
      { key: "lists", label: "Lists & forms", href: at("/lists"), icon: <ListChecks /> },
      { key: "segments", label: "Segments", href: at("/segments"), icon: <Filter /> },
      { key: "templates", label: "Templates", href: at("/templates"), icon: <LayoutTemplate /> },
      { key: "suppressions", label: "Suppressions", href: at("/suppressions"), icon: <Ban /> },
      { key: "settings", label: "Settings", href: at("/settings"), icon: <Settings /> },
    ],
    counts,
  );
}

/** The pages of an administrator. Keys: deliverability, lanes, providers, sources, domains, all-suppressions, sandbox, team, system. */
export function adminNav(counts: Counts = {}): NavItem[] {
  return withCounts(
    [
      { key: "deliverability", label: "Deliverability", href: "/admin/deliverability", icon: <Activity /> },
      { key: "lanes", label: "Lanes", href: "/admin/lanes", icon: <Network /> },
      { key: "providers", label: "Providers", href: "/admin/providers", icon: <Gauge /> },
      { key: "sources", label: "Sources & pools", href: "/admin/sources", icon: <Server /> },
      { key: "domains", label: "Domains", href: "/admin/domains", icon: <Globe /> },
      {
        key: "all-suppressions",
        label: "All suppressions",
        href: "/admin/suppressions",
        icon: <ShieldBan />,
      },
      { key: "sandbox", label: "Sandbox inbox", href: "/admin/sandbox", icon: <Inbox /> },
      { key: "team", label: "Team", href: "/admin/team", icon: <UserCog /> },
      { key: "system", label: "System", href: "/admin/system", icon: <Cpu /> },
    ],
    counts,
  );
}
