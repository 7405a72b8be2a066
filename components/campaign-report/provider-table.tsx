import Link from "next/link";
import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { formatNumber, formatRate } from "#components/ui/format.ts";
import { OutcomeBar } from "#components/ui/outcome-bar.tsx";
import { Panel } from "#components/ui/panel.tsx";
import type { ProviderRow } from "#core/campaign/report/read.ts";

/** The same ledger by receiving provider, grouped by mail server. */
export function ProviderTable({ rows, path }: { rows: ProviderRow[]; path: string }) {
  const link = (row: ProviderRow, state: string, n: number) =>
    row.bucket === null || n === 0 ? (
      formatNumber(n)
    ) : (
      <Link
        className="ink-link"
        href={`${path}/recipients?bucket=${row.bucket}${state ? `&state=${state}` : ""}`}
      >
        {formatNumber(n)}
      </Link>
    );
  return (
    <Panel
      title="By provider"
      description="Grouped by mail server: a company domain hosted at Google counts as Google"
      flush
    >
      <DataTable
        bare
        caption="By provider"
        rows={rows}
        rowKey={(row) => row.key}
        empty={<EmptyState title="Nothing sent yet" />}
        columns={[
          { key: "name", head: "Provider", cell: (row) => row.name },
          { key: "audience", head: "Audience", align: "end", cell: (row) => link(row, "", row.audience) },
          {
            key: "bar",
            head: "Shares",
            hideHead: true,
            width: "160px",
            phone: "line",
            cell: (row) => (
              <OutcomeBar
                height={8}
                parts={[
                  { outcome: "accepted", count: row.accepted },
                  { outcome: "bounced", count: row.bounced },
                  { outcome: "uncertain", count: row.other },
                  { outcome: "waiting", count: row.waiting },
                ]}
              />
            ),
          },
          {
            key: "accepted",
            head: "Accepted",
            align: "end",
            cell: (row) => link(row, "accepted", row.accepted),
          },
          { key: "bounced", head: "Bounced", align: "end", cell: (row) => link(row, "bounced", row.bounced) },
          { key: "waiting", head: "Waiting", align: "end", cell: (row) => link(row, "waiting", row.waiting) },
          {
            key: "rate",
            head: "Accepted share",
            align: "end",
            quiet: true,
            cell: (row) => formatRate(row.accepted, row.audience),
          },
        ]}
      />
    </Panel>
  );
}
