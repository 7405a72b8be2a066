import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { formatNumber } from "#components/ui/format.ts";
import { StatusChip } from "#components/ui/status-chip.tsx";
import { Time } from "#components/ui/time.tsx";
import type { Import } from "#core/import/read.ts";
import { STATE_TONES, STATE_WORDS } from "./import-words.ts";

/** The imports of a workspace, newest first. */
export function ImportTable({ rows, path, zone }: { rows: Import[]; path: string; zone: string }) {
  return (
    <DataTable
      bare
      caption="Imports"
      rows={rows}
      rowKey={(row) => row.id}
      rowHref={(row) => `${path}/${row.id}`}
      empty={
        <EmptyState title="No imports yet">
          Nobody gets mail from an import alone. You see what will happen before anything is written.
        </EmptyState>
      }
      columns={[
        { key: "name", head: "File", cell: (row) => row.fileName },
        {
          key: "state",
          head: "State",
          cell: (row) => <StatusChip tone={STATE_TONES[row.state]}>{STATE_WORDS[row.state]}</StatusChip>,
        },
        { key: "created", head: "Created", align: "end", cell: (row) => formatNumber(row.created) },
        { key: "updated", head: "Updated", align: "end", cell: (row) => formatNumber(row.updated) },
        { key: "rejected", head: "Rejected", align: "end", cell: (row) => formatNumber(row.rejected) },
        { key: "when", head: "When", quiet: true, cell: (row) => <Time at={row.createdAt} zone={zone} /> },
      ]}
    />
  );
}
