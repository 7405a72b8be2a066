import { DAY_MS, dayOf } from "../warmup/caps.ts";
import { gcraRoom, type Rate } from "./gcra.ts";

/** Caps of a limit set or a relay, in mails; what is missing has no cap. Days are UTC. */
export type QuotaLimits = {
  /** Of one source. */
  perHour?: number | undefined;
  perDay?: number | undefined;
  /** Of all own IP addresses together. */
  overallPerHour?: number | undefined;
  overallPerDay?: number | undefined;
};

/** What may be taken in all, over any number of lanes and workers. `sourceId` 0: all; `bucket` 0: all of a relay's. */
export type Quota = { sourceId: number; bucket: number; perHour: number | null; perDay: number | null };

/** What was taken of a quota. */
export type QuotaUse = {
  /** UTC day, and what was taken on it. */
  day: number;
  taken: number;
  /** GCRA state of the hourly rate, ms since the epoch. */
  tat: number;
};

/** The quotas that a lane draws on. */
export function quotasOf(lane: { sourceId: number; bucket: number }, limits: QuotaLimits): Quota[] {
  const { perHour, perDay, overallPerHour, overallPerDay } = limits;
  const own = { ...lane, perHour: perHour ?? null, perDay: perDay ?? null };
  const overall = {
    sourceId: 0,
    bucket: lane.bucket,
    perHour: overallPerHour ?? null,
    perDay: overallPerDay ?? null,
  };
  return [overall, own].filter((quota) => quota.perHour !== null || quota.perDay !== null);
}

/** An hour's quota flows evenly: a minute's worth may go at once. */
function rateOf(perHour: number): Rate {
  return { limit: perHour, periodMs: 3_600_000, burst: Math.max(1, Math.ceil(perHour / 60)) };
}

/** How many may be taken now. `now` in ms since the epoch. */
export function quotaRoom(quota: Quota, use: QuotaUse, now: number): number {
  const today = quota.perDay === null ? Number.POSITIVE_INFINITY : quota.perDay - takenOn(use, now);
  const flow =
    quota.perHour === null ? Number.POSITIVE_INFINITY : gcraRoom(use.tat, now, rateOf(quota.perHour));
  return Math.max(0, Math.min(today, flow));
}

/** When there is room again, ms since the epoch; for a quota that has none now. */
export function quotaAgainAt(quota: Quota, use: QuotaUse, now: number): number {
  if (quota.perDay !== null && takenOn(use, now) >= quota.perDay) return (dayOf(now) + 1) * DAY_MS;
  if (quota.perHour === null) return now;
  const { limit, periodMs, burst } = rateOf(quota.perHour);
  const interval = periodMs / limit;
  return Math.max(now, Math.ceil(use.tat + interval - burst * interval));
}

/** Counts what was taken; more than there was room for (system mail) is made up for by those who come later. */
export function takeQuota(quota: Quota, use: QuotaUse, now: number, n: number): QuotaUse {
  const interval = quota.perHour === null ? 0 : 3_600_000 / quota.perHour;
  return {
    day: dayOf(now),
    taken: takenOn(use, now) + n,
    tat: quota.perHour === null ? 0 : Math.max(use.tat, now) + interval * n,
  };
}

const takenOn = (use: QuotaUse, now: number): number => (use.day === dayOf(now) ? use.taken : 0);
