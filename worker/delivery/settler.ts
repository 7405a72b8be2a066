import { type Outcome, settle } from "#core/delivery/settle.ts";
import { log } from "#core/platform/log.ts";
import { LIVE_CHANNEL } from "#core/platform/notify.ts";
import type { Sql } from "#db/client.ts";
import type { Metrics } from "./metrics.ts";

/** Outcomes in one flush at most. */
const FLUSH_MAX = 1_000;
/** A flush waits so long for company: one statement for twenty outcomes costs little more than for one. */
const GATHER_MS = 15;
const GATHER_ENOUGH = 200;
/** More unwritten than this, and lanes wait: what is not written down may be sent twice after a crash. */
const FULL_AT = 250;
const RETRY_MS = [50, 100, 250, 500, 1_000] as const;
const NOTIFY_MS = 1_000;

const logger = log("settler");

type Entry = { outcome: Outcome } | { finished: { claimId: number; epoch: number } };

/**
 * Writes what became of mails, in a continuous group commit: one flush after the other, so that little is ever
 * unrecorded. While the database is away the outcomes wait here, in order, and are repeated.
 */
export class Settler {
  #sql: Sql;
  #metrics: Metrics;
  #on: { stopped(campaigns: number[]): void; room(): void };
  #entries: Entry[] = [];
  #running: Promise<void> | null = null;
  #flushing = 0;
  #added = 0;
  #written = 0;
  #waiting: { until: number; done: () => void }[] = [];
  /** Claims, and their epochs, with an outcome that could not be written: they stay. */
  readonly #broken = new Set<string>();
  #topics = new Set<string>();
  #notifiedAt = 0;
  #notifyTimer: NodeJS.Timeout | undefined;

  /** `stopped` hears of campaigns that no longer run; `room` when lanes that waited may go on. */
  constructor(sql: Sql, metrics: Metrics, on: { stopped(campaigns: number[]): void; room(): void }) {
    this.#sql = sql;
    this.#metrics = metrics;
    this.#on = on;
  }

  get pending(): number {
    return this.#entries.length + this.#flushing;
  }

  get isFull(): boolean {
    return this.pending >= FULL_AT;
  }

  add(outcome: Outcome): void {
    this.#entries.push({ outcome });
    this.#metrics.outcome(outcome.bucket, outcome.sourceId, outcome.kind);
    this.#added += 1;
    this.#running ??= this.#run();
  }

  /** Nothing is left of a claim; written after all outcomes added before. */
  finish(claimId: number, epoch: number): void {
    this.#entries.push({ finished: { claimId, epoch } });
    this.#added += 1;
    this.#running ??= this.#run();
  }

  /** Resolves when everything added so far is in the database. */
  flushed(): Promise<void> {
    const until = this.#added;
    if (this.#written >= until) return Promise.resolve();
    return new Promise((done) => this.#waiting.push({ until, done }));
  }

  stop(): void {
    clearTimeout(this.#notifyTimer);
  }

  async #run(): Promise<void> {
    while (this.#entries.length > 0) {
      if (this.#entries.length < GATHER_ENOUGH) await new Promise((done) => setTimeout(done, GATHER_MS));
      const batch = this.#entries.splice(0, FLUSH_MAX);
      this.#flushing = batch.length;
      await this.#write(batch);
      const wasFull = this.isFull;
      this.#flushing = 0;
      this.#written += batch.length;
      while (this.#waiting[0] && this.#waiting[0].until <= this.#written) this.#waiting.shift()?.done();
      this.#announce(batch);
      if (wasFull && !this.isFull) this.#on.room();
    }
    this.#running = null;
  }

  async #write(batch: Entry[]): Promise<void> {
    for (let tries = 0; ; tries++) {
      const began = performance.now();
      try {
        const { stopped } = await settle(this.#sql, {
          outcomes: batch.flatMap((entry) => ("outcome" in entry ? [entry.outcome] : [])),
          finished: batch.flatMap((entry) =>
            "finished" in entry && !this.#broken.has(claimKey(entry.finished)) ? [entry.finished] : [],
          ),
        });
        this.#metrics.settled(performance.now() - began);
        if (stopped.length > 0) this.#on.stopped(stopped);
        return;
      } catch (error) {
        if (isDataError(error)) return this.#isolate(batch, error);
        logger.warn({ err: error, pending: this.pending, tries }, "could not write outcomes; trying again");
        const wait = RETRY_MS[Math.min(tries, RETRY_MS.length - 1)] ?? 1_000;
        await new Promise((done) => setTimeout(done, wait));
      }
    }
  }

  /** One row that PostgreSQL cannot take must not keep the others from being written. */
  async #isolate(batch: Entry[], error: unknown): Promise<void> {
    if (batch.length > 1) {
      const middle = batch.length >> 1;
      await this.#write(batch.slice(0, middle));
      return this.#write(batch.slice(middle));
    }
    const entry = batch[0];
    if (entry && "outcome" in entry && (entry.outcome.reply !== null || entry.outcome.shape !== null)) {
      logger.error(
        { err: error, outcome: entry.outcome },
        "this reply cannot be stored; written without its text",
      );
      return this.#write([{ outcome: { ...entry.outcome, reply: null, shape: null, enhanced: null } }]);
    }
    if (entry && "outcome" in entry) this.#broken.add(claimKey(entry.outcome));
    logger.error({ err: error, entry }, "this outcome cannot be written; its claim stays");
  }

  #announce(batch: readonly Entry[]): void {
    for (const entry of batch)
      if ("outcome" in entry) this.#topics.add(`campaign:${entry.outcome.campaignId}`);
    if (this.#topics.size === 0 || this.#notifyTimer) return;
    const wait = Math.max(0, this.#notifiedAt + NOTIFY_MS - performance.now());
    this.#notifyTimer = setTimeout(() => {
      this.#notifyTimer = undefined;
      this.#notifiedAt = performance.now();
      const topics = [...this.#topics, "lanes"];
      this.#topics.clear();
      this.#sql`select pg_notify(${LIVE_CHANNEL}, t) from unnest(${topics}::text[]) t`.catch((error) =>
        logger.warn({ err: error }, "could not notify open pages"),
      );
    }, wait);
  }
}

const claimKey = ({ claimId, epoch }: { claimId: number; epoch: number }) => `${claimId} ${epoch}`;

/** Class 22 (data) and 23 (constraint): repeating it would fail again. */
function isDataError(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return typeof code === "string" && /^(?:22|23)/.test(code);
}
