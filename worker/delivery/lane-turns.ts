import { gcra } from "#core/mail/pacing/gcra.ts";
import type { Item } from "./intake.ts";
import type { LaneSelf } from "./lane-house.ts";
import type { Pacer } from "./pacer.ts";
import { choose, LOOK_AHEAD } from "./rules.ts";
import type { Site } from "./site.ts";

/**
 * A turn is left to another domain for so long at most before the same domain goes once more: time to open a
 * connection where those of a minute are counted. Halved each time nothing came of it, so that nobody is throttled.
 */
const PATIENCE_MS = 1_000;
const LEAST_PATIENCE_MS = 10;

/** Whose turn it is in a lane: at the lane's pace, and domain by domain as far as connections allow. */
export class LaneTurns {
  /** GCRA state of the lane's rate, ms since the epoch. */
  tat: number;
  readonly #lane: LaneSelf;
  readonly #pacer: Pacer;
  /** How many mails of each domain are in flight. */
  readonly #domains = new Map<string, number>();
  #last: string | null = null;
  #patientSince: number | null = null;
  #patienceMs = PATIENCE_MS;

  constructor(lane: LaneSelf, pacer: Pacer, tat: number) {
    this.#lane = lane;
    this.#pacer = pacer;
    this.tat = tat;
  }

  /** Takes the next that may start now out of the queue, and counts it. Null: none may; the lane will look again. */
  next(): Item | null {
    const { connections, hand } = this.#lane;
    if (hand.queue.length === 0) return null;
    const now = Date.now();
    const may = gcra(this.tat, now, this.#pacer.rate);
    if (!may.allowed) {
      this.#lane.pumpIn(may.retryAfterMs);
      return null;
    }
    let soonest = Number.POSITIVE_INFINITY;
    const choice = choose(
      hand.queue,
      this.#last,
      (domain) => this.#domains.has(domain),
      (item) => {
        const site = item.site as Site;
        if (connections.canStart(site, now)) return true;
        if (site.idle.length > 0) soonest = Math.min(soonest, site.waitMs(now));
        return false;
      },
    );
    if (!choice || (choice.tier === 3 && this.#waitsForOthers(now))) {
      if (soonest < Number.POSITIVE_INFINITY) this.#lane.pumpIn(soonest);
      return null;
    }
    if (choice.tier < 3 && this.#patientSince !== null)
      this.#patienceMs = Math.min(PATIENCE_MS, this.#patienceMs * 2);
    this.#patientSince = null;
    this.tat = may.state;
    const [item] = hand.queue.splice(choice.index, 1);
    if (!item) return null;
    this.#last = item.domain;
    this.#domains.set(item.domain, (this.#domains.get(item.domain) ?? 0) + 1);
    return item;
  }

  /** It is in flight no more. */
  ended({ domain }: Item): void {
    const others = (this.#domains.get(domain) ?? 1) - 1;
    if (others > 0) this.#domains.set(domain, others);
    else this.#domains.delete(domain);
  }

  /** Whether another domain stands near that may soon have a connection: then this turn is left to it, briefly. */
  #waitsForOthers(now: number): boolean {
    const isNear = ({ domain, site }: Item) =>
      domain !== this.#last && site !== null && site.most > 0 && site.holdUntil <= now;
    if (!this.#lane.hand.queue.slice(0, LOOK_AHEAD).some(isNear)) return false;
    this.#patientSince ??= performance.now();
    const left = this.#patienceMs - (performance.now() - this.#patientSince);
    if (left > 0) {
      this.#lane.pumpIn(left);
      return true;
    }
    this.#patienceMs = Math.max(LEAST_PATIENCE_MS, this.#patienceMs / 2);
    return false;
  }
}
