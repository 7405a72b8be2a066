"use client";

import { type ReactNode, useId, useState } from "react";
import { cx } from "../ui/cx.ts";
import { formatNumber, formatRowTime } from "../ui/format.ts";
import { CsvButton } from "./csv-button.tsx";

/** `zone` is that of its times, UTC without one; in a CSV they are ISO 8601. */
export type ChartTable = { columns: string[]; rows: (string | number | Date)[][]; zone?: string };
export type LegendEntry = { label: string; colour: string; line?: boolean; hatch?: boolean };

/**
 * The frame of every chart: title, one sentence of what it says, and a button that swaps the
 * drawing for a table of the same data. The drawing itself is hidden from screen readers.
 */
export function ChartFigure({
  title,
  description,
  summary,
  table,
  csvName = "chart",
  legend,
  actions,
  empty,
  level = "panel",
  children,
}: {
  title: string;
  description?: ReactNode;
  /** From the data: "Yahoo rose from 0.09 to 0.17 % in 30 days." Read out, not shown. */
  summary: string;
  table: ChartTable;
  csvName?: string;
  legend?: LegendEntry[];
  actions?: ReactNode;
  /** In place of the chart where there is no data; a sentence with the remedy. */
  empty?: ReactNode;
  /** "part" for a second chart inside a panel. */
  level?: "panel" | "part";
  children: ReactNode;
}) {
  const [asTable, setAsTable] = useState(false);
  const id = useId();
  const Heading = level === "panel" ? "h2" : "h3";
  const shown = (cell: string | number | Date) =>
    typeof cell === "number"
      ? formatNumber(cell)
      : cell instanceof Date
        ? formatRowTime(cell, table.zone ?? "UTC")
        : cell;

  return (
    <figure
      className={level === "panel" ? "panel m-0 p-4 pt-3.5" : "m-0 min-w-0"}
      aria-labelledby={`${id}-title`}
      aria-describedby={`${id}-summary`}
    >
      <figcaption className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1 basis-40">
          <Heading id={`${id}-title`} className="text-panel font-semibold">
            {title}
          </Heading>
          {description ? <div className="max-w-[68ch] text-help text-muted">{description}</div> : null}
          <p id={`${id}-summary`} className="sr-only">
            {summary}
          </p>
        </div>
        <div className="-mt-1 flex flex-wrap items-center gap-1">
          {actions}
          {empty ? null : (
            <>
              {asTable ? (
                <CsvButton name={csvName} columns={table.columns} rows={table.rows} label="CSV" />
              ) : null}
              <button
                type="button"
                className="btn btn-ghost btn-small px-2.5! text-link!"
                aria-pressed={asTable}
                onClick={() => setAsTable(!asTable)}
              >
                Table
              </button>
            </>
          )}
        </div>
      </figcaption>
      {empty ? (
        <div className="py-10 text-center text-body text-muted text-pretty">{empty}</div>
      ) : asTable ? (
        <section
          aria-label={`${title}, table`}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keys
          tabIndex={0}
          className="table-scroll -mx-4 mt-2 max-h-80 overflow-y-auto"
        >
          <table className="table" data-density="big">
            <caption className="sr-only">{title}</caption>
            <thead className="sticky top-0">
              <tr>
                {table.columns.map((column, index) => (
                  <th
                    key={column}
                    scope="col"
                    className={index > 0 && typeof table.rows[0]?.[index] === "number" ? "num" : undefined}
                  >
                    {column}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {table.rows.map((row) => (
                <tr key={row.join("|")}>
                  {row.map((cell, index) =>
                    index === 0 ? (
                      <th key={table.columns[index]} scope="row" className="whitespace-nowrap">
                        {shown(cell)}
                      </th>
                    ) : (
                      <td key={table.columns[index]} className={typeof cell === "number" ? "num" : undefined}>
                        {shown(cell)}
                      </td>
                    ),
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      ) : (
        <>
          {legend?.length ? (
            <ul className="mt-2.5 flex flex-wrap gap-x-4 gap-y-1 text-help text-muted">
              {legend.map((entry) => (
                <li key={entry.label} className="flex items-center gap-2">
                  <span
                    aria-hidden="true"
                    className={cx(
                      "inline-block flex-none forced-colors:border",
                      entry.line ? "h-0.5 w-4" : "size-2.5 rounded-[3px]",
                      entry.hatch && "hatch",
                    )}
                    style={{ backgroundColor: entry.colour }}
                  />
                  {entry.label}
                </li>
              ))}
            </ul>
          ) : null}
          <div aria-hidden="true" className="chart mt-3">
            {children}
          </div>
        </>
      )}
    </figure>
  );
}
