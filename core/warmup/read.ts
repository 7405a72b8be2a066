import { and, asc, desc, eq, gte } from "drizzle-orm";
import { sourceDays, warmups } from "#db/schema/index.ts";
import { bucketName } from "../mail/provider/bucket.ts";
import { DAY_MS, dayOf, dayRoom, warmupCaps } from "../mail/warmup/caps.ts";
import type { AdminCtx } from "../platform/context.ts";
import { SMALL_SITES } from "./types.ts";

type DayRow = typeof sourceDays.$inferSelect;

export type WarmupRow = {
  bucket: number;
  name: string;
  planName: string;
  /** Sending days behind it, and all of the plan. */
  step: number;
  steps: number;
  /** Null: there is no cap any more. */
  cap: number | null;
  takenToday: number;
  /** What the rest of the day can still take. */
  leftToday: number;
  startedAt: Date;
  /** The newest day that was judged. */
  last: {
    day: Date;
    result: NonNullable<DayRow["result"]>;
    because: { sign: string; rate: number }[];
  } | null;
};

export const warmupName = (bucket: number): string =>
  bucket === SMALL_SITES ? "Small sites" : bucketName(bucket);

/** How far an address has come with each provider, those with the most mail today first. */
export async function listWarmups(ctx: AdminCtx, sourceId: number): Promise<WarmupRow[]> {
  const now = ctx.now().getTime();
  const [rows, days] = await Promise.all([
    ctx.db.select().from(warmups).where(eq(warmups.sourceId, sourceId)).orderBy(asc(warmups.bucket)),
    ctx.db
      .select()
      .from(sourceDays)
      .where(and(eq(sourceDays.sourceId, sourceId), gte(sourceDays.day, dayOf(now) - 60)))
      .orderBy(desc(sourceDays.day)),
  ]);
  return rows
    .map((row): WarmupRow => {
      const mine = days.filter((day) => day.bucket === row.bucket);
      const today = mine.find((day) => day.day === dayOf(now));
      const state = { ...row, startedAt: row.startedAt.getTime() };
      const caps = warmupCaps(state, now);
      const use = {
        taken: today?.taken ?? 0,
        takenHour: caps && today?.hour === caps.hour ? today.takenHour : 0,
      };
      const judged = mine.find((day) => day.result !== null);
      return {
        bucket: row.bucket,
        name: warmupName(row.bucket),
        planName: row.plan.name,
        step: row.step,
        steps: row.plan.daily.length,
        cap: caps?.cap ?? null,
        takenToday: use.taken,
        leftToday: caps ? dayRoom(caps, use) : 0,
        startedAt: row.startedAt,
        last: judged?.result
          ? { day: new Date(judged.day * DAY_MS), result: judged.result, because: judged.because ?? [] }
          : null,
      };
    })
    .sort((a, b) => b.takenToday - a.takenToday);
}

export type WarmupDay = {
  at: Date;
  cap: number;
  accepted: number;
  deferred: number;
  greylisted: number;
  blocked: number;
  bounced: number;
  complaints: number;
  result: DayRow["result"];
  because: { sign: string; rate: number }[];
};

/** What an address sent to one provider on each day of its warm-up, and what it was allowed; the newest 60 days in order. */
export async function readWarmupDays(ctx: AdminCtx, sourceId: number, bucket: number): Promise<WarmupDay[]> {
  const rows = await ctx.db
    .select()
    .from(sourceDays)
    .where(and(eq(sourceDays.sourceId, sourceId), eq(sourceDays.bucket, bucket)))
    .orderBy(desc(sourceDays.day))
    .limit(60);
  return rows
    .reverse()
    .map(({ day, because, sourceId: _, bucket: __, taken: ___, hour: ____, takenHour: _____, ...rest }) => ({
      ...rest,
      at: new Date(day * DAY_MS),
      because: because ?? [],
    }));
}
