import Link from "next/link";
import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { formatNumber, formatRate } from "#components/ui/format.ts";
import { StatusChip } from "#components/ui/status-chip.tsx";
import type { ListRow } from "#core/list/read.ts";

/** Lists with where people stand; every number opens those people. */
export function ListTable({ rows, path }: { rows: ListRow[]; path: string }) {
  const people = (row: ListRow, standing: string, n: number) => (
    <Link className="ink-link" href={`${path}/subscribers?list=${row.id}&standing=${standing}`}>
      {formatNumber(n)}
    </Link>
  );
  return (
    <DataTable
      caption="Lists"
      rows={rows}
      rowKey={(row) => row.id}
      rowHref={(row) => `${path}/lists/${row.id}`}
      empty={
        <EmptyState title="No lists yet">
          A list is a topic that people sign up to. Forms, imports and campaigns all need one.
        </EmptyState>
      }
      columns={[
        { key: "name", head: "List", cell: (row) => row.name },
        {
          key: "optIn",
          head: "Opt-in",
          cell: (row) => (
            <StatusChip tone={row.optIn === "double" ? "success" : "neutral"}>{row.optIn}</StatusChip>
          ),
        },
        {
          key: "confirmed",
          head: "Confirmed",
          align: "end",
          cell: (row) => people(row, "confirmed", row.confirmed),
        },
        { key: "pending", head: "Pending", align: "end", cell: (row) => people(row, "pending", row.pending) },
        {
          key: "unsubscribed",
          head: "Unsubscribed",
          align: "end",
          cell: (row) => people(row, "unsubscribed", row.unsubscribed),
        },
        {
          key: "left",
          head: "Left in 30 days",
          align: "end",
          quiet: true,
          cell: (row) => formatRate(row.leftLately, row.confirmed + row.leftLately),
        },
      ]}
    />
  );
}
