import Link from "next/link";
import type { ReactNode } from "react";

export type LinkTab = { label: string; href: string; current?: boolean; count?: ReactNode };

/** Tabs that are links, so that each has its own address. */
export function LinkTabs({ label, tabs }: { label: string; tabs: LinkTab[] }) {
  return (
    <nav aria-label={label} className="tabs">
      {tabs.map((tab) => (
        <Link key={tab.href} href={tab.href} className="tab" aria-current={tab.current ? "page" : undefined}>
          {tab.label}
          {tab.count !== undefined && tab.count !== null ? (
            <span className="nums text-help font-normal text-muted">{tab.count}</span>
          ) : null}
        </Link>
      ))}
    </nav>
  );
}
