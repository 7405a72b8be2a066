import Link from "next/link";
import { CsvButton } from "#components/charts/csv-button.tsx";
import { type Column, DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { formatNumber, formatPace, formatShare } from "#components/ui/format.ts";
import { OutcomeBar } from "#components/ui/outcome-bar.tsx";
import { Panel } from "#components/ui/panel.tsx";
import { ReplyText } from "#components/ui/reply-text.tsx";
import { StatusChip } from "#components/ui/status-chip.tsx";
import { Time } from "#components/ui/time.tsx";
import type { ProviderRow } from "#core/campaign/report/providers.ts";
import type { CampaignReport } from "#core/campaign/report/read.ts";

/** The same ledger by receiving provider, grouped by mail server. How fast and until when only while mail waits. */
export function ProviderTable({
  rows,
  path,
  zone,
  now,
  overFallback,
}: {
  rows: ProviderRow[];
  path: string;
  zone: string;
  now: Date;
  overFallback: CampaignReport["overFallback"];
}) {
  const isLive = rows.some((row) => row.waiting > 0);
  const link = (row: ProviderRow, state: string, n: number) =>
    n === 0 ? (
      "0"
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
      description={
        overFallback
          ? `Grouped by mail server. ${formatNumber(overFallback.accepted)} went over the fallback ${overFallback.source}, while none of the usual sources could send.`
          : "Grouped by mail server: a company domain hosted at Google counts as Google"
      }
      flush
      actions={
        rows.length > 0 ? (
          <CsvButton
            name="providers"
            columns={[
              "provider",
              "audience",
              "accepted",
              "bounced",
              "waiting",
              "other",
              "deferred replies",
              "said",
            ]}
            rows={rows.map((row) => [
              row.name,
              row.audience,
              row.accepted,
              row.bounced,
              row.waiting,
              row.other,
              row.deferred,
              row.said ?? "",
            ])}
          />
        ) : undefined
      }
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
            key: "deferred",
            head: "Deferred replies",
            align: "end",
            quiet: true,
            cell: (row) => (row.deferredShare === null ? "" : formatShare(row.deferredShare)),
          },
          ...(isLive
            ? ([
                {
                  key: "pace",
                  head: "Pace now",
                  align: "end",
                  cell: (row) => (row.waiting === 0 ? "" : <PaceNow row={row} zone={zone} />),
                },
                {
                  key: "done",
                  head: "Done about",
                  align: "end",
                  cell: (row) =>
                    row.waiting > 0 && row.pace > 0 && !row.stopped ? (
                      <Time at={now.getTime() + (row.waiting / row.pace) * 60_000} zone={zone} now={now} />
                    ) : (
                      ""
                    ),
                },
              ] satisfies Column<ProviderRow>[])
            : []),
          {
            key: "why",
            head: "Why",
            width: "22%",
            phone: "line",
            cell: (row) => <Why row={row} />,
          },
        ]}
      />
    </Panel>
  );
}

/** How fast it goes, or since what it stands still. */
function PaceNow({ row, zone }: { row: ProviderRow; zone: string }) {
  const { stopped } = row;
  if (!stopped) return row.pace > 0 ? formatPace(row.pace) : <span className="text-muted">none</span>;
  return (
    <span title={stopped.reply ?? undefined}>
      <StatusChip tone="warning">
        {stopped.until ? (
          <>
            Suspended until <Time at={stopped.until} zone={zone} as="clock" />
          </>
        ) : (
          "Held"
        )}
      </StatusChip>
    </span>
  );
}

/** What its servers say, where they do not just accept. */
function Why({ row }: { row: ProviderRow }) {
  const reply = row.stopped?.reply ?? row.said;
  if (!reply) return "";
  return (
    <span className="grid w-0 min-w-full">
      <ReplyText quiet>{reply}</ReplyText>
    </span>
  );
}
