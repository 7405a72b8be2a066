import { ChartFigure } from "#components/charts/chart-figure.tsx";
import { Lines } from "#components/charts/lines.tsx";
import { formatDay, formatShare } from "#components/ui/format.ts";
import { outcomeColour } from "#components/ui/outcome.ts";
import type { Counts, ProviderDays } from "#core/deliverability/read.ts";
import { rateOf } from "#core/deliverability/rules.ts";

type Rate = "complained" | "deferred" | "bounced";
const RATES: Record<Rate, { title: string; description: string; none: string }> = {
  complained: {
    title: "Complaint rate by provider",
    description: "Per accepted mail, each day with the six before it; 100 mails or more",
    none: "No complaints came back in 30 days. Google sends none at all; others send them to the return path.",
  },
  deferred: {
    title: "Deferral rate by provider",
    description: "Deferrals in all replies, each day with the six before it",
    none: "Nothing was deferred in 30 days.",
  },
  bounced: {
    title: "Bounce rate by provider",
    description: "Bounces in all replies, each day with the six before it",
    none: "Nothing bounced in 30 days.",
  },
};
const MOST_LINES = 5;
/** With fewer mails in a week one complaint would be a peak; there is no point then. */
const FEW = 100;
const isEnough = (week: Counts): boolean => week.accepted + week.bounced >= FEW;

/** One rate by provider and day; the provider with most of it in colour, the others as grey context. */
export function RateChart({ days, providers, rate, now }: ProviderDays & { rate: Rate; now: Date }) {
  const { title, description, none } = RATES[rate];
  const lines = providers
    .map(({ name, counts }) => ({
      name,
      total: counts.reduce((sum, one) => sum + (one?.[rate] ?? 0), 0),
      shares: counts.map((one) => (one && isEnough(one) ? rateOf(one, rate) : null)),
    }))
    .filter((line) => line.total > 0 && line.shares.some((share) => share !== null))
    .sort((a, b) => b.total - a.total)
    .slice(0, MOST_LINES);
  const first = lines[0];
  const worst = Math.max(0, ...(first?.shares ?? []).map((share) => share ?? 0));
  return (
    <ChartFigure
      title={title}
      description={description}
      summary={first ? `${first.name} has most; its highest week was ${formatShare(worst)}.` : none}
      csvName={`${rate}-rate`}
      table={{
        columns: ["day", ...lines.map((line) => `${line.name}, %`)],
        rows: days.map((day, i) => [day, ...lines.map((line) => percent(line.shares[i] ?? null))]),
      }}
      legend={
        first && [
          { label: first.name, colour: outcomeColour(rate), line: true },
          ...(lines.length > 1 ? [{ label: "other providers", colour: "var(--muted)", line: true }] : []),
        ]
      }
      empty={first ? undefined : none}
    >
      <Lines
        data={days.map((day, i) => ({
          day: formatDay(new Date(`${day}T00:00:00Z`), "UTC", now),
          ...Object.fromEntries(lines.map((line) => [line.name, line.shares[i] ?? null])),
        }))}
        x="day"
        unit="share"
        series={lines.map((line, i) => ({
          key: line.name,
          label: line.name,
          colour: i === 0 ? outcomeColour(rate) : undefined,
        }))}
        references={
          rate === "complained"
            ? [
                // On a coarse scale the two lines would stand in one place.
                ...(worst < 0.012 ? [{ y: 0.001, label: "0.1 % stay below", tone: "muted" as const }] : []),
                { y: 0.003, label: "0.3 % never reach", tone: "danger" },
              ]
            : []
        }
      />
    </ChartFigure>
  );
}

const percent = (share: number | null): string | number =>
  share === null ? "" : Math.round(share * 1e5) / 1e3;
