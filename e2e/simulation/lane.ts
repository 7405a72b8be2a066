import { startPace, stepUp } from "#core/mail/pacing/adapt.ts";
import { gcra } from "#core/mail/pacing/gcra.ts";
import { connectionRamp } from "#core/mail/pacing/ramp.ts";
import { type LaneMood, reactToReply } from "#core/mail/pacing/react.ts";
import { advanceRecovery, recoveryConnections } from "#core/mail/pacing/recovery.ts";
import type { Limits } from "#core/mail/provider/types.ts";
import type { Classification } from "#core/mail/reply/types.ts";
import { retryHint } from "#core/mail/retry/hint.ts";
import { planRetry } from "#core/mail/retry/plan.ts";
import { dayOf } from "#core/mail/warmup/caps.ts";
import { warmupCount } from "#core/mail/warmup/judge.ts";
import type { Chance } from "#db/demo/random.ts";
import { batchSize, LOOK_AHEAD } from "#worker/delivery/rules.ts";
import type { Book } from "./book.ts";
import type { Clock } from "./clock.ts";
import { type Connection, Connections } from "./connections.ts";
import type { Ledger } from "./ledger.ts";
import { readReply } from "./read-reply.ts";
import type { Receiver, Said } from "./receiver.ts";
import { HOUR_MS, type Item } from "./types.ts";
import type { Watch } from "./watch.ts";

/** What a lane stands in. */
export type LaneWorld = {
  clock: Clock;
  ledger: Ledger;
  chance: Chance;
  /** Mails of its bucket that a warm lane leaves to the cold ones. */
  keptForCold(bucket: number): number;
  /** Something waits again at that time. */
  wake(bucket: number, at: number): void;
};

/** A lane of worker/delivery without sockets and database: the same rules, asked in the same order. */
export class SimulatedLane {
  readonly counts = { attempts: 0, accepted: 0, deferred: 0, unwelcome: 0, suspended: 0 };
  readonly bucket: number;
  readonly source: number;
  readonly book: Book;
  readonly watch: Watch;
  readonly #world: LaneWorld;
  readonly #limits: Limits;
  readonly #receiver: Receiver;
  readonly #connections: Connections;
  #mood: LaneMood;
  #suspendedUntil = 0;
  #tat = 0;
  #queue: Item[] = [];
  #flying = 0;
  #nextFill = 0;
  #timerAt = Number.POSITIVE_INFINITY;

  constructor(
    world: LaneWorld,
    of: { bucket: number; source: number; limits: Limits; receiver: Receiver; book: Book; watch: Watch },
  ) {
    this.#world = world;
    this.bucket = of.bucket;
    this.source = of.source;
    this.#limits = of.limits;
    this.#receiver = of.receiver;
    this.book = of.book;
    this.watch = of.watch;
    this.#connections = new Connections(of.limits, of.watch);
    this.#mood = { pace: startPace(of.limits), recovery: null, hits: {} };
  }

  /** Looks for mail at that time, or earlier. */
  wakeAt(at: number): void {
    this.#nextFill = Math.min(this.#nextFill, at);
    this.#timer(at);
  }

