import {
  dayOf,
  dayRoom,
  roomAgainAt,
  type WarmupCaps,
  warmupCaps,
  warmupRoom,
} from "#core/mail/warmup/caps.ts";
import { judgeDay, type WarmupJudgement, warmupThresholds } from "#core/mail/warmup/judge.ts";
import { NO_COUNTS, type WarmupCounts, type WarmupState } from "#core/mail/warmup/types.ts";
import { HOUR_MS } from "./types.ts";

/** What the table `source_days` will be for one (source, bucket): allowance taken, outcomes, and the day's judgement. */
export class Book {
  state: WarmupState | null;
  readonly judged = new Map<WarmupJudgement["result"], number>();
  readonly #provider: string;
  #hour = -1;
  #use = { taken: 0, takenHour: 0 };
  readonly #days = new Map<number, WarmupCounts>();
  #today = -1;

  constructor(state: WarmupState | null, provider: string) {
    this.state = state;
    this.#provider = provider;
  }

  /** How many may be taken now; Infinity without a cap. */
  room(now: number): number {
    const caps = this.#caps(now);
    return caps ? warmupRoom(caps, this.#use) : Number.POSITIVE_INFINITY;
  }

  /** What the day still has, to be left alone by warm sources; 0 without a cap. */
  dayRoom(now: number): number {
    const caps = this.#caps(now);
    return caps ? dayRoom(caps, this.#use) : 0;
  }

  roomAgainAt(now: number): number {
    const caps = this.#caps(now);
    return caps ? roomAgainAt(caps, this.#use) : now;
  }

  take(n: number): void {
    this.#use = { taken: this.#use.taken + n, takenHour: this.#use.takenHour + n };
  }

  /** Taken in that hour and not started. */
  giveBack(hour: number): void {
    if (Math.floor(hour / 24) === this.#today) this.#use.taken -= 1;
    if (hour === this.#hour) this.#use.takenHour -= 1;
  }

  /** What comes after its day was judged came too late. */
  count(day: number, what: keyof WarmupCounts): void {
    if (day < this.#today) return;
    const counts = this.#days.get(day) ?? NO_COUNTS;
    this.#days.set(day, { ...counts, [what]: counts[what] + 1 });
  }

  /** Judges what is not judged yet. */
  close(): void {
    this.#judge(Number.POSITIVE_INFINITY);
  }

  #caps(now: number): WarmupCaps | null {
    const day = dayOf(now);
    const hour = Math.floor(now / HOUR_MS);
    if (day !== this.#today) {
      this.#judge(day);
      this.#today = day;
      this.#use = { taken: 0, takenHour: 0 };
    }
    if (hour !== this.#hour) {
      this.#hour = hour;
      this.#use = { ...this.#use, takenHour: 0 };
    }
    return this.state && warmupCaps(this.state, now);
  }

  #judge(today: number): void {
    for (const [day, counts] of [...this.#days].toSorted(([a], [b]) => a - b)) {
      if (day >= today) continue;
      this.#days.delete(day);
      if (!this.state) continue;
      const judgement = judgeDay(this.state, day, counts, warmupThresholds(this.#provider));
      this.state = judgement.state;
      this.judged.set(judgement.result, (this.judged.get(judgement.result) ?? 0) + 1);
    }
  }
}
