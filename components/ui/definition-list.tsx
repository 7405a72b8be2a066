import type { ReactNode } from "react";
import { cx } from "./cx.ts";

export type Fact = { term: ReactNode; value: ReactNode; key?: string };

/** Names and values. "rows" puts values right (numbers), "columns" beside their names, "stacked" below. */
export function DefinitionList({
  facts,
  layout = "columns",
}: {
  facts: Fact[];
  layout?: "rows" | "columns" | "stacked";
}) {
  return (
    <dl className="nums grid gap-1.5 text-table">
      {facts.map((fact) => (
        <div
          key={fact.key ?? String(fact.term)}
          className={cx(
            "min-w-0",
            layout === "rows" && "flex justify-between gap-4",
            layout === "columns" && "grid gap-x-3 sm:grid-cols-[minmax(5.5rem,8rem)_minmax(0,1fr)]",
            layout === "stacked" && "grid pb-1",
          )}
        >
          <dt className="text-muted">{fact.term}</dt>
          <dd className={cx("min-w-0 [overflow-wrap:anywhere]", layout === "rows" && "text-end font-medium")}>
            {fact.value}
          </dd>
        </div>
      ))}
    </dl>
  );
}
