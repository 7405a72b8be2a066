import type { ReactNode } from "react";

/** The line above a table: search and filters at the left, what belongs to the whole at the right. */
export function Toolbar({ children, end }: { children?: ReactNode; end?: ReactNode }) {
  return (
    <div className="mb-2.5 flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
      <div className="flex min-w-0 flex-1 flex-wrap items-center gap-2 max-sm:basis-full">{children}</div>
      {end ? <div className="nums flex flex-wrap items-center gap-2 text-table text-muted">{end}</div> : null}
    </div>
  );
}
