import { sql } from "drizzle-orm";
import type { Db } from "./db.ts";

/** Tasks that a worker runs; payloads are ids only and re-read what they need. */
export type JobPayloads = {
  /** Runs a lane until it is dry, suspended or drained. job_key = the lane. */
  lane: { laneId: number };
  /** Freezes a campaign's audience and starts it. */
  "launch-campaign": { campaignId: number; revision: number };
  /** Moves the rest of a cancelled or expired campaign to its final state, in chunks. */
  "close-campaign": { campaignId: number };
  /** Expires campaigns past their time and finishes those for which nothing waits. */
  "sweep-campaigns": Record<string, never>;
  /** Notes on the people what receivers accepted, for segments. */
  "note-accepted": Record<string, never>;
  /** Compares rollups and places with the ledger, nightly. */
  "reconcile-ledger": Record<string, never>;
  /** Asks DNS and port 25 of the internet what has to hold before mail goes there. */
  "check-network": Record<string, never>;
  "run-import": { importId: number };
  /** Tries the mapping of an import on all rows; writes nobody. */
  "try-import": { importId: number };
  /** Changes many subscribers, or takes such a change back. */
  "run-bulk": { actId: number };
  /** Asks pending people by mail: those whom an import brought, or those of a list who have not answered. */
  "ask-to-confirm": { importId: number } | { listId: number };
  /** Looks up recipient domains that were never asked or whose answer is too old. */
  "resolve-domains": Record<string, never>;
  /** A DSN, complaint or unsubscribe mail that the inbound listener took. */
  "take-report": { reportId: number };
  /** One SMTP conversation that an administrator wants to see. */
  "test-source": { testId: number };
};

export type JobOptions = {
  /** One waiting job a key; a second replaces the first while it has not started. */
  key?: string;
  runAt?: Date;
  priority?: number;
  maxAttempts?: number;
};

/** Adds a job in the caller's transaction, so that it exists exactly if the change does. */
export async function enqueue<T extends keyof JobPayloads>(
  db: Db,
  task: T,
  payload: JobPayloads[T],
  options: JobOptions = {},
): Promise<void> {
  await db.execute(sql`select graphile_worker.add_job(
    ${task}::text, payload := ${JSON.stringify(payload)}::json, queue_name := null,
    run_at := ${options.runAt?.toISOString() ?? null}::timestamptz, max_attempts := ${options.maxAttempts ?? 25}::int,
    job_key := ${options.key ?? null}::text, priority := ${options.priority ?? 0}::int,
    job_key_mode := 'replace')`);
}
