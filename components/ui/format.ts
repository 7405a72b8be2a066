/** Numbers, rates, durations and dates as the interface says them. Pure: time and zone are arguments. */

const defaultLocale = "en-GB";
/** Narrow no-break space, between a number and its unit. */
const thin = "\u202f";

const numberFormats = new Map<string, Intl.NumberFormat>();
function numberFormat(locale: string, options: Intl.NumberFormatOptions = {}): Intl.NumberFormat {
  const key = locale + JSON.stringify(options);
  let format = numberFormats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(locale, options);
    numberFormats.set(key, format);
  }
  return format;
}

const dateFormats = new Map<string, Intl.DateTimeFormat>();
function dateFormat(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale + JSON.stringify(options);
  let format = dateFormats.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(locale, options);
    dateFormats.set(key, format);
  }
  return format;
}

/** 48214 → "48,214". */
export function formatNumber(value: number | bigint, locale = defaultLocale): string {
  return numberFormat(locale, { maximumFractionDigits: 1 }).format(value);
}

/** For axes only: 12400 → "12.4 k". */
export function formatShort(value: number, locale = defaultLocale): string {
  const size = Math.abs(value);
  const short = (by: number, unit: string) =>
    numberFormat(locale, { maximumFractionDigits: 1 }).format(value / by) + thin + unit;
  if (size >= 1e6) return short(1e6, "M");
  if (size >= 1e4) return short(1e3, "k");
  return formatNumber(value, locale);
}

/**
 * A share of a whole as per cent: one digit, two under 1 %. Below 0.01 % it says the count itself
 * ("3 of 48,214"), and without a whole there is no rate.
 */
export function formatRate(part: number, whole: number, locale = defaultLocale): string {
  if (whole <= 0) return "none yet";
  const share = part / whole;
  if (part > 0 && share < 0.0001) return `${formatNumber(part, locale)} of ${formatNumber(whole, locale)}`;
  return formatShare(share, locale);
}

/** A share from 0 to 1: 0.994 → "99.4 %", 0.0004 → "0.04 %". Never rounds up to 100 % or down to 0 %. */
export function formatShare(share: number, locale = defaultLocale): string {
  const percent = share * 100;
  const digits = Math.abs(percent) < 1 && percent !== 0 ? 2 : 1;
  const whole = percent === 0 || percent === 100;
  const step = 10 ** -digits;
  const shown = percent > 0 && percent < 100 ? Math.min(Math.max(percent, step), 100 - step) : percent;
  const size = whole ? 0 : digits;
  const number = numberFormat(locale, { minimumFractionDigits: size, maximumFractionDigits: size }).format(
    shown,
  );
  return `${number}${thin}%`;
}

/** Change of a share in points: 0.001 → "+0.1 pt". */
export function formatPoints(change: number, locale = defaultLocale): string {
  const points = change * 100;
  const digits = Math.abs(points) < 1 ? 2 : 1;
  const rounded = Number(points.toFixed(digits));
  return `${numberFormat(locale, { signDisplay: "exceptZero", maximumFractionDigits: digits }).format(rounded)}${thin}pt`;
}

/** A duration in milliseconds by its two largest units: "1 h 50 min", "48 s", "320 ms". */
export function formatDuration(milliseconds: number): string {
  const value = Math.max(0, milliseconds);
  if (value < 1000) return `${Math.round(value)}${thin}ms`;
  let seconds = Math.round(value / 1000);
  const parts: string[] = [];
  for (const [size, unit] of [
    [86_400, "d"],
    [3_600, "h"],
    [60, "min"],
    [1, "s"],
  ] as const) {
    const count = Math.floor(seconds / size);
    seconds -= count * size;
    if (count > 0) parts.push(`${count}${thin}${unit}`);
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.join(" ") || `0${thin}s`;
}

/** Bytes in decimal units: 61234 → "61 kB". */
export function formatBytes(bytes: number, locale = defaultLocale): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let step = 0;
  while (value >= 1000 && step < units.length - 1) {
    value /= 1000;
    step += 1;
  }
  const digits = value < 10 && step > 0 ? 1 : 0;
  return `${numberFormat(locale, { maximumFractionDigits: digits }).format(value)}${thin}${units[step]}`;
}

/** A pace in messages per minute: per second from 120 a minute on, per hour below one. */
export function formatPace(perMinute: number, locale = defaultLocale): string {
  if (perMinute >= 120) return `${formatNumber(Math.round(perMinute / 60), locale)} a second`;
  if (perMinute >= 1) return `${formatNumber(Math.round(perMinute), locale)} a minute`;
  if (perMinute > 0) return `${formatNumber(Math.max(1, Math.round(perMinute * 60)), locale)} an hour`;
  return "nothing";
}

/** "1 person", "3 people". */
export function countOf(count: number, one: string, many: string, locale = defaultLocale): string {
  return `${formatNumber(count, locale)} ${count === 1 ? one : many}`;
}

/** People, the unit of most counts. */
export function formatPeople(count: number, locale = defaultLocale): string {
  return countOf(count, "person", "people", locale);
}

/** The day a moment falls on in a zone, as YYYY-MM-DD. */
export function dayIn(at: Date, zone: string): string {
  return dateFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" }).format(
    at,
  );
}

/** "14:09". */
export function formatClock(at: Date, zone: string, seconds = false): string {
  return dateFormat("en-GB", {
    timeZone: zone,
    hour: "2-digit",
    minute: "2-digit",
    ...(seconds ? { second: "2-digit" } : {}),
    hourCycle: "h23",
  }).format(at);
}

/** "21 Nov", with the year only where it is another. */
export function formatDay(at: Date, zone: string, now: Date, weekday = false): string {
  const options: Intl.DateTimeFormatOptions = { timeZone: zone, day: "numeric", month: "short" };
  if (dayIn(at, zone).slice(0, 4) !== dayIn(now, zone).slice(0, 4)) options.year = "numeric";
  const day = dateFormat("en-GB", options).format(at);
  return weekday && !options.year
    ? `${dateFormat("en-GB", { timeZone: zone, weekday: "short" }).format(at)} ${day}`
    : day;
}

/** "today 14:09", "tomorrow 08:00", "Sat 21 Nov, 09:00". */
export function formatMoment(at: Date, zone: string, now: Date): string {
  const clock = formatClock(at, zone);
  const day = dayIn(at, zone);
  const shifted = (days: number) => dayIn(new Date(now.getTime() + days * 86_400_000), zone);
  if (day === dayIn(now, zone)) return `today ${clock}`;
  if (day === shifted(1)) return `tomorrow ${clock}`;
  if (day === shifted(-1)) return `yesterday ${clock}`;
  return `${formatDay(at, zone, now, true)}, ${clock}`;
}

/** As tables have it, so that it sorts and lines up: "2026-11-21 09:00". */
export function formatRowTime(at: Date, zone: string): string {
  return dateFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" }).format(at);
}

/** To the second, with its zone: "Sat 21 Nov 2026, 09:00:00 CET". */
export function formatExact(at: Date, zone: string): string {
  return dateFormat("en-GB", {
    timeZone: zone,
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    timeZoneName: "short",
  }).format(at);
}
