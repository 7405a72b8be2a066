import { X } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";

export type FilterChip = {
  key: string;
  /** "Joined". */
  field: string;
  /** "after". */
  relation?: string;
  /** "1 Jan 2022". */
  value: string;
  /** The same page without this filter. */
  removeHref: string;
};

/** The filters of this page as words, each can be dropped; `children` adds one. */
export function FilterChips({ chips, children }: { chips: FilterChip[]; children?: ReactNode }) {
  if (chips.length === 0) return children ?? null;
  return (
    <ul className="flex flex-wrap items-center gap-2" aria-label="Filters">
      {chips.map((chip) => (
        <li
          key={chip.key}
          className="inline-flex min-h-8 items-center gap-1.5 rounded-control bg-surface pl-2.5 text-table ring-1 ring-border ring-inset"
        >
          <span className="text-muted">{chip.field}</span>
          {chip.relation ? <span>{chip.relation}</span> : null}
          <span className="font-medium">{chip.value}</span>
          <Link
            href={chip.removeHref}
            scroll={false}
            className="grid size-8 place-content-center rounded-control text-muted hover:text-foreground"
            aria-label={`Drop filter ${chip.field} ${chip.value}`}
          >
            <X className="size-3.5" strokeWidth={1.75} aria-hidden="true" />
          </Link>
        </li>
      ))}
      {children ? <li>{children}</li> : null}
    </ul>
  );
}
