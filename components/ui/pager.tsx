import type { ReactNode } from "react";
import { LinkButton } from "./link-button.tsx";

export type PagerProps = {
  /** What is shown, in words: "1 to 50, latest click first". */
  text?: ReactNode;
  /** Address of the page before; left out on the first. */
  back?: string | null | undefined;
  /** Address of the page after; left out on the last. */
  next?: string | null | undefined;
  size?: number;
};

/** Keyset paging: there are no page numbers, because counting a million rows helps nobody. */
export function Pager({ text, back, next, size = 50 }: PagerProps) {
  return (
    <nav aria-label="Pages" className="flex min-h-9 flex-wrap items-center justify-between gap-3">
      <span className="nums text-table text-muted">{text}</span>
      <span className="flex gap-1">
        {back ? (
          <LinkButton href={back} variant="ghost" size="small" rel="prev">
            Back
          </LinkButton>
        ) : null}
        {next ? (
          <LinkButton href={next} variant="ghost" size="small" rel="next">
            Next {size}
          </LinkButton>
        ) : null}
      </span>
    </nav>
  );
}
