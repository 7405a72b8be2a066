import type { Warmth } from "#core/delivery/allowance.ts";
import { stoppedCampaigns } from "#core/delivery/lane-read.ts";
import type { LaneNews, LaneRow } from "#core/delivery/lease.ts";
import { release, reportLanes } from "#core/delivery/lease.ts";
import type { LaneHold } from "#core/delivery/reserve.ts";
import { RELAY_BUCKET } from "#core/delivery/types.ts";
import { type Quota, quotasOf } from "#core/mail/pacing/quota.ts";
import { bucketKind } from "#core/mail/provider/bucket.ts";
import { providerById } from "#core/mail/provider/match.ts";
import type { Limits } from "#core/mail/provider/types.ts";
import { log } from "#core/platform/log.ts";
import type { SmtpConnection } from "./connection.ts";
import { dialSite } from "./dial.ts";
import { type Item, takeNext, takeOver } from "./intake.ts";
import { LaneConnections } from "./lane-connections.ts";
import { LaneHand } from "./lane-hand.ts";
import type { LaneHouse, LaneSelf, Mode } from "./lane-house.ts";
import { LaneReplies, wordsOf } from "./lane-replies.ts";
import { LaneTurns } from "./lane-turns.ts";
import { LastMinute } from "./last-minute.ts";
import { giveBack, judgeSend, refuseForGood } from "./outcome.ts";
import { batchSize, LOOK_AHEAD } from "./rules.ts";
import type { Site } from "./site.ts";
import type { SendResult } from "./smtp-types.ts";
import type { Source } from "./source.ts";

/** How long a lane without mail keeps its connections and looks for more. */
const LINGER_MS = 1_500;
const LOOK_AGAIN_MS = 250;
const AFTER_ERROR_MS = 500;
/** Ticks come once a second. */
const AWAY_MS = 4_000;
/** Connections that are closing have so long to be gone before the lane is given up. */
const GOODBYE_MS = 2_500;
/** Then another worker may have it: graphile-worker resets locks after four hours. */
const HAND_ON_MS = 3_600_000;
/** "Slow down" before a mail was judged, so often in a row, is no try of it. */
const FREE_THROTTLES = 8;
/** A mail that could not be made is looked at again after this. */
const UNMAKEABLE_MS = 10 * 60_000;

const logger = log("lane");

/** One lane at work: takes recipients ahead of need, keeps connections, chooses, sends, and says what became of each. */
export class Lane implements LaneSelf {
  readonly hold: LaneHold;
  readonly bucket: number;
  readonly sourceId: number;
  readonly source: Source;
  readonly provider: string | null;
  /** Which state of its bucket's limits it works with. */
  readonly limitsRevision: number;
  readonly quotas: readonly Quota[];
  readonly connections: LaneConnections;
  readonly hand: LaneHand;
  readonly replies: LaneReplies;
  readonly #house: LaneHouse;
  readonly #turns: LaneTurns;
  readonly #buckets: () => readonly number[];
  /** What people had asked of the lane when it was taken. */
  readonly #revision: number;
  readonly #minute = new LastMinute();
  readonly #startedAt = performance.now();
  #tickedAt = performance.now();
  #mode: Mode = "running";
  #inFlight = 0;
  /** Where what caps it is used up: nobody needs to wake this lane before. */
  #restUntil: number | null = null;
  /** What owners before left and were told is read: before, nothing is begun. */
  #isReady = false;
  #filling = false;
  /** The answer to a claim was lost: it may have been made, and nobody has it in hand. */
  #missedSome = false;
  #nextFill = 0;
  #dryUntil: number | null = null;
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #pumping = false;
  readonly #ended: Promise<void>;
  #end!: () => void;

