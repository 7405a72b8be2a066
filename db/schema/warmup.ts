import { integer, jsonb, pgTable, primaryKey, smallint, text } from "drizzle-orm/pg-core";
import { WARMUP_RESULTS, type WarmupPlan } from "#core/warmup/types.ts";
import { at } from "./columns.ts";
import { sources } from "./delivery.ts";

/** How far a source has come with a provider; `bucket` as `warmupBucket` says. Without a row it is warm. */
export const warmups = pgTable(
  "warmups",
  {
    sourceId: smallint("source_id")
      .notNull()
      .references(() => sources.id, { onDelete: "cascade" }),
    bucket: integer("bucket").notNull(),
    plan: jsonb("plan").$type<WarmupPlan>().notNull(),
    step: integer("step").notNull().default(0),
    startedAt: at("started_at").notNull().defaultNow(),
    lastSentDay: integer("last_sent_day"),
    graduatedDay: integer("graduated_day"),
  },
  (t) => [primaryKey({ name: "warmups_pkey", columns: [t.sourceId, t.bucket] })],
);

/** What a cold source took of its allowance on a day (UTC, days since 1970), and what became of it. */
export const sourceDays = pgTable(
  "source_days",
  {
    sourceId: smallint("source_id").notNull(),
    bucket: integer("bucket").notNull(),
    day: integer("day").notNull(),
    /** As it stood when the day's last mail was taken. */
    cap: integer("cap").notNull(),
    taken: integer("taken").notNull().default(0),
    hour: smallint("hour").notNull().default(0),
    takenHour: integer("taken_hour").notNull().default(0),
    accepted: integer("accepted").notNull().default(0),
    deferred: integer("deferred").notNull().default(0),
    greylisted: integer("greylisted").notNull().default(0),
    blocked: integer("blocked").notNull().default(0),
    bounced: integer("bounced").notNull().default(0),
    complaints: integer("complaints").notNull().default(0),
    /** Null until the day is judged. */
    result: text("result", { enum: WARMUP_RESULTS }),
    because: jsonb("because").$type<{ sign: string; rate: number }[]>(),
  },
  (t) => [primaryKey({ name: "source_days_pkey", columns: [t.sourceId, t.bucket, t.day] })],
);
