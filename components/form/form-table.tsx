import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { formatNumber, formatRate } from "#components/ui/format.ts";
import { StatusChip } from "#components/ui/status-chip.tsx";
import type { FormRow } from "#core/form/read.ts";

/** Sign-up forms with what came of them. */
export function FormTable({ rows, path, bare }: { rows: FormRow[]; path: string; bare?: boolean }) {
  return (
    <DataTable
      bare={bare}
      caption="Sign-up forms"
      rows={rows}
      rowKey={(row) => row.id}
      rowHref={(row) => `${path}/forms/${row.id}`}
      empty={
        <EmptyState title="No forms yet">
          A form has a page of its own and a snippet for your site. Who signs up is asked to confirm by mail.
        </EmptyState>
      }
      columns={[
        { key: "name", head: "Form", cell: (row) => row.name },
        {
          key: "state",
          head: "State",
          cell: (row) =>
            row.closedAt ? <StatusChip>closed</StatusChip> : <StatusChip tone="success">open</StatusChip>,
        },
        { key: "lists", head: "Lists", cell: (row) => row.listNames.join(", ") },
        { key: "signedUp", head: "Signed up", align: "end", cell: (row) => formatNumber(row.signedUp) },
        { key: "confirmed", head: "Confirmed", align: "end", cell: (row) => formatNumber(row.confirmed) },
        {
          key: "rate",
          head: "Conversion",
          align: "end",
          quiet: true,
          cell: (row) => formatRate(row.confirmed, row.signedUp),
        },
      ]}
    />
  );
}
