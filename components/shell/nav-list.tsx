"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { cx } from "../ui/cx.ts";
import type { NavItem } from "./nav.tsx";

/** True where the address is this item's page or lies below it. */
export function isCurrent(item: { href: string; exact?: boolean | undefined }, path: string): boolean {
  return path === item.href || (!item.exact && path.startsWith(`${item.href}/`));
}

/** The links of one group of the sidebar. */
export function NavList({ items, onGo }: { items: NavItem[]; onGo?: () => void }) {
  const path = usePathname();
  return (
    <ul className="nav-list">
      {items.map((item) => (
        <li key={item.key}>
          <Link
            href={item.href}
            className="nav-item"
            aria-current={isCurrent(item, path) ? "page" : undefined}
            onClick={onGo}
          >
            {item.icon}
            <span className="min-w-0 flex-1 truncate">{item.label}</span>
            {item.count ? <span className="nav-count">{item.count}</span> : null}
          </Link>
        </li>
      ))}
    </ul>
  );
}

/** The bar at the foot of a phone: three pages and the rest. */
export function BottomBar({
  items,
  moreOpen,
  onMore,
}: {
  items: NavItem[];
  moreOpen: boolean;
  onMore: () => void;
}) {
  const path = usePathname();
  return (
    <nav aria-label="Main, short" className="bottom-bar">
      {items.map((item) => (
        <Link
          key={item.key}
          href={item.href}
          className="bottom-item"
          aria-current={isCurrent(item, path) ? "page" : undefined}
        >
          {item.icon}
          {item.label}
        </Link>
      ))}
      <button
        type="button"
        className={cx("bottom-item", moreOpen && "font-medium")}
        aria-expanded={moreOpen}
        aria-controls="more"
        onClick={onMore}
      >
        <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeLinecap="round" aria-hidden="true">
          <path d="M4 6h16M4 12h16M4 18h16" />
        </svg>
        More
      </button>
    </nav>
  );
}