  #timer(at: number): void {
    if (at >= this.#timerAt || at === Number.POSITIVE_INFINITY) return;
    this.#timerAt = at;
    this.#world.clock.at(at, () => {
      if (this.#timerAt !== at) return;
      this.#timerAt = Number.POSITIVE_INFINITY;
      this.#pump();
    });
  }

  #pump(): void {
    const { now } = this.#world.clock;
    if (now < this.#suspendedUntil) {
      this.#timer(this.#suspendedUntil);
      return;
    }
    const { recovery } = this.#mood;
    const { connections } = this.#mood.pace;
    this.#mood = {
      ...this.#mood,
      pace: stepUp(this.#mood.pace, now, this.#limits) ?? this.#mood.pace,
      recovery: recovery && advanceRecovery(recovery, "tick", now, connections),
    };
    const limit = recoveryConnections(this.#mood.recovery, this.#mood.pace.connections);
    this.#connections.closeSpare(now, limit - this.#flying, this.#mood.pace.messagesPerConnection);
    while (this.#next(now) && this.#flying < limit) {
      const ramp = connectionRamp(this.#mood.pace.connections, this.#queue.length + this.#flying);
      const connection = this.#connections.take(now, Math.min(limit, ramp));
      if (!connection) {
        this.#timer(this.#connections.dialAgainAt);
        break;
      }
      const answer = gcra(this.#tat, now, this.#rate());
      if (!answer.allowed) {
        this.#connections.keep(connection);
        this.#timer(now + answer.retryAfterMs);
        break;
      }
      this.#tat = answer.state;
      this.#start(this.#queue.shift() as Item, connection, limit);
    }
  }

  /** Whether there is a mail to start now. */
  #next(now: number): boolean {
    const hour = Math.floor(now / HOUR_MS);
    for (let item = this.#queue[0]; item; item = this.#queue[0]) {
      if (item.campaign.expiresAt > now && item.hour === hour) break;
      this.#queue.shift();
      this.book.giveBack(item.hour);
      if (item.campaign.expiresAt <= now) this.#world.ledger.finish(item, "expired", now);
      else this.#back(item, now);
    }
    this.#fill(now);
    return this.#queue.length > 0;
  }

  #fill(now: number): void {
    if (now < this.#nextFill) {
      this.#timer(this.#nextFill);
      return;
    }
    const { ledger, chance } = this.#world;
    const batch = batchSize(this.#mood.pace.messagesPerSecond, false);
    if (this.#queue.length >= Math.min(LOOK_AHEAD, batch)) return;
    const room = this.book.room(now);
    const isWarm = room === Number.POSITIVE_INFINITY;
    const kept = isWarm ? this.#world.keptForCold(this.bucket) : 0;
    const want = Math.max(0, Math.min(batch, room, ledger.waiting(this.bucket) - kept));
    const items = want > 0 ? ledger.reserve(this.bucket, this.source, want, now, chance) : [];
    this.book.take(items.length);
    this.#queue.push(...items);
    if (items.length > 0) return;
    if (room === 0) this.#nextFill = this.book.roomAgainAt(now);
    else if (ledger.waiting(this.bucket) > 0 && isWarm && want === 0) this.#nextFill = now + 60_000;
    // By chance none of those that are due may have been taken.
    else this.#nextFill = Math.max(ledger.nextDueAt(this.bucket, this.source), now + 250);
    this.#timer(this.#nextFill);
  }

  #rate() {
    const limit = this.#mood.pace.messagesPerSecond;
    return { limit, periodMs: 1_000, burst: Math.max(1, Math.floor(limit / 10)) };
  }

  #start(item: Item, connection: Connection, limit: number): void {
    const { clock, chance } = this.#world;
    const { campaign, seq } = item;
    const { now } = clock;
    this.#flying += 1;
    connection.used += 1;
    this.counts.attempts += 1;
    if (campaign.attempts[seq] === 0) campaign.firstAt[seq] = now;
    campaign.attempts[seq] = (campaign.attempts[seq] as number) + 1;
    this.watch.started(now, connection.used, this.#flying, limit, this.#suspendedUntil, this.book.state);
    const said = this.#receiver.hear(this.source, item, now);
    if (said.kind !== "refused") campaign.copies[seq] = (campaign.copies[seq] as number) + 1;
    clock.at(now + chance.between(120, 400), () => {
      this.#flying -= 1;
      const isOver = said.kind === "lost" || connection.used >= this.#mood.pace.messagesPerConnection;
      if (isOver) this.watch.open -= 1;
      else this.#connections.keep({ ...connection, idleSince: clock.now });
      this.#settle(item, said, dayOf(now));
      this.#pump();
    });
  }

  #settle(item: Item, said: Said, day: number): void {
    const { clock, ledger } = this.#world;
    if (said.kind === "refused") this.#refused(item, said, day);
    else ledger.finish(item, said.kind === "lost" ? "uncertain" : "accepted", clock.now);
    if (said.kind === "accepted") this.#accepted(said.complainsAt, day);
  }

  #accepted(complainsAt: number | null, day: number): void {
    const { clock } = this.#world;
    this.counts.accepted += 1;
    this.book.count(day, "accepted");
    if (complainsAt !== null) clock.at(complainsAt, () => this.book.count(dayOf(clock.now), "complaints"));
    const { recovery, pace } = this.#mood;
    if (!recovery) return;
    this.#mood = {
      ...this.#mood,
      recovery: advanceRecovery(recovery, "accepted", clock.now, pace.connections),
    };
  }

  #refused(item: Item, said: { code: number; text: string }, day: number): void {
    const { clock, ledger, chance } = this.#world;
    const { now } = clock;
    const classified = readReply(said, this.#receiver.habits.provider);
    const count = warmupCount(classified);
    if (count) this.book.count(day, count);
    if (count === "deferred" || count === "blocked") this.counts.unwelcome += 1;
    this.#react(classified);
    if (classified.permanent) {
      ledger.finish(item, "bounced", now);
      return;
    }
    this.counts.deferred += 1;
    const { campaign, seq } = item;
    const attempts = campaign.attempts[seq] as number;
    const plan = planRetry({
      attempts,
      firstAttemptAt: campaign.firstAt[seq] as number,
      now,
      expiresAt: campaign.expiresAt,
      greylisted: classified.greylisted,
      random: chance.next(),
      hintSeconds: retryHint(said.text),
    });
    if ("expired" in plan) ledger.finish(item, "expired", now);
    else {
      ledger.defer(item, plan.at, classified.greylisted && attempts === 1 ? this.source : null);
      this.#world.wake(this.bucket, plan.at);
    }
  }

  #react(classified: Classification): void {
    const { now } = this.#world.clock;
    const reaction = reactToReply(this.#mood, classified, now);
    this.#mood = reaction.mood;
    if (!reaction.suspend) return;
    this.counts.suspended += 1;
    this.#suspendedUntil = Math.max(this.#suspendedUntil, reaction.suspend.until);
    for (const item of this.#queue.splice(0)) {
      this.book.giveBack(item.hour);
      this.#back(item, now);
    }
  }

  #back(item: Item, now: number): void {
    this.#world.ledger.giveBack(item, now);
    this.#world.wake(this.bucket, now);
  }
}
