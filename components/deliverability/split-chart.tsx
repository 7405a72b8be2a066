import type { ReactNode } from "react";
import { ChartFigure } from "#components/charts/chart-figure.tsx";
import { TinyBars } from "#components/charts/tiny-bars.tsx";
import { formatNumber, formatShare } from "#components/ui/format.ts";
import { type Outcome, outcomeColour } from "#components/ui/outcome.ts";
import type { Counts, SplitBars, SplitRow } from "#core/deliverability/read.ts";
import { barLabel } from "./bar-label.ts";

const SHOWN = ["accepted", "deferred", "bounced", "complained"] as const satisfies readonly Outcome[];
const MOST_ROWS = 7;

/**
 * Accepted, deferred, bounced and complained over time, a row of small charts for each provider, source or sender
 * domain. Each column has one scale, so that rows can be compared; complaints never stand in a stack with mail.
 */
export function SplitChart({
  split: { times, stepHours, rows },
  head,
  zone,
  now,
  actions,
}: {
  split: SplitBars;
  head: string;
  zone: string;
  now: Date;
  actions: ReactNode;
}) {
  const label = (at: Date | undefined) => (at ? barLabel(at, stepHours, zone, now) : "");
  const shown = withOthers(rows);
  const most = (key: (typeof SHOWN)[number]) =>
    Math.max(0, ...shown.flatMap((row) => row.bars.map((bar) => bar[key])));
  const per = stepHours >= 24 ? "day" : stepHours > 1 ? `${stepHours} hours` : "hour";
  const first = rows[0];
  const all = rows.reduce((sum, row) => sum + row.accepted, 0);
  return (
    <ChartFigure
      title={`By ${head.toLowerCase()}, over time`}
      description={`Messages per ${per}. Each column has one scale.`}
      summary={
        first
          ? `${first.name} took most: ${formatNumber(first.accepted)} accepted, ${formatShare(first.accepted / Math.max(1, all))} of all.`
          : "No mail left in this time."
      }
      csvName={`by-${head.toLowerCase().replaceAll(" ", "-")}`}
      actions={actions}
      table={{
        columns: ["time", head.toLowerCase(), ...SHOWN, "uncertain"],
        zone,
        rows: times.flatMap((at, place) =>
          rows.flatMap((row) => {
            const bar = row.bars[place]!;
            const isEmpty = SHOWN.every((key) => bar[key] === 0) && bar.uncertain === 0;
            return isEmpty ? [] : [[at, row.name, ...SHOWN.map((key) => bar[key]), bar.uncertain]];
          }),
        ),
      }}
      empty={first ? undefined : "No mail left in this time."}
    >
      <div className="trellis">
        <div className="trellis-head">
          <span />
          {SHOWN.map((key) => (
            <span key={key}>
              {key}, {most(key) === 0 ? "none" : `up to ${formatNumber(most(key))}`}
            </span>
          ))}
        </div>
        {shown.map((row) => (
          <div key={row.key} className="trellis-row">
            <span className="trellis-name">{row.name}</span>
            {SHOWN.map((key) => (
              <div key={key} className="trellis-cell">
                <span className="trellis-sum">
                  <span className="trellis-word">{key}</span> {formatNumber(row[key])}
                </span>
                <TinyBars
                  values={row.bars.map((bar) => bar[key])}
                  titles={times.map((at, place) => `${label(at)}: ${formatNumber(row.bars[place]![key])}`)}
                  most={most(key)}
                  colour={outcomeColour(key)}
                />
              </div>
            ))}
          </div>
        ))}
        <div className="trellis-axis">
          <span />
          {SHOWN.map((key) => (
            <span key={key}>
              <span>{label(times[0])}</span>
              <span>{label(times.at(-1))}</span>
            </span>
          ))}
        </div>
      </div>
    </ChartFigure>
  );
}

/** The largest rows, and the rest as one. */
function withOthers(rows: SplitRow[]): SplitRow[] {
  if (rows.length <= MOST_ROWS) return rows;
  const rest = rows.slice(MOST_ROWS - 1);
  const sum = (of: (row: SplitRow) => Counts): Counts => ({
    accepted: rest.reduce((total, row) => total + of(row).accepted, 0),
    deferred: rest.reduce((total, row) => total + of(row).deferred, 0),
    bounced: rest.reduce((total, row) => total + of(row).bounced, 0),
    uncertain: rest.reduce((total, row) => total + of(row).uncertain, 0),
    complained: rest.reduce((total, row) => total + of(row).complained, 0),
  });
  return [
    ...rows.slice(0, MOST_ROWS - 1),
    {
      key: "rest",
      name: `${formatNumber(rest.length)} others`,
      ...sum((row) => row),
      bars: rest[0]!.bars.map((_, place) => sum((row) => row.bars[place]!)),
    },
  ];
}
