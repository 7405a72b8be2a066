import Link from "next/link";
import type { ReactNode } from "react";

export type Segment = { label: ReactNode; href: string; current?: boolean };

/** A choice of few as links (24 h, 48 h, 7 d); the choice is in the address. */
export function Segmented({ label, segments }: { label: string; segments: Segment[] }) {
  return (
    <nav aria-label={label} className="segmented">
      {segments.map((segment) => (
        <Link
          key={segment.href}
          href={segment.href}
          scroll={false}
          className="segment"
          aria-current={segment.current ? "true" : undefined}
        >
          {segment.label}
        </Link>
      ))}
    </nav>
  );
}
