import Link from "next/link";
import { ChartFigure } from "#components/charts/chart-figure.tsx";
import { HorizontalBars } from "#components/charts/horizontal-bars.tsx";
import { StackedBars } from "#components/charts/stacked-bars.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { countOf, formatNumber, formatRate } from "#components/ui/format.ts";
import { outcomeColour } from "#components/ui/outcome.ts";
import { Panel } from "#components/ui/panel.tsx";
import { ReplyText } from "#components/ui/reply-text.tsx";
import { Time } from "#components/ui/time.tsx";
import type { Bar, ReplyGroup, SplitRow } from "#core/deliverability/read.ts";
import type { Verdict } from "#core/mail/reply/types.ts";
import { barLabel } from "./bar-label.ts";

const SERIES = (["accepted", "deferred", "bounced"] as const).map((key) => ({
  key,
  label: key,
  colour: outcomeColour(key),
}));

export function BarsChart({
  bars,
  stepHours,
  zone,
  now,
  title = "Replies over time",
}: {
  bars: Bar[];
  stepHours: number;
  zone: string;
  now: Date;
  title?: string;
}) {
  const label = (at: Date) => barLabel(at, stepHours, zone, now);
  const sum = (key: "accepted" | "deferred" | "bounced") => bars.reduce((total, bar) => total + bar[key], 0);
  return (
    <ChartFigure
      title={title}
      description="Messages, stacked. Deferred counts replies, one message may be deferred several times."
      summary={`${formatNumber(sum("accepted"))} accepted, ${formatNumber(sum("deferred"))} deferred, ${formatNumber(sum("bounced"))} bounced.`}
      csvName="replies"
      legend={SERIES.map(({ label: name, colour }) => ({ label: name, colour }))}
      table={{
        columns: ["time", "accepted", "deferred", "bounced", "uncertain", "complained"],
        zone,
        rows: bars.map((bar) => [
          bar.at,
          bar.accepted,
          bar.deferred,
          bar.bounced,
          bar.uncertain,
          bar.complained,
        ]),
      }}
      empty={
        sum("accepted") + sum("deferred") + sum("bounced") === 0 ? "No mail left in this time." : undefined
      }
    >
      <StackedBars
        data={bars.map((bar) => ({
          at: label(bar.at),
          accepted: bar.accepted,
          deferred: bar.deferred,
          bounced: bar.bounced,
        }))}
        x="at"
        series={SERIES}
      />
    </ChartFigure>
  );
}

export function SplitTable({ rows, head }: { rows: SplitRow[]; head: string }) {
  return (
    <DataTable
      bare
      caption={`Replies by ${head.toLowerCase()}`}
      rows={rows}
      rowKey={(row) => row.key}
      empty={<EmptyState title="No mail left in this time" />}
      columns={[
        { key: "name", head, cell: (row) => row.name },
        { key: "accepted", head: "Accepted", align: "end", cell: (row) => formatNumber(row.accepted) },
        { key: "deferred", head: "Deferred", align: "end", cell: (row) => formatNumber(row.deferred) },
        { key: "bounced", head: "Bounced", align: "end", cell: (row) => formatNumber(row.bounced) },
        { key: "uncertain", head: "Uncertain", align: "end", cell: (row) => formatNumber(row.uncertain) },
        {
          key: "bounceRate",
          head: "Bounce rate",
          align: "end",
          cell: (row) => formatRate(row.bounced, row.accepted + row.bounced),
        },
        { key: "complained", head: "Complained", align: "end", cell: (row) => formatNumber(row.complained) },
        {
          key: "complaintRate",
          head: "Complaint rate",
          align: "end",
          cell: (row) => formatRate(row.complained, row.accepted),
        },
      ]}
    />
  );
}

/** What a verdict leads to; the colour says retried or ended. */
const CONSEQUENCE: Record<Verdict, [string, "deferred" | "bounced"]> = {
  "recipient-dead": ["suppressed", "bounced"],
  "mailbox-full": ["retried", "deferred"],
  "slow-down": ["retried, slower", "deferred"],
  temporary: ["retried", "deferred"],
  blocked: ["lane watched", "bounced"],
  content: ["nobody removed", "bounced"],
  policy: ["nobody removed", "bounced"],
  auth: ["nobody removed", "bounced"],
  dns: ["not tried again", "bounced"],
  network: ["retried", "deferred"],
  protocol: ["nobody removed", "bounced"],
  uncertain: ["nobody knows", "deferred"],
};

export function VerdictPanel({ rows, id }: { rows: { verdict: Verdict; n: number }[]; id?: string }) {
  return (
    <Panel id={id} title="Why mail was refused" description="By what we concluded from the replies">
      {rows.length === 0 ? (
        <p className="text-muted">No server has refused anything in this time.</p>
      ) : (
        <HorizontalBars
          bars={rows.map(({ verdict, n }) => ({
            key: verdict,
            label: verdict.replaceAll("-", " "),
            value: n,
            note: CONSEQUENCE[verdict][0],
            colour: outcomeColour(CONSEQUENCE[verdict][1]),
          }))}
        />
      )}
    </Panel>
  );
}

export function ReplyTable({
  rows,
  zone,
  showLane,
}: {
  rows: ReplyGroup[];
  zone: string;
  showLane?: boolean;
}) {
  return (
    <DataTable
      bare
      caption="Newest replies, grouped by text"
      rows={rows}
      rowKey={(row) => `${row.code} ${row.verdict} ${row.shape}`}
      empty={<EmptyState title="No refusals in this time" />}
      columns={[
        {
          key: "sample",
          head: "What the server said",
          cell: (row) => (
            <div className="max-w-2xl py-1">
              <ReplyText block>{`${row.code ?? ""} ${row.sample}`.trim()}</ReplyText>
            </div>
          ),
        },
        {
          key: "verdict",
          head: "We conclude",
          cell: (row) => row.verdict?.replaceAll("-", " ") ?? "nothing",
        },
        { key: "n", head: "Times", align: "end", cell: (row) => formatNumber(row.n) },
        ...(showLane
          ? [
              {
                key: "lane",
                head: "Lane",
                cell: (row: ReplyGroup) => (
                  <>
                    <Link className="ink-link" href={`/admin/lanes/${row.sourceId}/${row.bucket}`}>
                      {row.source}, {row.name}
                    </Link>
                    {row.lanes > 1 ? (
                      <span className="text-muted"> and {countOf(row.lanes - 1, "other", "others")}</span>
                    ) : null}
                  </>
                ),
              },
            ]
          : []),
        { key: "last", head: "Last", quiet: true, cell: (row) => <Time at={row.lastAt} zone={zone} /> },
      ]}
    />
  );
}
