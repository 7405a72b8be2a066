import { ChartFigure } from "#components/charts/chart-figure.tsx";
import { StackedBars } from "#components/charts/stacked-bars.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { formatDay, formatNumber, formatShare } from "#components/ui/format.ts";
import { outcomeColour } from "#components/ui/outcome.ts";
import type { WarmupDay, WarmupRow } from "#core/warmup/read.ts";

const RESULTS: Record<NonNullable<WarmupDay["result"]>, string> = {
  promoted: "went well: one step on",
  graduated: "went well: the plan is done",
  held: "stays on this step",
  "taken-back": "taken back a step",
  little: "too little mail to tell",
  warm: "warm",
};
const SIGNS: Record<string, string> = {
  deferred: "asked to slow down",
  blocked: "blocked",
  bounced: "dead addresses",
  complaints: "complaints",
};

/** What a day meant, with the rates that held it or took it back: "stays on this step: 1.2 % blocked". */
export function resultWords(result: WarmupDay["result"], because: WarmupDay["because"]): string {
  if (result === null) return "not over yet";
  const why = because.map(({ sign, rate }) => `${formatShare(rate)} ${SIGNS[sign] ?? sign}`).join(", ");
  if (result === "held" && !why) return `${RESULTS[result]}: less than nine tenths accepted`;
  return why ? `${RESULTS[result]}: ${why}` : RESULTS[result];
}

/** The ladder: for each provider the step, the cap of the day and what is used of it. */
export function WarmupTable({ rows, sourceId, now }: { rows: WarmupRow[]; sourceId: number; now: Date }) {
  return (
    <DataTable
      bare
      caption="Warm-up by provider"
      rows={rows}
      rowKey={(row) => row.bucket}
      rowHref={(row) => `/admin/sources/${sourceId}/warm-up/${row.bucket}`}
      empty={<EmptyState title="Nothing is being warmed up" />}
      columns={[
        { key: "name", head: "Provider", cell: (row) => row.name },
        {
          key: "step",
          head: "Sending day",
          align: "end",
          cell: (row) => (row.cap === null ? "done" : `${row.step + 1} of ${row.steps}`),
        },
        {
          key: "cap",
          head: "Today",
          align: "end",
          cell: (row) =>
            row.cap === null
              ? `${formatNumber(row.takenToday)}, no cap`
              : `${formatNumber(row.takenToday)} of ${formatNumber(row.cap)}`,
        },
        {
          key: "last",
          head: "Last day",
          quiet: true,
          cell: (row) =>
            row.last
              ? `${formatDay(row.last.day, "UTC", now)} ${resultWords(row.last.result, row.last.because)}`
              : "none yet",
        },
      ]}
    />
  );
}

/** Plan against reality: what was accepted on each sending day, under the line of what was allowed. */
export function WarmupChart({ days, name, now }: { days: WarmupDay[]; name: string; now: Date }) {
  const series = [
    { key: "accepted", label: "accepted", colour: outcomeColour("accepted") },
    { key: "deferred", label: "deferred", colour: outcomeColour("deferred") },
    { key: "bounced", label: "bounced or blocked", colour: outcomeColour("bounced") },
  ];
  const newest = days.at(-1);
  return (
    <ChartFigure
      title="Plan and reality"
      description={`Mail to ${name} by day (UTC); the line is what the plan allowed`}
      summary={
        newest
          ? `${formatNumber(newest.accepted)} of ${formatNumber(newest.cap)} on the newest day.`
          : "No day yet."
      }
      csvName="warm-up"
      legend={[
        ...series.map(({ label, colour }) => ({ label, colour })),
        { label: "allowed", colour: "var(--foreground)", line: true },
      ]}
      table={{
        columns: ["day", "allowed", "accepted", "deferred", "greylisted", "blocked", "bounced", "complaints"],
        rows: days.map((day) => [
          day.at.toISOString().slice(0, 10),
          day.cap,
          day.accepted,
          day.deferred,
          day.greylisted,
          day.blocked,
          day.bounced,
          day.complaints,
        ]),
      }}
      empty={days.length === 0 ? "The first day stands here as soon as its first mail was sent." : undefined}
    >
      <StackedBars
        data={days.map((day) => ({
          at: formatDay(day.at, "UTC", now),
          accepted: day.accepted,
          deferred: day.deferred + day.greylisted,
          bounced: day.bounced + day.blocked,
          cap: day.cap,
        }))}
        x="at"
        series={series}
        step={{ key: "cap", label: "allowed" }}
      />
    </ChartFigure>
  );
}
