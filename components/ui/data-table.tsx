import Link from "next/link";
import type { ReactNode } from "react";
import { Pager, type PagerProps } from "./pager.tsx";
import { type ColumnHead, cellClass, HeadCell } from "./table-head.tsx";

export type Column<Row> = ColumnHead & {
  cell: (row: Row) => ReactNode;
};

/** A region that scrolls sideways has to be reachable by keys. */
function Scroller({
  caption,
  sticky,
  reachable,
  children,
}: {
  caption: string;
  sticky: boolean;
  reachable: boolean;
  children: ReactNode;
}) {
  if (!reachable)
    return (
      <div className="table-scroll" data-sticky={sticky}>
        {children}
      </div>
    );
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
    <section className="table-scroll" data-sticky={sticky} tabIndex={0} aria-label={caption}>
      {children}
    </section>
  );
}

/**
 * A plain table, rendered on the server. The first column is the row's header and its link.
 * Below 768 px each row is a card. Put it into `<Panel flush>`, or leave `bare` off to get a panel.
 */
export function DataTable<Row>({
  caption,
  columns,
  rows,
  rowKey,
  rowHref,
  pager,
  empty,
  sticky = false,
  big = false,
  cards = true,
  bare = false,
}: {
  /** What the table is, read out. */
  caption: string;
  columns: Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string | number;
  rowHref?: (row: Row) => string | null | undefined;
  pager?: PagerProps;
  /** Shown in place of rows. */
  empty?: ReactNode;
  /** Head stays in view. Not inside a panel that clips. */
  sticky?: boolean;
  /** 34 px rows for long tables. */
  big?: boolean;
  /** Rows become cards on phones; switch off for small tables of numbers. */
  cards?: boolean;
  /** Without a panel of its own. */
  bare?: boolean;
}) {
  const body =
    rows.length === 0 && empty ? (
      empty
    ) : (
      <>
        <Scroller caption={caption} sticky={sticky} reachable={!cards}>
          <table className="table" data-cards={cards} data-density={big ? "big" : undefined}>
            <caption className="sr-only">{caption}</caption>
            <thead>
              <tr>
                {columns.map((column) => (
                  <HeadCell key={column.key} column={column} />
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={rowKey(row)}>
                  {columns.map((column, index) => {
                    const content = column.cell(row);
                    if (index > 0)
                      return (
                        <td
                          key={column.key}
                          className={cellClass(column)}
                          data-label={
                            typeof column.head === "string" && column.head && !column.hideHead
                              ? column.head
                              : undefined
                          }
                          data-phone={column.phone}
                        >
                          {content}
                        </td>
                      );
                    const href = rowHref?.(row);
                    return (
                      <th key={column.key} scope="row" className={cellClass(column)}>
                        {href ? (
                          <Link href={href} className="row-link">
                            {content}
                          </Link>
                        ) : (
                          content
                        )}
                      </th>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </Scroller>
        {pager && (pager.back || pager.next || pager.text) ? (
          <div className="panel-footer py-2!">
            <Pager {...pager} />
          </div>
        ) : null}
      </>
    );
  return bare ? <div>{body}</div> : <div className="panel">{body}</div>;
}
