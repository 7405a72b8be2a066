import { formatClock, formatDay } from "#components/ui/format.ts";

/** What stands below a bar that is so many hours wide; at midnight the day. */
export function barLabel(at: Date, stepHours: number, zone: string, now: Date): string {
  if (stepHours >= 24) return formatDay(at, zone, now);
  const clock = formatClock(at, zone);
  if (clock === "00:00") return formatDay(at, zone, now);
  return stepHours > 1 ? `${formatDay(at, zone, now)} ${clock}` : clock;
}
