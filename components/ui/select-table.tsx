"use client";

import { Download, X } from "lucide-react";
import Link from "next/link";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { ConfirmDialog } from "./confirm-dialog.tsx";
import type { FormAction } from "./form-types.ts";
import { countOf, formatNumber } from "./format.ts";
import { IconButton } from "./icon-button.tsx";
import { Pager, type PagerProps } from "./pager.tsx";
import { nextSelection } from "./selection.ts";
import { type ColumnHead, cellClass, HeadCell } from "./table-head.tsx";

export type SelectRow = {
  id: string;
  /** Name of the row, read out beside its box: the address. */
  name: string;
  href?: string;
  /** By key of the column. */
  cells: Record<string, ReactNode>;
};

export type BulkAction = {
  id: string;
  /** "Add tag", "Unsubscribe", "Erase…". */
  label: string;
  icon?: ReactNode;
  danger?: boolean;
  /**
   * Gets `id` once per selected row, or `all=1` with `filter` (the page's query) where all that
   * match are meant, besides the fields. A big act enqueues a job and answers with a message.
   */
  action: FormAction;
  /** Asked in the dialog; {count} stands for "3 people". */
  title: string;
  confirmLabel: string;
  /** What happens, and the fields of the act. */
  body?: ReactNode;
  /** Has to be typed: the number of people. */
  typeCount?: boolean;
};

function withIds(href: string, ids: ReadonlySet<string>): string {
  const [path = "", query = ""] = href.split("?");
  const search = new URLSearchParams(query);
  for (const id of ids) search.append("id", id);
  return `${path}?${search}`;
}

/** A table whose rows can be selected; the bar of acts stands above the head. */
export function SelectTable({
  caption,
  columns,
  rows,
  actions,
  exportHref,
  matching,
  filter = "",
  one = "person",
  many = "people",
  pager,
  empty,
  big = true,
}: {
  caption: string;
  columns: ColumnHead[];
  rows: SelectRow[];
  actions: BulkAction[];
  /** A download of all that match the filter; with `id` once per selected row, of those. */
  exportHref?: string;
  /** How many match the filter; offers "Select all". Left out where it is not known. */
  matching?: number | null;
  /** The query string that "all" stands for. */
  filter?: string;
  one?: string;
  many?: string;
  pager?: PagerProps;
  empty?: ReactNode;
  big?: boolean;
}) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [all, setAll] = useState(false);
  const [asked, setAsked] = useState<BulkAction | null>(null);
  const anchor = useRef<string | null>(null);
  const head = useRef<HTMLInputElement>(null);
  const ids = rows.map((row) => row.id);
  const page = ids.join(" ");

  // Another page or another filter: what was selected is out of sight, so it is let go.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the texts stand for rows and filter
  useEffect(() => {
    setChosen(new Set());
    setAll(false);
    anchor.current = null;
  }, [page, filter]);

  const every = ids.length > 0 && ids.every((id) => chosen.has(id));
  useEffect(() => {
    if (head.current) head.current.indeterminate = chosen.size > 0 && !every;
  }, [chosen, every]);

  const count = all ? (matching ?? chosen.size) : chosen.size;
  const counted = countOf(count, one, many);
  const clear = () => {
    setChosen(new Set());
    setAll(false);
  };
  const fill = (text: string) => text.replaceAll("{count}", counted);

  if (rows.length === 0 && empty) return <div className="panel">{empty}</div>;
  return (
    <div className="panel">
      <p className="sr-only" role="status">
        {count > 0 ? `${formatNumber(count)} selected` : ""}
      </p>
      {count > 0 ? (
        <section
          aria-label="Selection"
          className="sticky top-0 z-10 flex min-h-11 flex-wrap items-center gap-x-3 gap-y-1 rounded-t-panel bg-accent-soft px-4 py-1.5 text-table"
        >
          <span className="nums font-semibold">{formatNumber(count)} selected</span>
          {matching && !all && every && matching > ids.length ? (
            <button type="button" className="link nums" onClick={() => setAll(true)}>
              Select all {formatNumber(matching)}
            </button>
          ) : null}
          <span className="flex flex-1 flex-wrap items-center gap-1">
            {actions.map((action) => (
              <button
                key={action.id}
                type="button"
                className={`btn btn-small px-2! ${action.danger ? "btn-danger-ghost" : "btn-ghost"}`}
                onClick={() => setAsked(action)}
              >
                {action.icon}
                {action.label}
              </button>
            ))}
            {exportHref ? (
              <a
                className="btn btn-small btn-ghost px-2!"
                href={all ? exportHref : withIds(exportHref, chosen)}
                download
              >
                <Download aria-hidden="true" />
                Export
              </a>
            ) : null}
          </span>
          <IconButton
            name="Clear selection"
            tip="end"
            size="small"
            icon={<X aria-hidden="true" />}
            onClick={clear}
          />
        </section>
      ) : null}
      <div className="table-scroll">
        <table
          className="table"
          data-cards="true"
          data-density={big ? "big" : undefined}
          onKeyDown={(event) => {
            if (event.key === "Escape" && count > 0) clear();
          }}
        >
          <caption className="sr-only">{caption}</caption>
          <thead>
            <tr>
              <th scope="col" style={{ width: 40 }}>
                <label className="pick-box">
                  <input
                    ref={head}
                    type="checkbox"
                    className="check align-middle"
                    aria-label="Select all on this page"
                    checked={every}
                    onChange={() => {
                      setAll(false);
                      setChosen(every ? new Set() : new Set(ids));
                    }}
                  />
                </label>
              </th>
              {columns.map((column) => (
                <HeadCell key={column.key} column={column} />
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.id} data-selected={all || chosen.has(row.id) || undefined}>
                <td className="pick">
                  <label className="pick-box">
                    <input
                      type="checkbox"
                      className="check align-middle"
                      aria-label={`Select ${row.name}`}
                      checked={all || chosen.has(row.id)}
                      onChange={() => undefined}
                      onClick={(event) => {
                        setAll(false);
                        const from = event.shiftKey ? anchor.current : null;
                        setChosen(nextSelection(ids, chosen, row.id, from));
                        anchor.current = row.id;
                      }}
                    />
                  </label>
                </td>
                {columns.map((column, index) =>
                  index === 0 ? (
                    <th key={column.key} scope="row" className={cellClass(column)}>
                      {row.href ? (
                        <Link href={row.href} className="row-link">
                          {row.cells[column.key]}
                        </Link>
                      ) : (
                        row.cells[column.key]
                      )}
                    </th>
                  ) : (
                    <td
                      key={column.key}
                      className={cellClass(column)}
                      data-label={typeof column.head === "string" && column.head ? column.head : undefined}
                      data-phone={column.phone}
                    >
                      {row.cells[column.key]}
                    </td>
                  ),
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {pager && (pager.back || pager.next || pager.text) ? (
        <div className="panel-footer py-2!">
          <Pager {...pager} />
        </div>
      ) : null}
      {asked ? (
        <ConfirmDialog
          open
          onOpenChange={() => setAsked(null)}
          title={fill(asked.title)}
          confirmLabel={fill(asked.confirmLabel)}
          danger={asked.danger ?? false}
          {...(asked.typeCount ? { typed: { text: formatNumber(count), label: `How many ${many}` } } : {})}
          action={async (form) => {
            if (all) {
              form.set("all", "1");
              form.set("filter", filter);
            } else for (const id of chosen) form.append("id", id);
            const result = (await asked.action(form)) ?? undefined;
            if (result?.ok !== false) clear();
            return result;
          }}
        >
          {asked.body}
        </ConfirmDialog>
      ) : null}
    </div>
  );
}
