import { formatClock, formatDay } from "#components/ui/format.ts";

/** What stands below a bar that is so many hours wide. */
export function barLabel(at: Date, stepHours: number, zone: string, now: Date): string {
  if (stepHours >= 24) return formatDay(at, zone, now);
  const clock = formatClock(at, zone);
  return stepHours > 1 ? `${formatDay(at, zone, now)} ${clock}` : clock;
}
