import { gcra } from "#core/mail/pacing/gcra.ts";
import type { Limits } from "#core/mail/provider/types.ts";
import type { Watch } from "./watch.ts";

export type Connection = { used: number; idleSince: number };

/** The connections of one lane: an idle one first, a new one where their number and their rate allow. */
export class Connections {
  /** When another may be opened, where the rate was in the way; else Infinity. */
  dialAgainAt = Number.POSITIVE_INFINITY;
  readonly #limits: Limits;
  readonly #watch: Watch;
  #idle: Connection[] = [];
  #tat = 0;

  constructor(limits: Limits, watch: Watch) {
    this.#limits = limits;
    this.#watch = watch;
  }

  take(now: number, most: number): Connection | null {
    this.dialAgainAt = Number.POSITIVE_INFINITY;
    const idle = this.#idle.pop();
    if (idle) return idle;
    if (this.#watch.open >= most) return null;
    const { connectionsPerMinute, connections } = this.#limits;
    const answer = gcra(this.#tat, now, {
      limit: connectionsPerMinute,
      periodMs: 60_000,
      burst: connections,
    });
    if (!answer.allowed) {
      this.dialAgainAt = now + answer.retryAfterMs;
      return null;
    }
    this.#tat = answer.state;
    this.#watch.opened(now);
    return { used: 0, idleSince: now };
  }

  keep(connection: Connection): void {
    this.#idle.push(connection);
  }

  /** Closes what is used up, idle for too long, or more than may stay. */
  closeSpare(now: number, most: number, messagesPerConnection: number): void {
    const kept = this.#idle.filter(
      ({ used, idleSince }) =>
        used < messagesPerConnection && now - idleSince < this.#limits.idleSeconds * 1_000,
    );
    kept.splice(Math.max(0, most));
    this.#watch.open -= this.#idle.length - kept.length;
    this.#idle = kept;
  }
}
