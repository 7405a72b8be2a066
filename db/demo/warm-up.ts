import { dayOf, warmupCaps } from "#core/mail/warmup/caps.ts";
import { judgeDay, warmupThresholds } from "#core/mail/warmup/judge.ts";
import type { WarmupCounts, WarmupPlan, WarmupState } from "#core/mail/warmup/types.ts";
import { startWarmup } from "#core/warmup/start.ts";
import { DAY, daysAgo, type House } from "./house.ts";

/** Google and Outlook.com do not know the second address yet; it began so many days ago. */
const COLD = [
  { bucket: 1, provider: "google" },
  { bucket: 2, provider: "outlook" },
] as const;
const SINCE_DAYS = 41;

/**
 * Begins to warm the second address up, by the product's own verb; not where somebody does so already, or where it is
 * older than the demo's past: then people know it, and it is not for a demo to cap what they send.
 */
export async function beginWarmup(house: House): Promise<void> {
  const sourceId = house.sources[1].id;
  const start = daysAgo(house.now, SINCE_DAYS, 6);
  const [known] = await house.sql`select from warmups where source_id = ${sourceId}
    union all select from sources where id = ${sourceId} and created_at <= ${start} limit 1`;
  if (known) return;
  const ctx = { ...house.at(start), administrator: true as const };
  const buckets = COLD.map(({ bucket }) => bucket);
  const begun = await startWarmup(ctx, { sourceId, plan: "gentle", daily: "", buckets });
  if (!begun.ok) throw new Error(`the demo's warm-up was not begun: ${begun.reason}`);
}

/**
 * How many first tries of a campaign that starts at this moment the second address takes; null: as many as it likes.
 * Days before are judged first. What is taken is counted, like the engine does.
 */
export async function takeWarmup(
  house: House,
  of: { bucket: number; moment: Date; wanted: number },
): Promise<number | null> {
  const at = of.moment.getTime();
  const state = await judgeBefore(house, of.bucket, dayOf(at));
  const caps = state && warmupCaps(state, at);
  if (!caps) return null;
  const key = { source_id: house.sources[1].id, bucket: of.bucket, day: caps.day };
  const [row] = await house.sql<{ taken: number }[]>`
    insert into source_days ${house.sql({ ...key, cap: caps.cap, hour: caps.hour })}
    on conflict (source_id, bucket, day) do update set cap = excluded.cap returning taken`;
  const n = Math.max(0, Math.min(of.wanted, caps.cap - row!.taken));
  await house.sql`update source_days set taken = taken + ${n}
    where source_id = ${key.source_id} and bucket = ${key.bucket} and day = ${key.day}`;
  return n;
}

/** Whether the second address was being warmed up there: what is tried again goes by the first, which has no cap. */
export const isColdThen = (house: House, bucket: number, moment: Date): boolean =>
  moment >= daysAgo(house.now, SINCE_DAYS, 6) && COLD.some((one) => one.bucket === bucket);

/** How long what is taken now is spread over: as the caps of hours do it, until the day's end. */
export const restOfDay = (moment: Date): number => DAY - (moment.getTime() % DAY);

/** All days that are over are judged. */
export async function judgeWarmup(house: House): Promise<void> {
  for (const { bucket } of COLD) await judgeBefore(house, bucket, dayOf(house.now.getTime()));
}

type Row = { plan: WarmupPlan; step: number; started: number; last: number | null };

/** Judges days before this one that were not yet, by the engine's rule; null: known, or never cold. */
async function judgeBefore(house: House, bucket: number, day: number): Promise<WarmupState | null> {
  const { sql, sources } = house;
  const cold = COLD.find((one) => one.bucket === bucket);
  if (!cold) return null;
  const [row] = await sql<Row[]>`
    select plan, step, extract(epoch from started_at)::float8 * 1000 as started, last_sent_day as last from warmups
    where source_id = ${sources[1].id} and bucket = ${bucket} and graduated_day is null`;
  if (!row || dayOf(row.started) > day) return null;
  let state: WarmupState = {
    plan: row.plan,
    step: row.step,
    startedAt: row.started,
    lastSentDay: row.last,
    graduatedDay: null,
  };
  const days = await sql<({ day: number } & WarmupCounts)[]>`
    select day, accepted, deferred, greylisted, blocked, bounced, complaints from source_days
    where source_id = ${sources[1].id} and bucket = ${bucket} and day < ${day} and result is null order by day`;
  for (const { day: past, ...counts } of days) {
    const judged = judgeDay(state, past, counts, warmupThresholds(cold.provider));
    state = judged.state;
    await sql`update source_days set result = ${judged.result}, because = ${sql.json(judged.because as never)}
      where source_id = ${sources[1].id} and bucket = ${bucket} and day = ${past}`;
  }
  await sql`update warmups set step = ${state.step}, last_sent_day = ${state.lastSentDay}, graduated_day = ${state.graduatedDay}
    where source_id = ${sources[1].id} and bucket = ${bucket}`;
  return state.graduatedDay === null ? state : null;
}
