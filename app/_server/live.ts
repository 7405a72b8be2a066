import { log } from "#core/platform/log.ts";
import { LIVE_CHANNEL } from "#core/platform/notify.ts";
import { database } from "./db.ts";

type Listener = () => void;

/** One listening connection a process; every open page hangs on it. */
class LiveHub {
  readonly #listeners = new Map<string, Set<Listener>>();
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

  async #listen(): Promise<void> {
    let isFirst = true;
    try {
      // postgres.js listens again by itself after a lost connection; all pages then look once, for what they missed.
      await database().sql.listen(
        LIVE_CHANNEL,
        (topic) => this.#tell(this.#listeners.get(topic)),
        () => {
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

  #tell(listeners: Set<Listener> | undefined): void {
    for (const listener of listeners ?? []) listener();
  }
}

const kept = globalThis as typeof globalThis & { lettermillLive?: LiveHub };

export function liveHub(): LiveHub {
  kept.lettermillLive ??= new LiveHub();
  return kept.lettermillLive;
}
