import {
  beat,
  type DeadWorker,
  enrol,
  LEASE_SECONDS,
  leave,
  readLeases,
  reap,
  unlockJobs,
} from "#core/delivery/lease.ts";
import { log } from "#core/platform/log.ts";
import type { Sql } from "#db/client.ts";
import { LeaseWatch } from "./lease-watch.ts";

const BEAT_MS = 2_000;
/** No mail is started so near to the end of the lease. */
const MARGIN_MS = 3_000;
const LEASE_MS = LEASE_SECONDS * 1_000;

const logger = log("membership");

/**
 * This process's place among the living: a lease renewed on a connection of its own, never two beats at once.
 * Whoever beats also buries the dead.
 */
export class Membership {
  workerId = 0;
  #sql: Sql;
  #safeUntil = Number.NEGATIVE_INFINITY;
  /** The same by the wall clock: the other one may stand still with a machine that is frozen. */
  #safeUntilDate = Number.NEGATIVE_INFINITY;
  readonly #watch = new LeaseWatch(LEASE_MS);
  #wellSince: number | null = null;
  #stopped = false;
  #loop: Promise<void> = Promise.resolve();
  #wakeUp: (() => void) | undefined;
  #graphileIds: string[] = [];
  readonly #who: { host: string; pid: number };
  readonly #on: { lost(): void; buried(dead: DeadWorker[]): void };

  /** `sql` has one connection, and nothing else uses it: a busy pool must not cost the lease. */
  constructor(
    sql: Sql,
    who: { host: string; pid: number },
    on: { lost(): void; buried(dead: DeadWorker[]): void },
  ) {
    this.#sql = sql;
    this.#who = who;
    this.#on = on;
  }

  /** Enrols and begins to beat. Throws where the database cannot be reached. */
  async start(graphileIds: string[]): Promise<void> {
    this.#graphileIds = graphileIds;
    await this.#enrol();
    this.#loop = this.#run();
  }

  /** Whether a mail may be started now: others would believe this worker alive. */
  get mayStart(): boolean {
    return performance.now() < this.#safeUntil && Date.now() < this.#safeUntilDate;
  }

  /** Ids of graphile-worker, to be unlocked when this process is found dead. */
  async setGraphileIds(ids: string[]): Promise<void> {
    this.#graphileIds = ids;
    await this.#sql`update workers set graphile_ids = ${ids}::text[] where id = ${this.workerId}`;
  }

  /** Stops beating and leaves, as the last thing a worker does. */
  async stop(lanes: number): Promise<void> {
    this.#stopped = true;
    this.#wakeUp?.();
    await this.#loop;
    this.#safeUntil = Number.NEGATIVE_INFINITY;
    await leave(this.#sql, this.workerId, lanes);
  }

  async #enrol(): Promise<void> {
    const before = performance.now();
    const date = Date.now();
    this.workerId = await enrol(this.#sql, { ...this.#who, graphileIds: this.#graphileIds });
    this.#safeUntil = before + LEASE_MS - MARGIN_MS;
    this.#safeUntilDate = date + LEASE_MS - MARGIN_MS;
    this.#wellSince = before;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      await new Promise<void>((done) => {
        const timer = setTimeout(done, BEAT_MS);
        this.#wakeUp = () => {
          clearTimeout(timer);
          done();
        };
      });
      if (this.#stopped) return;
      try {
        await this.#beat();
      } catch (error) {
        this.#wellSince = null;
        logger.warn({ err: error }, "could not renew the lease");
      }
    }
  }

  async #beat(): Promise<void> {
    const before = performance.now();
    const date = Date.now();
    if (await beat(this.#sql, this.workerId)) {
      this.#safeUntil = before + LEASE_MS - MARGIN_MS;
      this.#safeUntilDate = date + LEASE_MS - MARGIN_MS;
      this.#wellSince ??= before;
    } else {
      this.#safeUntil = Number.NEGATIVE_INFINITY;
      logger.error({ workerId: this.workerId }, "the lease was lost; enrolling anew");
      this.#on.lost();
      await this.#enrol();
    }
    // After an outage of the database everybody is late: nobody is buried until all had time to say so.
    const silent = this.#watch
      .see(await readLeases(this.#sql), performance.now())
      .filter((id) => id !== this.workerId);
    if (this.#wellSince === null || performance.now() - this.#wellSince < LEASE_MS) return;
    const dead = silent.length > 0 ? await reap(this.#sql, silent) : [];
    if (dead.length === 0) return;
    for (const { id, host, pid, lanes } of dead)
      logger.error({ id, host, workerPid: pid, lanes }, "a worker died");
    await unlockJobs(
      this.#sql,
      dead.flatMap((worker) => worker.graphileIds),
    );
    this.#on.buried(dead);
  }
}