  constructor(
    house: LaneHouse,
    row: LaneRow,
    source: Source,
    { limits, revision }: { limits: Limits; revision: number },
    buckets: () => readonly number[],
  ) {
    this.#house = house;
    this.source = source;
    this.#buckets = buckets;
    this.bucket = row.bucket;
    this.sourceId = row.sourceId;
    this.hold = { laneId: row.id, workerId: house.workerId, epoch: row.epoch };
    this.limitsRevision = revision;
    this.provider = row.bucket < 100 ? (providerById(row.bucket)?.key ?? null) : null;
    this.#revision = row.revision;
    this.quotas = quotasOf(row, limits.quotas ?? {});
    this.replies = new LaneReplies(house, this, limits, row);
    this.#turns = new LaneTurns(this, this.replies.pacer, row.tat);
    this.hand = new LaneHand(house, this);
    this.connections = new LaneConnections(limits, {
      dial: (site) => dialSite(house.dialContext(), source, site, limits.tls),
      changed: () => this.pump(),
      failed: (site, failure) => this.replies.dialFailed(site, failure),
    });
    this.#ended = new Promise((done) => {
      this.#end = done;
    });
  }

  get mode(): Mode {
    return this.#mode;
  }

  get news(): LaneNews {
    const reply = this.replies.takeLast();
    return {
      ...this.hold,
      connections: this.connections.total,
      pace: this.#minute.sum,
      tat: this.#turns.tat,
      mood: this.replies.pacer.kept,
      revision: this.#revision,
      code: reply?.code ?? null,
      reply: reply?.text ?? null,
      at: reply?.at ?? null,
    };
  }

  /** Runs until the lane is dry, suspended, handed on, drained or lost; then it is released. */
  async run(): Promise<void> {
    try {
      await this.replies.load();
      await this.#takeOver(null);
      // Of campaigns that were paused or ended since, nothing is begun. Asked again each second.
      const stopped = await stoppedCampaigns(this.#house.sql, [...this.hand.campaigns]).catch(() => []);
      this.putBack(new Set(stopped));
      this.#isReady = true;
      this.pump();
      await this.#ended;
    } finally {
      clearTimeout(this.#timer);
      this.#timerAt = Number.NEGATIVE_INFINITY;
      this.connections.close();
      // Only a lane that ran to its end has seen that nothing may be taken before then.
      const restUntil = this.#rest;
      const isLost = this.#mode === "lost";
      if (!isLost) this.#mode = "draining";
      // The next owner, this very process perhaps, takes for open what is not written yet; and it opens connections of its own
      // at once, and the receiver counts both.
      await Promise.all([
        this.#house.settler.flushed(),
        this.connections.gone(GOODBYE_MS),
        isLost || this.replies.written(),
      ]);
      if (!isLost) {
        await reportLanes(this.#house.sql, [this.news]);
        await this.hand.returnUnused();
        await release(this.#house.sql, this.hold, this.#turns.tat, restUntil);
      }
    }
  }

  /** Once a second. */
  tick(): void {
    this.connections.sweep(performance.now());
    this.replies.pacer.tick(Date.now());
    this.hand.putBackLate(Date.now());
    this.hand.putBackHeld(Date.now());
    // Who stood still itself, or was without a database, has not seen whether a site moved.
    const wasAway = performance.now() - this.#tickedAt > AWAY_MS;
    this.#tickedAt = performance.now();
    if (wasAway) this.connections.forgive(Date.now());
    else if (this.#mixesSites()) this.hand.putBackStuck(Date.now());
    void this.hand
      .returnUnused()
      .catch((error) => logger.warn({ err: error }, "could not put allowance back"));
    if (performance.now() - this.#startedAt > HAND_ON_MS && this.#mode === "running") this.#mode = "winding";
    this.pump();
  }

  /** There is room for outcomes again. */
  goOn(): void {
    this.pump();
  }

  /** Looks at once for system mail. */
  lookForSystem(): void {
    if (this.#mode === "running") void this.#fill(true);
  }

  /** Takes nothing new, and ends when what it holds has gone. */
  wind(): void {
    if (this.#mode === "running") this.#mode = "winding";
  }

  /** Stops starting, gives back what it holds, and ends when nothing is in flight. */
  drain(): void {
    if (this.#mode === "lost" || this.#mode === "draining") return;
    this.#mode = "draining";
    this.hand.putBack(() => true, Date.now());
    this.pump();
  }

  /** Another may own it by now: what is in flight is finished, the rest is theirs. */
  lose(): void {
    this.#mode = "lost";
    this.hand.forget();
    this.pump();
  }

  /** What is still in flight when patience is over: who waits hears how far it got. */
  breakOff(): void {
    this.connections.breakBusy();
  }

  /** Gives back the recipients of campaigns that no longer run. */
  putBack(campaigns: ReadonlySet<number>): void {
    if (this.#mode === "lost") return;
    if (this.hand.putBack((item) => campaigns.has(item.recipient.campaignId), Date.now()) > 0) this.pump();
  }

  pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      this.#work();
    } finally {
      this.#pumping = false;
    }
  }

  #work(): void {
    if (!this.#isReady) return;
    const starts = this.#mode === "running" || this.#mode === "winding";
    if (starts) {
      const house = this.#house;
      this.connections.limit = this.replies.pacer.connections(Date.now());
      this.connections.messagesPerConnection = this.replies.pacer.messagesPerConnection;
      if (house.mayStart() && !house.settler.isFull) {
        this.#openMore();
        this.#startMore();
      } else this.pumpIn(LOOK_AGAIN_MS);
      if (this.#mode === "running") void this.#fill(false);
    }
    if (this.#inFlight > 0 || this.#filling || this.hand.size > 0) return;
    if (this.#mode !== "running") this.#end();
    else if (this.#dryUntil !== null && performance.now() >= this.#dryUntil) this.#end();
    else this.pumpIn(LOOK_AGAIN_MS);
  }

  #openMore(): void {
    const needs = new Map<Site, number>();
    const now = Date.now();
    const end = Math.min(this.hand.queue.length, LOOK_AHEAD);
    for (let i = 0; i < end; i++) {
      const site = this.hand.queue[i]?.site;
      if (site) needs.set(site, (needs.get(site) ?? 0) + 1);
    }
    if (needs.size === 0) return;
    // Busy connections serve the backlog too: they count as need of their site.
    for (const site of needs.keys()) needs.set(site, (needs.get(site) ?? 0) + site.busy.size);
    const wait = this.connections.open(needs, this.hand.queue.length + this.#inFlight, now);
    if (wait !== null) this.pumpIn(wait);
  }

  #startMore(): void {
    for (let item = this.#turns.next(); item; item = this.#turns.next()) this.#start(item, Date.now());
  }

  #start(item: Item, now: number): void {
    const site = item.site as Site;
    const connection = this.connections.take(site, now);
    this.#house.onStart?.(this.hold.laneId, item.recipient);
    this.#inFlight += 1;
    void this.#send(item, site, connection).finally(() => {
      this.#inFlight -= 1;
      this.#turns.ended(item);
      this.pump();
    });
  }

  async #send(item: Item, site: Site, connection: SmtpConnection): Promise<void> {
    try {
      const rendered =
        item.message && this.#house.messages.render(item.message, item.recipient, item.mail.listIds);
      if (!rendered) return this.#unmakeable(item, item.problem ?? "no message");
      const isKept = connection.served > 0;
      const mail = { from: rendered.returnPath, to: item.recipient.address, bytes: rendered.bytes };
      // Once it was taken for dead, its mails may be on their way from elsewhere.
      const result = await connection.send(mail, () => this.#house.mayStart());
      if (this.#isAsIfUntried(item, result, isKept)) return;
      this.#conclude(item, site, connection, result);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.hand.settle(
        refuseForGood(this.hand.of(item), {
          enhanced: null,
          text: `The message could not be made: ${text}`,
          verdict: "content",
        }),
      );
    } finally {
      this.connections.giveBack(site, connection);
    }
  }

  /** A kept connection that had gone away before it heard anything; or any, where the lane is on its way out. */
  #isAsIfUntried(item: Item, result: SendResult, isKept: boolean): boolean {
    if (result.kind !== "lost" || result.when !== "before-dot") return false;
    const wasGone = !result.heard && isKept && !item.wasRepeated && this.#mode !== "lost";
    if (wasGone) item.wasRepeated = true;
    if (this.#mode === "draining" || !this.#house.mayStart())
      this.hand.settle(giveBack(this.hand.of(item), Date.now()));
    else if (wasGone) this.hand.queue.unshift(item);
    else return false;
    return true;
  }

  /** Says what a finished try means for its recipient, and lets the lane learn from it. */
  #conclude(item: Item, site: Site, connection: SmtpConnection, result: SendResult): void {
    const of = this.hand.of(item);
    const { outcome, classification } = judgeSend(of, result);
    const isThrottle =
      result.kind === "reply" &&
      result.stage === "mail" &&
      result.code === 421 &&
      classification?.verdict === "slow-down";
    // The site rests in any case. Told so again and again, it counts as a try after all: else it would never end.
    const backAt = isThrottle ? this.replies.throttled(site) : null;
    const isFree = backAt !== null && site.throttled <= FREE_THROTTLES;
    this.hand.settle(isFree ? giveBack(of, backAt) : outcome);
    const { code, enhanced, reply, at } = outcome;
    if (outcome.kind === "accepted") {
      this.#minute.count();
      site.throttled = 0;
      if (connection.served === 1) this.replies.pacer.proved(Date.now());
    } else this.replies.heard({ code, text: reply ?? "", at });
    if (classification)
      this.replies.act(site, classification, wordsOf(code, enhanced, reply), of.senderDomainId);
  }

  #unmakeable(item: Item, problem: string): void {
    const { campaignId, seq } = item.recipient;
    logger.error({ campaignId, seq, problem }, "a message cannot be made");
    this.hand.settle(giveBack(this.hand.of(item), Date.now() + UNMAKEABLE_MS));
  }

  async #fill(onlySystem: boolean): Promise<void> {
    if (!this.#isReady || this.#filling || (!onlySystem && performance.now() < this.#nextFill)) return;
    const want = batchSize(this.replies.pacer.messagesPerSecond, this.#mixesSites());
    if (!onlySystem && this.hand.size >= Math.min(LOOK_AHEAD, want)) return;
    this.#filling = true;
    try {
      if (this.#missedSome) {
        // Known before what was written: whatever ends meanwhile is one or the other.
        const known = this.hand.claimIds;
        await this.#house.settler.flushed();
        await this.#takeOver(known);
        this.#missedSome = false;
      }
      const of = {
        sourceId: this.sourceId,
        bucket: this.bucket,
        buckets: this.#buckets(),
        want,
        warmth: this.#warmth,
        quotas: this.quotas,
        onlySystem,
        isWeighed: this.#house.isWeighed(this.sourceId),
      };
      const taken = await takeNext(this.#house.sql, this.#house.messages, this.hold, of);
      await this.hand.accept(taken);
      this.#restUntil = taken.restUntil;
      if (taken.claims.length > 0) this.#dryUntil = null;
      else if (!onlySystem) {
        this.#nextFill = performance.now() + LOOK_AGAIN_MS;
        this.#dryUntil = taken.waits ? null : (this.#dryUntil ?? performance.now() + LINGER_MS);
      }
    } catch (error) {
      logger.warn({ err: error, laneId: this.hold.laneId }, "could not take recipients");
      this.#missedSome = true;
      this.#nextFill = performance.now() + AFTER_ERROR_MS;
    } finally {
      this.#filling = false;
    }
    this.pump();
  }

  /** What a dead worker left behind may use of an allowance or a quota only what it asks for again. */
  async #takeOver(known: readonly number[] | null): Promise<void> {
    const taken = await takeOver(this.#house.sql, this.#house.messages, this.hold, this.sourceId, known);
    await this.hand.accept(taken, this.#warmth?.kind === "cold" || this.quotas.length > 0);
  }

  /** Whether it ended for want of allowance, and until when. */
  get #rest(): { until: number; revision: number } | null {
    if (this.#mode !== "running" || this.#restUntil === null) return null;
    return { until: this.#restUntil, revision: this.#revision };
  }

  get #warmth(): Warmth | undefined {
    return this.#house.warmth(this.hold.laneId);
  }

  #mixesSites(): boolean {
    if (this.bucket === RELAY_BUCKET) return false;
    return bucketKind(this.bucket) === "shard" || providerById(this.bucket)?.perHost === true;
  }

  /** Keeps the earliest of the times asked for. */
  pumpIn(ms: number): void {
    const at = performance.now() + Math.max(1, ms);
    if (at >= this.#timerAt) return;
    clearTimeout(this.#timer);
    this.#timerAt = at;
    this.#timer = setTimeout(
      () => {
        this.#timerAt = Number.POSITIVE_INFINITY;
        this.pump();
      },
      Math.max(1, ms),
    );
  }
}
