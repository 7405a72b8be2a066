import { ArrowRight, CalendarClock, CircleAlert, PencilLine } from "lucide-react";
import Link from "next/link";
import { CampaignStateChip } from "#components/campaign/campaign-state-chip.tsx";
import { leadSentence } from "#components/campaign-report/words.ts";
import { ChartFigure } from "#components/charts/chart-figure.tsx";
import { StackedBars } from "#components/charts/stacked-bars.tsx";
import { CheckLine } from "#components/ui/check-line.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { formatDay, formatNumber, formatRate } from "#components/ui/format.ts";
import { outcomeColour } from "#components/ui/outcome.ts";
import { OutcomeBar } from "#components/ui/outcome-bar.tsx";
import { Panel } from "#components/ui/panel.tsx";
import { Meter } from "#components/ui/progress.tsx";
import { Time } from "#components/ui/time.tsx";
import type { Home } from "#core/home/read.ts";

/** What is sending now, with its ledger in one bar. */
export function LivePanel({
  rows,
  path,
  zone,
  now,
}: {
  rows: Home["live"];
  path: string;
  zone: string;
  now: Date;
}) {
  return rows.map((row) => (
    <Panel
      key={row.id}
      title={`Sending now: ${row.name}`}
      actions={
        <Link className="link" href={`${path}/campaigns/${row.id}`}>
          Open report
        </Link>
      }
    >
      <div className="grid gap-3">
        <p className="flex flex-wrap items-center gap-2">
          <CampaignStateChip state={row.state} /> {leadSentence(row.state, row.sum, 0, zone, now)}
        </p>
        <OutcomeBar
          legend
          parts={[
            { outcome: "accepted", count: row.sum.accepted },
            { outcome: "bounced", count: row.sum.bounced },
            { outcome: "deferred", count: row.sum.deferred },
            { outcome: "waiting", count: row.sum.waiting - row.sum.deferred },
          ]}
        />
      </div>
    </Panel>
  ));
}

