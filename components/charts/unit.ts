import { formatDuration, formatNumber, formatShare, formatShort } from "../ui/format.ts";

/** What the numbers of a chart are. Functions cannot be passed from the server, so units have names. */
export type Unit = "count" | "share" | "ms";

/** A number on an axis. */
export function axisText(value: number, unit: Unit): string {
  if (unit === "share") return value === 0 ? "0 %" : formatShare(value).replace(/\.?0+(?=\u202f)/, "");
  if (unit === "ms") return value === 0 ? "0" : formatDuration(value);
  return formatShort(value);
}

/** The same in a tooltip, exact. */
export function valueText(value: number, unit: Unit): string {
  if (unit === "share") return formatShare(value);
  if (unit === "ms") return formatDuration(value);
  return formatNumber(value);
}

/** Width in px that the labels of an axis need, at 11.5 px. */
export function axisWidth(values: number[], unit: Unit): number {
  const longest = Math.max(...values.map((value) => axisText(value, unit).length), 1);
  return Math.ceil(longest * 6.6) + 10;
}

/** Round steps from 0 (or a round number below the least) to above the most: 3 to 5 lines. */
export function niceTicks(least: number, most: number, whole: boolean): number[] {
  const low = Math.min(0, least);
  const high = Math.max(most, low + (whole ? 4 : 1e-9));
  const raw = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step =
    [1, 2, 2.5, 5, 10].map((by) => by * power).find((each) => each >= raw && (!whole || each % 1 === 0)) ??
    10 * power;
  const size = whole ? Math.max(1, step) : step;
  const from = Math.floor(low / size);
  const to = Math.ceil(high / size - 1e-9);
  return Array.from({ length: to - from + 1 }, (_, index) => Number(((from + index) * size).toPrecision(12)));
}
