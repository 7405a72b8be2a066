import { Download } from "lucide-react";
import Link from "next/link";
import { Banner } from "#components/ui/banner.tsx";
import { ConfirmButton } from "#components/ui/confirm-dialog.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import type { FormAction } from "#components/ui/form-types.ts";
import { formatDuration, formatNumber } from "#components/ui/format.ts";
import { LinkButton } from "#components/ui/link-button.tsx";
import { Panel } from "#components/ui/panel.tsx";
import { Progress } from "#components/ui/progress.tsx";
import { StatRow } from "#components/ui/stat.tsx";
import type { Import } from "#core/import/read.ts";

/** How far a running import is. The tab may close. */
export function ImportProgress({ row, cancel }: { row: Import; cancel: FormAction | null }) {
  const reading = row.bytesRead < row.bytesTotal;
  const merged = row.created + row.updated + row.unchanged + row.skipped;
  return (
    <Panel
      title={reading ? "Reading the file" : "Writing people"}
      description="You can close this tab. The worker goes on."
    >
      <div className="grid gap-4">
        {reading ? (
          <Progress
            label="Kilobytes read"
            done={Math.round(row.bytesRead / 1024)}
            total={Math.max(1, Math.round(row.bytesTotal / 1024))}
            detail={`${formatNumber(row.rowsRead)} rows so far, ${formatNumber(row.rejected)} rejected`}
          />
        ) : (
          <Progress
            label="People"
            done={merged}
            total={Math.max(1, row.rowsRead - row.rejected)}
            detail={`${formatNumber(row.created)} created, ${formatNumber(row.updated)} updated, ${formatNumber(row.skipped)} skipped`}
          />
        )}
        {row.error ? <Banner tone="warning">{row.error}</Banner> : null}
        {cancel ? (
          <div>
            <ConfirmButton
              label="Cancel import…"
              variant="danger-ghost"
              title="Cancel this import?"
              action={cancel}
              values={{ importId: String(row.id) }}
              confirmLabel="Cancel the import"
              cancelLabel="Go on"
            >
              People written so far stay. The rest of the file is not imported.
            </ConfirmButton>
          </div>
        ) : null}
      </div>
    </Panel>
  );
}

/** What an import did, each number a link, and the rows that were not taken with their reasons. */
export function ImportResult({
  row,
  reasons,
  path,
}: {
  row: Import;
  reasons: { kind: string; reason: string; n: number }[];
  path: string;
}) {
  const seconds = row.startedAt && row.finishedAt ? row.finishedAt.getTime() - row.startedAt.getTime() : null;
  return (
    <div className="stack">
      {row.error ? (
        <Banner tone="warning" title="The file could not be read to its end.">
          {row.error}
        </Banner>
      ) : null}
      <StatRow
        stats={[
          {
            key: "created",
            label: "Created",
            value: formatNumber(row.created),
            href: `${path.replace(/\/imports$/, "")}?import=${row.id}`,
          },
          { key: "updated", label: "Updated", value: formatNumber(row.updated) },
          { key: "unchanged", label: "Unchanged", value: formatNumber(row.unchanged) },
          {
            key: "skipped",
            label: "Skipped",
            value: formatNumber(row.skipped),
            detail: "left, suppressed or double",
          },
          {
            key: "rejected",
            label: "Rejected",
            value: formatNumber(row.rejected),
            detail: `of ${formatNumber(row.rowsRead)} rows`,
          },
        ]}
      />
      {reasons.length > 0 ? (
        <Panel
          title="Rows that were not taken"
          description="As a file with line and reason: mend it and import it again."
          flush
          actions={
            <LinkButton href={`${path}/${row.id}/rejects`} icon={<Download />} size="small">
              Rejected rows as CSV
            </LinkButton>
          }
        >
          <DataTable
            bare
            caption="Reasons"
            rows={reasons}
            rowKey={(one) => `${one.kind}${one.reason}`}
            columns={[
              { key: "reason", head: "Reason", cell: (one) => one.reason },
              { key: "kind", head: "What happened", quiet: true, cell: (one) => one.kind },
              { key: "n", head: "Rows", align: "end", cell: (one) => formatNumber(one.n) },
            ]}
          />
        </Panel>
      ) : null}
      <p className="text-help text-muted">
        {seconds === null ? "" : `Took ${formatDuration(seconds)}. `}
        <Link className="link" href={path}>
          All imports
        </Link>
      </p>
    </div>
  );
}
