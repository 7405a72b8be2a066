import type { WarmupPlan, WarmupState, WarmupUse } from "./types.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** SparkPost ends a warm-up after ten idle days, SendGrid begins it anew after thirty (facts §1.5, §4.7). */
const IDLE_FORGIVEN_DAYS = 10;
const IDLE_COLD_DAYS = 30;
/** A day's cap lasts for so many hours at least, where the plan does not say: Mailtrap's table, 60 an hour of 300 (facts §1.6). */
const FEWEST_HOURS = 5;

/** The UTC day of a time; in SQL `(now() at time zone 'utc')::date - date '1970-01-01'`. */
export function dayOf(now: number): number {
  return Math.floor(now / DAY_MS);
}

export function startWarmup(plan: WarmupPlan, now: number): WarmupState {
  return { plan, step: 0, startedAt: now, lastSentDay: null, graduatedDay: null };
}

/**
 * The step that holds on a day: the stored one, less what idle days have cost. Ten are forgiven, so that a weekly
 * newsletter gets on (sending days count, not calendar days); then it falls evenly, to the first step at thirty.
 * Derived and not stored, so that asking twice costs nothing. `plan.daily.length`: no cap.
 */
export function stepOn(state: WarmupState, day: number): number {
  const idle = state.lastSentDay === null ? 0 : Math.max(0, day - state.lastSentDay - 1);
  if (idle <= IDLE_FORGIVEN_DAYS) return state.step;
  const left = Math.max(0, IDLE_COLD_DAYS - idle) / (IDLE_COLD_DAYS - IDLE_FORGIVEN_DAYS);
  return Math.floor(state.step * left);
}

/** The caps of one moment, all that a statement needs to know of a plan. */
export type WarmupCaps = {
  day: number;
  /** 0 to 23, UTC. */
  hour: number;
  minute: number;
  /** Mails of the whole day. */
  cap: number;
  /** The most in any one hour of it. */
  hourMost: number;
};

/**
 * Caps for now; null: graduated, no cap. For the statement that takes atomically, `s` being the locked row of
 * `source_days` for (source, bucket, day), `before` = `s.taken - case when s.hour = $hour then s.taken_hour else 0 end`:
 *
 *     hour_cap = least($hourMost, (($cap - before) + (23 - $hour)) / (24 - $hour))       -- integer division
 *     room     = greatest(0, least($cap - s.taken, (hour_cap * ($minute + 1) + 59) / 60 - (s.taken - before)))
 *
 * Then `taken += n`, `taken_hour = case when hour = $hour then taken_hour else 0 end + n`, `hour = $hour`. This is
 * `warmupRoom` in integers. What is not yet started when its hour is over goes back (`taken -= n`, and
 * `taken_hour -= n` where that is still its hour) and is taken anew; else the receiver would see it in the next day.
 */
export function warmupCaps(state: WarmupState, now: number): WarmupCaps | null {
  const day = dayOf(now);
  const step = stepOn(state, day);
  const cap = state.plan.daily[step];
  if (cap === undefined) return null;
  const hourMost = state.plan.hourly?.[step] ?? Math.ceil(cap / FEWEST_HOURS);
  const ofDay = now - day * DAY_MS;
  const hour = Math.floor(ofDay / HOUR_MS);
  return { day, hour, minute: Math.floor((ofDay % HOUR_MS) / MINUTE_MS), cap, hourMost };
}

/**
 * The cap of this hour: an equal share of what the day has left at its beginning. What was not used moves to later
 * hours; a campaign that starts in the evening still gets a fifth of the day's cap in an hour at most.
 */
export function hourCap(caps: WarmupCaps, use: WarmupUse): number {
  const left = Math.max(0, caps.cap - (use.taken - use.takenHour));
  return Math.min(caps.hourMost, Math.ceil(left / (24 - caps.hour)));
}

/** How many may be taken now. An hour's cap opens minute by minute, the whole of it in its last minute. */
export function warmupRoom(caps: WarmupCaps, use: WarmupUse): number {
  const opened = Math.ceil((hourCap(caps, use) * (caps.minute + 1)) / 60);
  return Math.max(0, Math.min(caps.cap - use.taken, opened - use.takenHour));
}

/** What the rest of the day can still take. Warm sources and relays leave so many waiting mails to the cold ones. */
export function dayRoom(caps: WarmupCaps, use: WarmupUse): number {
  return Math.max(0, Math.min(caps.cap - use.taken, (24 - caps.hour) * caps.hourMost - use.takenHour));
}

/** When there is room again, ms: the lane sleeps until then. */
export function roomAgainAt(caps: WarmupCaps, use: WarmupUse): number {
  const midnight = (caps.day + 1) * DAY_MS;
  if (use.taken >= caps.cap) return midnight;
  const hourStart = caps.day * DAY_MS + caps.hour * HOUR_MS;
  const minute = Math.floor((60 * use.takenHour) / hourCap(caps, use));
  return hourStart + Math.min(60, Math.max(caps.minute, minute)) * MINUTE_MS;
}
