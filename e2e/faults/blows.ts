import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { expect } from "vitest";
import { type FaultWorld, retried } from "./world.ts";

/** What a dead process had written to its sockets arrives for so long. */
export const ARRIVES_MS = 5_000;
export const LEASE_MS = 15_000;

/** Something done to workers: who was in their hands unsettled, and until when their mails could still arrive. */
export type Blow = {
  what: string;
  at: number;
  end: number;
  inHand: Set<string>;
  open: number;
  victims: number;
};

export type BlowsOptions = {
  /** In [0, 1), from a seed. */
  random: () => number;
  /** How many there are at work. */
  workers: number;
  /** Between two blows, ms: least and most. */
  every: [number, number];
  /** When PostgreSQL crashes, as parts of the run. */
  crashes: readonly number[];
};

/** Kills, stops and ends workers at random, and crashes the database; keeps what it did. */
export class Blows {
  readonly all: Blow[] = [];
  readonly #w: FaultWorld;
  readonly #options: BlowsOptions;
  readonly #still = new Set<ChildProcess>();
  #queue: Promise<unknown> = Promise.resolve();

  constructor(w: FaultWorld, options: BlowsOptions) {
    this.#w = w;
    this.#options = options;
  }

  /** One blow after the other until `over`, ms since the epoch; whoever stands still does so beside the others. */
  async strike(over: number): Promise<void> {
    const still: Promise<void>[] = [];
    const begun = Date.now();
    const { random, workers, every } = this.#options;
    const crashes = [...this.#options.crashes];
    while (Date.now() < over) {
      await pause(this.#between(...every));
      const part = (Date.now() - begun) / (over - begun);
      const die = random();
      if (part >= (crashes[0] ?? 2)) {
        crashes.shift();
        await this.#crash();
      } else if (die < 0.4) await this.#kill(1);
      else if (die < 0.5) await this.#kill(Math.ceil(this.#between(1, workers - 1)));
      else if (die < 0.55) await this.#kill(workers);
      else if (die < 0.75) still.push(this.#standStill(this.#between(500, 8_000)));
      else if (die < 0.9 && this.#still.size === 0)
        still.push(this.#standStill(LEASE_MS + this.#between(2_000, 15_000)));
      else await this.#end();
    }
    await Promise.all(still);
  }

  /** A launch is one person's doing and is not repeated: the database does not go away amid it. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => {});
    return done;
  }

  /** What was done in the half minute before a moment: how many ms before it began, and ended. */
  before(at: number): string[] {
    return this.all
      .filter((one) => one.at < at && Math.max(one.at, one.end) > at - 30_000)
      .map((one) => `${one.what}: ${at - one.at} ms before${one.end > 0 ? `, until ${at - one.end}` : ""}`);
  }

  /** How often each was done. */
  get counts(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { what } of this.all) counts[what] = (counts[what] ?? 0) + 1;
    return counts;
  }

  #between(least: number, most: number): number {
    return least + this.#options.random() * (most - least);
  }

  /** Some of those that run, in an order drawn. */
  #draw(n: number): ChildProcess[] {
    const running = this.#w.workers.filter((one) => !this.#still.has(one));
    return running
      .map((one) => ({ one, turn: this.#options.random() }))
      .sort((a, b) => a.turn - b.turn)
      .slice(0, n)
      .map(({ one }) => one);
  }

  async #kill(n: number): Promise<void> {
    const victims = this.#draw(n);
    const { open } = await this.#w.stats();
    const at = Date.now();
    await this.#forget(victims, "SIGKILL");
    const inHand = await this.#inHand(victims);
    const what = `kill ${victims.length}`;
    this.all.push({ what, at, end: at + ARRIVES_MS, inHand, open, victims: victims.length });
    await pause(this.#between(0, 3_000));
    await this.#w.startWorkers(victims.length);
  }

  async #standStill(ms: number): Promise<void> {
    const [victim] = this.#draw(1);
    if (!victim) return;
    this.#still.add(victim);
    const { open } = await this.#w.stats();
    const at = Date.now();
    victim.kill("SIGSTOP");
    const inHand = await this.#inHand([victim]);
    const what = ms > LEASE_MS ? "stand still past the lease" : "stand still";
    const blow: Blow = { what, at, end: at + ms + ARRIVES_MS, inHand, open, victims: 1 };
    this.all.push(blow);
    await pause(ms);
    victim.kill("SIGCONT");
    blow.end = Date.now() + ARRIVES_MS;
    this.#still.delete(victim);
  }

  async #end(): Promise<void> {
    const victims = this.#draw(1);
    this.all.push({ what: "end", at: Date.now(), end: 0, inHand: new Set(), open: 0, victims: 0 });
    await this.#forget(victims, "SIGTERM");
    for (const one of victims) expect(one.exitCode).toBe(0);
    await this.#w.startWorkers(victims.length);
  }

  async #crash(): Promise<void> {
    const what = "crash of PostgreSQL";
    this.all.push({ what, at: Date.now(), end: 0, inHand: new Set(), open: 0, victims: 0 });
    await this.alone(() => this.#w.crashPostgres());
  }

  async #forget(victims: ChildProcess[], signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const { workers } = this.#w;
    const ends = victims.map((one) => once(one, "exit"));
    for (const one of victims) one.kill(signal);
    await Promise.all(ends);
    for (const one of victims) workers.splice(workers.indexOf(one), 1);
  }

  /** Whose mail is claimed by these workers and not settled. */
  async #inHand(victims: ChildProcess[]): Promise<Set<string>> {
    const pids = victims.map((one) => one.pid ?? 0);
    const rows = await retried(
      () => this.#w.sql<{ address: string }[]>`
        select distinct d.address from workers k join lanes l on l.worker_id = k.id join claims c on c.lane_id = l.id
          join deliveries d on d.campaign_id = c.campaign_id and d.seq = any(c.seqs) and d.state in ('w', 'd')
        where k.pid = any(${pids}::int[])
          and not exists (select from due u where u.campaign_id = d.campaign_id and u.seq = d.seq)`,
    );
    return new Set(rows.map((row) => row.address));
  }
}

export const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));
