import { cx } from "./cx.ts";
import { formatClock, formatDay, formatExact, formatMoment } from "./format.ts";

/**
 * A moment in a zone, in words; to the second with the zone on hover and focus.
 * In client components pass `now`, so that server and browser say the same.
 */
export function Time({
  at,
  zone,
  now = new Date(),
  as = "moment",
  className,
}: {
  at: Date | string | number;
  /** IANA name, of the person or the workspace. */
  zone: string;
  now?: Date;
  /** "moment" today 14:09; "day" 21 Nov; "clock" 14:09; "second" 14:09:32; "exact" everything. */
  as?: "moment" | "day" | "clock" | "second" | "exact";
  className?: string;
}) {
  const date = new Date(at);
  const exact = formatExact(date, zone);
  const text =
    as === "day"
      ? formatDay(date, zone, now)
      : as === "clock"
        ? formatClock(date, zone)
        : as === "second"
          ? formatClock(date, zone, true)
          : as === "exact"
            ? exact
            : formatMoment(date, zone, now);
  return (
    <time dateTime={date.toISOString()} className={cx("nums whitespace-nowrap", className)} title={exact}>
      {text}
    </time>
  );
}
