import { formatClock, formatNumber } from "#components/ui/format.ts";
import { Meter } from "#components/ui/progress.tsx";
import type { QuotaRow } from "#core/limit/read-quotas.ts";

/** How much of each quota was taken today, and when there is room again where it is used up. */
export function QuotaList({ rows }: { rows: QuotaRow[] }) {
  return (
    <ul className="grid gap-4">
      {rows.map((row) => (
        <li key={row.key}>
          {row.perDay === null ? (
            <p className="nums flex items-baseline justify-between gap-3 text-table">
              <span className="min-w-0 truncate">{row.name}</span>
              <span>{formatNumber(row.takenToday)} today</span>
            </p>
          ) : (
            <Meter label={row.name} value={row.takenToday} max={row.perDay} />
          )}
          {row.perHour !== null || row.againAt ? (
            <p className="mt-1 text-help text-muted">{more(row)}</p>
          ) : null}
        </li>
      ))}
    </ul>
  );
}

function more({ perHour, perDay, takenToday, againAt }: QuotaRow): string {
  const pace = perHour === null ? [] : [`${formatNumber(perHour)} an hour at most.`];
  // An hour's quota has room again in seconds; only a day's is worth a time.
  const isUsedUp = againAt !== null && perDay !== null && takenToday >= perDay;
  return [
    ...pace,
    ...(isUsedUp ? [`Used up; the rest waits until ${formatClock(againAt, "UTC")} UTC.`] : []),
  ].join(" ");
}
