import { ChartFigure } from "#components/charts/chart-figure.tsx";
import { StackedBars } from "#components/charts/stacked-bars.tsx";
import { formatClock, formatMoment, formatNumber } from "#components/ui/format.ts";
import { outcomeColour } from "#components/ui/outcome.ts";
import type { CampaignEvent, CampaignReport } from "#core/campaign/report/read.ts";

const SERIES = (["accepted", "deferred", "bounced"] as const).map((key) => ({
  key,
  label: key,
  colour: outcomeColour(key),
}));

/** Events that change the course of a campaign, in a word. */
const MARKS: Record<string, string> = {
  paused: "Paused",
  resumed: "Resumed",
  expired: "Time over",
  stopped: "Rest expired",
  moved: "Other pool",
  retried: "Tried again",
  cancelled: "Cancelled",
};

/** Replies from receiving servers over time, stacked by what they said. */
export function RepliesChart({
  minutes,
  events,
  zone,
  now,
}: {
  minutes: CampaignReport["minutes"];
  /** What people and the mail system did, marked where it falls. */
  events: CampaignEvent[];
  zone: string;
  now: Date;
}) {
  const { rows, stepMinutes } = minutes;
  const label = (at: Date) => (stepMinutes < 360 ? formatClock(at, zone) : formatMoment(at, zone, now));
  const data = rows.map((row) => ({
    at: label(row.at),
    accepted: row.accepted,
    deferred: row.deferred,
    bounced: row.bounced,
  }));
  const total = (key: "accepted" | "deferred" | "bounced") => rows.reduce((sum, row) => sum + row[key], 0);
  // What falls into one bar shares a line and its words.
  const marks = new Map<string, string>();
  for (const event of events.toReversed()) {
    const word = MARKS[event.kind];
    const row = rows.findLast((one) => one.at <= event.at);
    if (!word || !row) continue;
    const x = label(row.at);
    const before = marks.get(x);
    marks.set(x, before ? `${before}, ${word.toLowerCase()}` : word);
  }
  const step =
    stepMinutes === 1
      ? "minute"
      : stepMinutes < 60
        ? `${stepMinutes} minutes`
        : stepMinutes === 60
          ? "hour"
          : `${stepMinutes / 60} hours`;
  return (
    <ChartFigure
      title="Replies from receiving servers"
      description={`Per ${step}, by what the server said`}
      summary={`${formatNumber(total("accepted"))} accepted, ${formatNumber(total("deferred"))} deferred and ${formatNumber(total("bounced"))} bounced replies.`}
      csvName="replies"
      legend={SERIES.map(({ label: name, colour }) => ({ label: name, colour }))}
      table={{
        columns: ["time", "accepted", "deferred", "bounced"],
        zone,
        rows: rows.map((row) => [row.at, row.accepted, row.deferred, row.bounced]),
      }}
      empty={
        rows.length === 0
          ? "No server has replied yet. The first bar comes within a minute of the first mail."
          : undefined
      }
    >
      <StackedBars
        data={data}
        x="at"
        series={SERIES}
        events={[...marks].map(([x, word]) => ({ x, label: word }))}
      />
    </ChartFigure>
  );
}
