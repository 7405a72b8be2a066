/**
 * The instant at which the clocks of a time zone show a wall time such as `2026-11-22T09:30`, as ISO text; null for what
 * is no time. Where clocks go forward past it, the moment after the gap; where they show it twice, the first.
 */
export function instantIn(wall: string, zone: string): string | null {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/.test(wall)) return null;
  const asUtc = Date.parse(`${wall}Z`);
  if (Number.isNaN(asUtc)) return null;
  try {
    // The zone's offset depends on the instant that is looked for: twice is enough to settle.
    let guess = asUtc - offsetMs(asUtc, zone);
    guess = asUtc - offsetMs(guess, zone);
    return new Date(guess).toISOString();
  } catch {
    return null;
  }
}

function offsetMs(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  }).formatToParts(at);
  const of = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  return (
    Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second")) -
    Math.floor(at / 1000) * 1000
  );
}