export function LooksPanel({ looks }: { looks: Home["looks"] }) {
  return (
    <Panel title="Needs a look">
      {looks.length === 0 ? (
        <p className="text-muted">Nothing needs you.</p>
      ) : (
        <ul className="grid gap-4">
          {looks.slice(0, 5).map((look) => (
            <li key={look.key} className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3">
              <CircleAlert className="icon mt-0.5 text-t-warning" aria-hidden="true" />
              <span className="grid gap-0.5">
                <span className="font-medium break-words">{look.title}</span>
                <span className="text-table text-muted">{look.detail}</span>
                <Link className="link inline-flex items-center gap-1 text-table" href={look.href}>
                  {look.label} <ArrowRight className="icon" aria-hidden="true" />
                </Link>
              </span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

export function UpcomingPanel({ rows, path, zone }: { rows: Home["upcoming"]; path: string; zone: string }) {
  return (
    <Panel title="Coming up">
      {rows.length === 0 ? <p className="text-muted">No drafts, nothing scheduled.</p> : null}
      <ul className="grid gap-3">
        {rows.map((row) => (
          <li key={row.id} className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3">
            {row.state === "draft" ? (
              <PencilLine className="icon mt-0.5" aria-hidden="true" />
            ) : (
              <CalendarClock className="icon mt-0.5" aria-hidden="true" />
            )}
            <span className="grid">
              <Link
                className="font-medium hover:underline"
                href={`${path}/campaigns/${row.id}${row.state === "draft" ? "" : "/review"}`}
              >
                {row.name}
              </Link>
              <span className="text-table text-muted">
                {row.state === "draft" ? "Draft, changed " : "Starts "}
                <Time at={row.at} zone={zone} />
              </span>
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

export function SentPanel({ rows, path, zone }: { rows: Home["sent"]; path: string; zone: string }) {
  const link = (row: Home["sent"][number], query: string, text: string) => (
    <Link className="ink-link" href={`${path}/campaigns/${row.id}/recipients?${query}`}>
      {text}
    </Link>
  );
  return (
    <Panel
      title="Last campaigns"
      description="Opened counts people. Machine opens and scanner clicks are kept apart, in each report."
      flush
      actions={
        <Link className="link" href={`${path}/campaigns`}>
          All campaigns
        </Link>
      }
    >
      <DataTable
        bare
        caption="Last campaigns"
        rows={rows}
        rowKey={(row) => row.id}
        rowHref={(row) => `${path}/campaigns/${row.id}`}
        columns={[
          { key: "name", head: "Campaign", cell: (row) => row.name },
          {
            key: "sent",
            head: "Sent",
            quiet: true,
            cell: (row) => <Time at={row.at} zone={zone} as="day" />,
          },
          {
            key: "audience",
            head: "Audience",
            align: "end",
            phone: "hide",
            cell: (row) => formatNumber(row.audience),
          },
          {
            key: "accepted",
            head: "Accepted",
            align: "end",
            cell: (row) => link(row, "state=accepted", formatRate(row.accepted, row.audience)),
          },
          {
            key: "opened",
            head: "Opened",
            align: "end",
            cell: (row) => link(row, "did=opened", formatRate(row.opened, row.accepted)),
          },
          {
            key: "clicked",
            head: "Clicked",
            align: "end",
            cell: (row) => link(row, "did=clicked", formatRate(row.clicked, row.accepted)),
          },
          {
            key: "left",
            head: "Left",
            align: "end",
            cell: (row) => link(row, "did=unsubscribed", formatNumber(row.left)),
          },
        ]}
      />
    </Panel>
  );
}

export function GrowthChart({ weeks, zone, now }: { weeks: Home["weeks"]; zone: string; now: Date }) {
  const label = (week: Date) => formatDay(week, zone, now);
  const joined = weeks.reduce((sum, week) => sum + week.joined, 0);
  const left = weeks.reduce((sum, week) => sum + week.left, 0);
  return (
    <ChartFigure
      title="People joining and leaving"
      description="Confirmed subscriptions above the line, unsubscribed ones below, by week. Last 13 weeks."
      summary={`${formatNumber(joined)} joined and ${formatNumber(left)} left in 13 weeks.`}
      csvName="growth"
      legend={[
        { label: "joined", colour: outcomeColour("accepted") },
        { label: "left", colour: outcomeColour("uncertain") },
      ]}
      table={{
        columns: ["week", "joined", "left"],
        rows: weeks.map((week) => [label(week.week), week.joined, week.left]),
      }}
      empty={joined + left === 0 ? "Nobody has joined or left yet." : undefined}
    >
      <StackedBars
        data={weeks.map((week) => ({ week: label(week.week), joined: week.joined, left: -week.left }))}
        x="week"
        series={[
          { key: "joined", label: "joined", colour: outcomeColour("accepted") },
          { key: "left", label: "left", colour: outcomeColour("uncertain") },
        ]}
      />
    </ChartFigure>
  );
}

export function OriginsPanel({ rows }: { rows: Home["origins"] }) {
  const most = Math.max(1, ...rows.map((row) => row.n));
  return (
    <Panel title="Where people came from" description="New subscribers in 30 days">
      {rows.length === 0 ? <p className="text-muted">Nobody new in 30 days.</p> : null}
      <div className="grid gap-3">
        {rows.map((row) => (
          <Meter
            key={row.origin}
            label={row.origin || "unknown"}
            value={row.n}
            max={most}
            text={formatNumber(row.n)}
          />
        ))}
      </div>
    </Panel>
  );
}

/** The four steps of a new workspace. */
export function FirstSteps({ steps, path }: { steps: Home["steps"]; path: string }) {
  const list = [
    { done: steps.hasSender, text: "Say who mail is from", href: `${path}/settings/senders` },
    {
      done: steps.hasPeople,
      text: "Bring your people: import a file or add one",
      href: `${path}/subscribers/imports`,
    },
    { done: steps.hasForm, text: "Open a sign-up form", href: `${path}/forms/new` },
    { done: steps.hasCampaign, text: "Write and send the first campaign", href: `${path}/campaigns/new` },
  ];
  return (
    <Panel title="Four steps to the first campaign" lead>
      <ul className="grid">
        {list.map((step) => (
          <CheckLine key={step.text} state={step.done ? "pass" : "none"}>
            <Link className="link" href={step.href}>
              {step.text}
            </Link>
          </CheckLine>
        ))}
      </ul>
    </Panel>
  );
}
