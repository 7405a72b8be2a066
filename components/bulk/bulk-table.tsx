import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { formatNumber } from "#components/ui/format.ts";
import { StatusChip } from "#components/ui/status-chip.tsx";
import { Time } from "#components/ui/time.tsx";
import type { BulkAct } from "#core/bulk/read.ts";
import type { BulkState } from "#core/bulk/types.ts";
import { describeAct } from "#core/bulk/words.ts";

/** A state in words for people. */
export const BULK_STATE_WORDS: Record<BulkState, string> = {
  queued: "starts soon",
  running: "running",
  finished: "done",
  cancelled: "stopped",
  failed: "failed",
  undoing: "being undone",
  undone: "undone",
};

export const BULK_STATE_TONES: Record<BulkState, "neutral" | "accent" | "success" | "danger"> = {
  queued: "accent",
  running: "accent",
  finished: "success",
  cancelled: "neutral",
  failed: "danger",
  undoing: "accent",
  undone: "neutral",
};

/** What was done to many people at once, newest first. */
export function BulkTable({ rows, path, zone }: { rows: BulkAct[]; path: string; zone: string }) {
  return (
    <DataTable
      caption="Changes to many people"
      rows={rows}
      rowKey={(row) => row.id}
      rowHref={(row) => `${path}/${row.id}`}
      empty={
        <EmptyState title="Nothing was changed in bulk yet">
          Select people in the table of subscribers to tag them, put them on a list, unsubscribe or erase
          them. What was done stands here, with its undo.
        </EmptyState>
      }
      columns={[
        { key: "what", head: "Change", cell: (row) => describeAct(row) },
        {
          key: "state",
          head: "State",
          cell: (row) => (
            <StatusChip tone={BULK_STATE_TONES[row.state]}>{BULK_STATE_WORDS[row.state]}</StatusChip>
          ),
        },
        { key: "changed", head: "People changed", align: "end", cell: (row) => formatNumber(row.changed) },
        { key: "by", head: "By", quiet: true, cell: (row) => row.by ?? "" },
        { key: "when", head: "When", quiet: true, cell: (row) => <Time at={row.createdAt} zone={zone} /> },
      ]}
    />
  );
}
