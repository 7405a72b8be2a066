import { log } from "#core/platform/log.ts";
import { LIVE_CHANNEL } from "#core/platform/notify.ts";
import { database } from "./db.ts";

type Listener = () => void;

/** Topics whose last change is remembered; beyond, the longest silent ones are forgotten. */
const REMEMBERED = 5_000;
/** Between what a page read and the moment it names as its own, and between the clocks of two machines. */
const SLACK_MS = 3_000;

/** One listening connection a process; every open page hangs on it. */
export class LiveHub {
  readonly #listeners = new Map<string, Set<Listener>>();
  /** When each topic was told of last, the longest silent first. */
  readonly #toldAt = new Map<string, number>();
  /** From when on nothing was missed. */
  #knownFrom = Number.POSITIVE_INFINITY;
  #listening: Promise<unknown> | undefined;

  /** Calls `listener` whenever the topic is notified, until the returned function is called. */
  async subscribe(topic: string, listener: Listener): Promise<() => void> {
    this.#listening ??= this.#listen();
    const of = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, of.add(listener));
    await this.#listening;
    return () => {
      of.delete(listener);
      if (of.size === 0 && this.#listeners.get(topic) === of) this.#listeners.delete(topic);
    };
  }

  /**
   * Whether a topic changed, or may have, after a page was made at `since` (ms since the epoch). Asked after
   * `subscribe`: what changes between the reading of a page and its subscription would else never be shown.
   */
  mayHaveChanged(topic: string, since: number): boolean {
    const from = since - SLACK_MS;
    return from < this.#knownFrom || (this.#toldAt.get(topic) ?? 0) >= from;
  }

  async #listen(): Promise<void> {
    let isFirst = true;
    try {
      // postgres.js listens again by itself after a lost connection; all pages then look once, for what they missed.
      await database().sql.listen(
        LIVE_CHANNEL,
        (topic) => this.hear(topic),
        () => {
          this.#knownFrom = Date.now();
          if (isFirst) isFirst = false;
          else for (const listeners of this.#listeners.values()) this.#tell(listeners);
        },
      );
    } catch (error) {
      this.#listening = undefined;
      log("live").error({ err: error }, "cannot listen for changes");
      throw error;
    }
  }

  /** A notification has come. */
  hear(topic: string): void {
    this.#toldAt.delete(topic);
    this.#toldAt.set(topic, Date.now());
    if (this.#toldAt.size > REMEMBERED) {
      const [silent, at] = this.#toldAt.entries().next().value ?? ["", 0];
      this.#toldAt.delete(silent);
      // Of what was forgotten it cannot be said that it did not change.
      this.#knownFrom = Math.max(this.#knownFrom, at);
    }
    this.#tell(this.#listeners.get(topic));
  }

  #tell(listeners: Set<Listener> | undefined): void {
    for (const listener of listeners ?? []) listener();
  }
}

const kept = globalThis as typeof globalThis & { lettermillLive?: LiveHub };

export function liveHub(): LiveHub {
  kept.lettermillLive ??= new LiveHub();
  return kept.lettermillLive;
}
