import { ArrowDown, ArrowUp } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { cx } from "./cx.ts";

export type Sort = { href: string; direction?: "ascending" | "descending" | undefined };

export type ColumnHead = {
  key: string;
  head: ReactNode;
  /** "end" for numbers. */
  align?: "start" | "end" | "center" | undefined;
  /** Makes the head a link; say the direction on the column that is sorted now. */
  sort?: Sort | undefined;
  /** CSS width of the column. */
  width?: string | undefined;
  /** On phones: a labelled line (default), a line without its label, or left out. */
  phone?: "label" | "line" | "hide" | undefined;
  /** Muted text. */
  quiet?: boolean | undefined;
  /** Keeps the cell on one line. */
  tight?: boolean | undefined;
  /** The head is only read out. */
  hideHead?: boolean | undefined;
};

/** The class of a cell in this column. */
export function cellClass(column: ColumnHead): string | undefined {
  return (
    cx(
      column.align === "end" && "num",
      column.align === "center" && "mid",
      column.quiet && "quiet",
      column.tight && "tight",
    ) || undefined
  );
}

/** One column head, as a link where the column can be sorted. */
export function HeadCell({ column }: { column: ColumnHead }) {
  const { sort } = column;
  const label = column.hideHead ? <span className="sr-only">{column.head}</span> : column.head;
  return (
    <th
      scope="col"
      className={cellClass({ ...column, quiet: false, tight: false })}
      style={column.width ? { width: column.width } : undefined}
      aria-sort={sort ? (sort.direction ?? "none") : undefined}
    >
      {sort ? (
        <Link href={sort.href} scroll={false}>
          {label}
          {sort.direction === "ascending" ? <ArrowUp className="size-3" aria-hidden="true" /> : null}
          {sort.direction === "descending" ? <ArrowDown className="size-3" aria-hidden="true" /> : null}
        </Link>
      ) : (
        label
      )}
    </th>
  );
}
