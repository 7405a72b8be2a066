import Link from "next/link";
import { Banner } from "#components/ui/banner.tsx";
import { countOf, formatMoment, formatNumber, formatPeople } from "#components/ui/format.ts";
import { Panel } from "#components/ui/panel.tsx";
import type { CampaignForecast, ForecastRow } from "#core/campaign/forecast.ts";

const HOUR_MS = 3_600_000;
/** More would be a table nobody reads: those that take longest, and the others as one. */
const MOST_ROWS = 6;

/** When each provider will have got the mail, as things stand. */
export function ForecastPanel({
  forecast,
  start,
  zone,
  now,
  title,
  lateHref,
}: {
  forecast: CampaignForecast;
  /** From when it counts, ms. */
  start: number;
  zone: string;
  now: Date;
  title: string;
  /** Where it can be given longer. */
  lateHref?: string;
}) {
  const slow = forecast.rows.filter((row) => !isSoon(row, start)).slice(0, MOST_ROWS);
  const rest = forecast.rows.filter((row) => !slow.includes(row));
  const when = (at: number) =>
    at - start <= HOUR_MS ? "within the hour" : formatMoment(new Date(at), zone, now);
  const restEnd = Math.max(...rest.map((row) => row.forecast.finishesAt ?? Number.POSITIVE_INFINITY));
  return (
    <Panel
      title={title}
      description="As things stand and if nothing goes wrong. What receivers put off comes later"
    >
      <div className="grid gap-4">
        {forecast.late > 0 ? (
          <Banner
            tone="warning"
            title={`${formatPeople(forecast.late)} would not get it: it gives up first.`}
            actions={
              lateHref ? (
                <Link className="link" href={lateHref}>
                  Give it longer
                </Link>
              ) : undefined
            }
          >
            Give it longer, send it to fewer people, or ask an administrator for more addresses.
          </Banner>
        ) : null}
        <p className="text-lead font-semibold">{sentence(forecast, when, start)}</p>
        <ul className="divide-y divide-separator">
          {slow.map((row) => (
            <li key={row.bucket} className="grid gap-0.5 py-2 text-table">
              <span className="nums flex flex-wrap justify-between gap-x-4">
                <span className="min-w-0 break-words">
                  {row.name} <span className="text-muted">{formatNumber(row.recipients)}</span>
                </span>
                <span>
                  {row.forecast.finishesAt === null ? "not as things stand" : when(row.forecast.finishesAt)}
                </span>
              </span>
              {why(row) ? <span className="text-help text-muted">{why(row)}</span> : null}
            </li>
          ))}
          {rest.length > 0 ? (
            <li className="nums flex flex-wrap justify-between gap-x-4 py-2 text-table">
              <span>
                {slow.length === 0 && rest.length === 1
                  ? (rest[0] as ForecastRow).name
                  : countOf(
                      rest.length,
                      slow.length > 0 ? "other" : "provider",
                      slow.length > 0 ? "others" : "providers",
                    )}{" "}
                <span className="text-muted">
                  {formatNumber(rest.reduce((sum, row) => sum + row.recipients, 0))}
                </span>
              </span>
              <span>{Number.isFinite(restEnd) ? when(restEnd) : "not as things stand"}</span>
            </li>
          ) : null}
        </ul>
      </div>
    </Panel>
  );
}

/** Whether there is nothing to tell but that it goes out. */
export const isOutSoon = ({ finishesAt, late }: CampaignForecast, now: Date): boolean =>
  late === 0 && finishesAt !== null && finishesAt - now.getTime() <= HOUR_MS;

const isSoon = (row: ForecastRow, start: number): boolean =>
  row.forecast.finishesAt !== null && row.forecast.finishesAt - start <= HOUR_MS;

function sentence(
  { rows, finishesAt }: CampaignForecast,
  when: (at: number) => string,
  start: number,
): string {
  if (rows.length === 0) return "Nobody to send to.";
  if (finishesAt === null) return "Some of it cannot leave as things stand.";
  return finishesAt - start <= HOUR_MS
    ? "All of it leaves within the hour."
    : `The last of it leaves ${when(finishesAt)}.`;
}

/** What makes it slow. */
function why({ isStopped, warmup, others, recipients, forecast }: ForecastRow): string {
  if (isStopped)
    return "Every address that could send it there is held, or told not to. An administrator can change that.";
  const words: string[] = [];
  if (warmup) {
    words.push(
      `Warming up, day ${warmup.day} of ${warmup.days}: ${formatNumber(warmup.capToday)} a day now, more after each day that goes well.`,
    );
    if (forecast.finishesAt !== null && forecast.byWarm > 0)
      words.push("The others leave by addresses that are known there already.");
  }
  if (others > recipients / 10) words.push(`${formatNumber(others)} of other campaigns wait there too.`);
  return words.join(" ");
}

/** Before the numbers are there. */
export function ForecastSkeleton() {
  return (
    <Panel title="When it arrives">
      <div className="grid gap-3" role="status">
        <span className="sr-only">Working out when it arrives</span>
        <div className="skeleton h-5 w-64 max-w-full" />
        <div className="skeleton h-4 w-full" />
        <div className="skeleton h-4 w-full" />
      </div>
    </Panel>
  );
}
