import { sql } from "drizzle-orm";
import { LEASE_SECONDS } from "#core/delivery/lease.ts";
import type { Db } from "#core/platform/db.ts";

export type Health = {
  /** The database answers, its schema is this code's, and a worker is alive. */
  ok: boolean;
  database: { ok: true; version: string };
  migrations: { ok: boolean; applied: number; expected: number };
  /** `oldestHeartbeatSeconds`: of the living worker that was silent for longest; null without one. */
  workers: { ok: boolean; alive: number; oldestHeartbeatSeconds: number | null };
  backlog: {
    /** Recipients ahead of a cursor, and those whose own turn has come. */
    recipientsWaiting: number;
    recipientsDue: number;
    /** Other jobs whose time has come, and for how long the oldest has waited. */
    jobsReady: number;
    oldestJobSeconds: number | null;
  };
};

/** Counts of `due` stop here: past it the exact number helps nobody. */
const COUNT_MOST = 100_000;

/** What a monitor wants to know. `expected` is the number of migrations that this code has. */
export async function readHealth(db: Db, expected: number): Promise<Health> {
  const [row] = await db.execute<{
    version: string;
    applied: number;
    alive: number;
    heartbeat: number | null;
    waiting: number;
    due: number;
    jobs: number;
    oldest: number | null;
  }>(sql`
    select current_setting('server_version') as version,
      (select count(*)::int from drizzle.__drizzle_migrations) as applied,
      w.alive, w.heartbeat,
      (select coalesce(sum(last_seq - next_seq + 1), 0)::int from streams
        where state = 'r' and next_seq <= last_seq) as waiting,
      (select count(*)::int from (
        select from due where state = 'r' and due_at <= now() limit ${COUNT_MOST}) as ready) as due,
      j.jobs, j.oldest
    from (
      select count(*) filter (where lease_until > clock_timestamp())::int as alive,
        max(${LEASE_SECONDS} - extract(epoch from lease_until - clock_timestamp()))
          filter (where lease_until > clock_timestamp())::float as heartbeat
      from workers
    ) w, (
      select count(*)::int as jobs, extract(epoch from now() - min(run_at))::float as oldest
      from graphile_worker.jobs where locked_at is null and run_at <= now() and attempts < max_attempts
    ) j`);
  if (!row) throw new Error("the database gave no answer");
  const migrations = { ok: row.applied === expected, applied: row.applied, expected };
  const workers = {
    ok: row.alive > 0,
    alive: row.alive,
    oldestHeartbeatSeconds: row.heartbeat === null ? null : Math.max(0, Math.round(row.heartbeat)),
  };
  return {
    ok: migrations.ok && workers.ok,
    database: { ok: true, version: row.version },
    migrations,
    workers,
    backlog: {
      recipientsWaiting: row.waiting,
      recipientsDue: row.due,
      jobsReady: row.jobs,
      oldestJobSeconds: row.oldest === null ? null : Math.round(row.oldest),
    },
  };
}
