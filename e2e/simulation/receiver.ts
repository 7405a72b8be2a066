import { dayOf } from "#core/mail/warmup/caps.ts";
import type { Chance } from "#db/demo/random.ts";
import type { Habits, Item } from "./types.ts";

export type Said =
  | { kind: "accepted"; complainsAt: number | null }
  | { kind: "lost" }
  | { kind: "refused"; code: number; text: string };

const TOO_MUCH: Readonly<Record<string, [number, string]>> = {
  google: [421, "4.7.28 Gmail has detected an unusual rate of mail originating from your IP address."],
  yahoo: [421, "4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume"],
  outlook: [
    451,
    "4.7.650 The mail server [192.0.2.1] has been temporarily rate limited due to IP reputation.",
  ],
};
const GREYLIST_MS = 5 * 60_000;
/** Of a source that has come back so often, nobody is greylisted any more. */
const GREYLIST_UNTIL = 1_000;
const HOUR_MS = 3_600_000;

/** What a receiver remembers of one source. */
type Standing = {
  day: number;
  seen: number;
  accepted: number;
  best: number;
  trust: number;
  minute: number;
  inMinute: number;
};

/** A provider with its habits: what it takes from a source grows with what it has known of it. */
export class Receiver {
  readonly habits: Habits;
  readonly #chance: Chance;
  readonly #standings = new Map<number, Standing>();
  readonly #cameBack = new Map<number, number>();
  readonly #seen = new Map<number, number>();
  readonly #full = new Set<number>();

  constructor(habits: Habits, chance: Chance) {
    this.habits = habits;
    this.#chance = chance;
  }

  hear(source: number, item: Item, now: number): Said {
    const { habits } = this;
    const chance = this.#chance;
    const standing = this.#standing(source, now);
    const key = item.campaign.id * 1e8 + item.seq;
    if (habits.greylists && this.#isUnknown(source, key, now)) {
      return { kind: "refused", code: 451, text: "4.7.1 Greylisted, please try again in 5 minutes" };
    }
    standing.seen += 1;
    if (standing.inMinute++ >= habits.perMinute) {
      return { kind: "refused", code: 451, text: "4.7.0 Rate limit exceeded, slow down" };
    }
    const tolerated = Math.max(habits.coldPerDay, habits.growth * standing.best) * standing.trust;
    if (standing.seen > tolerated) {
      const [code, text] = TOO_MUCH[habits.provider] ?? [421, "4.7.0 Rate limit exceeded for your IP"];
      return { kind: "refused", code, text };
    }
    if (chance.happens(habits.dead)) return { kind: "refused", code: 550, text: "5.1.1 User unknown" };
    if (this.#full.has(key) || chance.happens(habits.full)) {
      this.#full.add(key);
      return { kind: "refused", code: 452, text: "4.2.2 Mailbox full" };
    }
    if (chance.happens(habits.busy)) {
      return { kind: "refused", code: 451, text: "4.3.0 Temporary system problem" };
    }
    standing.accepted += 1;
    if (chance.happens(habits.lost)) return { kind: "lost" };
    const complainsAt = chance.happens(habits.complains) ? now + chance.between(1, 20) * HOUR_MS : null;
    return { kind: "accepted", complainsAt };
  }

  #isUnknown(source: number, recipient: number, now: number): boolean {
    const times = this.#cameBack.get(source) ?? 0;
    if (times >= GREYLIST_UNTIL) return false;
    const key = source * 1e13 + recipient;
    const since = this.#seen.get(key);
    if (since === undefined) this.#seen.set(key, now);
    if (since === undefined || now - since < GREYLIST_MS) return true;
    this.#cameBack.set(source, times + 1);
    return false;
  }

  #standing(source: number, now: number): Standing {
    const day = dayOf(now);
    const minute = Math.floor(now / 60_000);
    let standing = this.#standings.get(source);
    if (!standing) {
      standing = { day, seen: 0, accepted: 0, best: 0, trust: 1, minute, inMinute: 0 };
      this.#standings.set(source, standing);
    }
    if (standing.day !== day) {
      // What was refused costs trust for a while; the best day fades by a twentieth a day.
      const isPushy = standing.seen > 0 && standing.accepted < 0.7 * standing.seen;
      const faded = standing.best * 0.95 ** (day - standing.day);
      const trust = isPushy ? Math.max(0.5, standing.trust * 0.8) : Math.min(1, standing.trust * 1.25);
      const mood = this.#chance.happens(this.habits.moody) ? 0.5 : 1;
      standing.best = Math.max(standing.accepted, faded);
      standing.trust = mood < 1 ? mood : trust;
      [standing.day, standing.seen, standing.accepted] = [day, 0, 0];
    }
    if (standing.minute !== minute) [standing.minute, standing.inMinute] = [minute, 0];
    return standing;
  }
}
