import { type AllowanceHour, returnAllowance, type Warmth } from "#core/delivery/allowance.ts";
import { holdSender, holdSite, senderHolds, siteHolds } from "#core/delivery/holds.ts";
import { type LaneChange, noteLaneChange } from "#core/delivery/lane-events.ts";
import { type LaneNews, type LaneRow, release, reportLanes, suspendLane } from "#core/delivery/lease.ts";
import type { OpenRecipient } from "#core/delivery/open.ts";
import type { LaneHold } from "#core/delivery/reserve.ts";
import type { Outcome } from "#core/delivery/settle.ts";
import { RELAY_BUCKET } from "#core/delivery/types.ts";
import { gcra } from "#core/mail/pacing/gcra.ts";
import { countHit } from "#core/mail/pacing/threshold.ts";
import { bucketKind } from "#core/mail/provider/bucket.ts";
import { providerById } from "#core/mail/provider/match.ts";
import type { Limits } from "#core/mail/provider/types.ts";
import type { Classification } from "#core/mail/reply/types.ts";
import { log } from "#core/platform/log.ts";
import type { Sql } from "#db/client.ts";
import type { SmtpConnection } from "./connection.ts";
import { type DialContext, dialSite } from "./dial.ts";
import { type Item, otherBucket, type Taken, takeNext, takeOver } from "./intake.ts";
import { LaneConnections } from "./lane-connections.ts";
import type { Messages } from "./messages.ts";
import {
  type Circumstances,
  connectVerdict,
  deferUnresolved,
  giveBack,
  judgeConnect,
  judgeSend,
  refuseForGood,
} from "./outcome.ts";
import { Pacer } from "./pacer.ts";
import { batchSize, choose, LOOK_AHEAD, throttleWait } from "./rules.ts";
import type { Settler } from "./settler.ts";
import type { Site } from "./site.ts";
import type { ConnectFailure } from "./smtp-types.ts";
import type { Source } from "./source.ts";
import type { Targets } from "./targets.ts";

/** How long a lane without mail keeps its connections and looks for more. */
const LINGER_MS = 1_500;
const LOOK_AGAIN_MS = 250;
const AFTER_ERROR_MS = 500;
/**
 * A turn is left to another domain for so long at most before the same domain goes once more: time to open a
 * connection where those of a minute are counted. Halved each time nothing came of it, so that nobody is throttled.
 */
const PATIENCE_MS = 1_000;
const LEAST_PATIENCE_MS = 10;
/** Connections that are closing have so long to be gone before the lane is given up. */
const GOODBYE_MS = 2_500;
/** A site that nobody answers at. */
const DOWN_MS = 60_000;
/** Mails of a site held for longer than this go back and are tried when it is over. */
const KEEP_HELD_MS = 20_000;
/** Then another worker may have it: graphile-worker resets locks after four hours. */
const HAND_ON_MS = 3_600_000;
/** A mail that could not be made is looked at again after this. */
const UNMAKEABLE_MS = 10 * 60_000;

const logger = log("lane");

/** What a lane needs of its worker. */
export type LaneHouse = {
  sql: Sql;
  settler: Settler;
  messages: Messages;
  targets: Targets;
  workerId: number;
  mayStart(): boolean;
  dialContext(): DialContext;
  /** How a lane stands to warm-up; undefined: it has nothing to do with it. */
  warmth(laneId: number): Warmth | undefined;
  /** Whether a source shares a pool with others of another weight. */
  isWeighed(sourceId: number): boolean;
  /** Hears of each mail that is started, in order. */
  onStart?: ((laneId: number, recipient: OpenRecipient) => void) | undefined;
};

/** running; winding: takes nothing new; draining: starts nothing more; lost: another owns it. */
type Mode = "running" | "winding" | "draining" | "lost";

/** One lane at work: takes recipients ahead of need, keeps connections, chooses, sends, and says what became of each. */
export class Lane {
  readonly hold: LaneHold;
  readonly bucket: number;
  readonly sourceId: number;
  #house: LaneHouse;
  readonly source: Source;
  /** Which state of its bucket's limits it works with. */
  readonly limitsRevision: number;
  #limits: Limits;
  #pacer: Pacer;
  #provider: string | null;
  #connections: LaneConnections;
  #mode: Mode = "running";
  #queue: Item[] = [];
  /** Waiting for DNS. */
  #parked = 0;
  #inFlight = 0;
  #domains = new Map<string, number>();
  #last: string | null = null;
  /** What people had asked of the lane when it was taken. */
  #revision: number;
  #claims = new Map<number, { epoch: number; left: number; allowance: AllowanceHour | null }>();
  /** Taken from the allowance of a cold source and not sent, by hour: to be put back. */
  #unused = new Map<string, { of: AllowanceHour; n: number }>();
  /** Where the allowance is used up: nobody needs to wake this lane before. */
  #restUntil: number | null = null;
  #tat: number;
  #filling = false;
  #nextFill = 0;
  #dryUntil: number | null = null;
  #patientSince: number | null = null;
  #patienceMs = PATIENCE_MS;
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #pumping = false;
  #startedAt = performance.now();
  #minute = new Array<number>(60).fill(0);
  #minuteAt = 0;
  #lastReply: { code: number | null; text: string; at: number } | null = null;
  #hits = new Map<string, number[]>();
  /** Small sites that an owner before was told to leave alone, until when. */
  #holds = new Map<number, number>();
  /** Sender domains whose mail rests in this bucket, until when; other lanes find out too. */
  #senderHolds = new Map<number, number>();
  #buckets: () => readonly number[];
  #ended: Promise<void>;
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
    this.#limits = limits;
    this.limitsRevision = revision;
    this.#pacer = new Pacer(this.#limits, row.mood, row.isInherited, Date.now(), (change) =>
      this.#note(change),
    );
    this.#provider = row.bucket < 100 ? (providerById(row.bucket)?.key ?? null) : null;
    this.#tat = row.tat;
    this.#revision = row.revision;
    this.#connections = new LaneConnections(this.#limits, {
      dial: (site) => dialSite(house.dialContext(), source, site, this.#limits.tls),
      changed: () => this.#pump(),
      failed: (site, failure) => this.#dialFailed(site, failure),
    });
    this.#ended = new Promise((done) => {
      this.#end = done;
    });
  }

  get news(): LaneNews {
    const reply = this.#lastReply;
    this.#lastReply = null;
    this.#turnMinute();
    return {
      ...this.hold,
      connections: this.#connections.total,
      pace: this.#minute.reduce((sum, n) => sum + n, 0),
      tat: this.#tat,
      mood: this.#pacer.kept,
      revision: this.#revision,
      code: reply?.code ?? null,
      reply: reply?.text ?? null,
      at: reply?.at ?? null,
    };
  }

  get connections(): number {
    return this.#connections.total;
  }

  /** Campaigns with recipients in its hands. */
  get campaigns(): Set<number> {
    return new Set(this.#queue.map((item) => item.recipient.campaignId));
  }

  /** Runs until the lane is dry, suspended, handed on, drained or lost; then it is released. */
  async run(): Promise<void> {
    try {
      this.#holds = await siteHolds(this.#house.sql, this.sourceId);
      this.#senderHolds = await senderHolds(this.#house.sql, this.bucket);
      await this.#accept(
        await takeOver(this.#house.sql, this.#house.messages, this.hold, this.sourceId),
        this.#warmth?.kind === "cold",
      );
      this.#pump();
      await this.#ended;
    } finally {
      clearTimeout(this.#timer);
      this.#timerAt = Number.NEGATIVE_INFINITY;
      this.#connections.close();
      if (this.#mode !== "lost") {
        // Only a lane that ran to its end has seen that nothing may be taken before then.
        const restUntil = this.#rest;
        this.#mode = "draining";
        // The next owner opens its own at once, and the receiver counts both.
        await Promise.all([this.#house.settler.flushed(), this.#connections.gone(GOODBYE_MS)]);
        await reportLanes(this.#house.sql, [this.news]);
        await this.#returnUnused();
        await release(this.#house.sql, this.hold, this.#tat, restUntil);
      }
    }
  }

  /** Once a second. */
  tick(): void {
    this.#connections.sweep(performance.now());
    this.#pacer.tick(Date.now());
    this.#giveBackLate();
    void this.#returnUnused().catch((error) => logger.warn({ err: error }, "could not put allowance back"));
    if (performance.now() - this.#startedAt > HAND_ON_MS && this.#mode === "running") this.#mode = "winding";
    this.#pump();
  }

  /** There is room for outcomes again. */
  goOn(): void {
    this.#pump();
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
    for (const item of this.#queue.splice(0)) this.#settle(giveBack(this.#of(item), Date.now()));
    this.#pump();
  }

  /** Another may own it by now: what is in flight is finished, the rest is theirs. */
  lose(): void {
    this.#mode = "lost";
    this.#queue = [];
    this.#pump();
  }

  /** What is still in flight when patience is over: who waits hears how far it got. */
  breakOff(): void {
    this.#connections.breakBusy();
  }

  /** Gives back the recipients of campaigns that no longer run. */
  putBack(campaigns: ReadonlySet<number>): void {
    if (this.#mode === "lost") return;
    const back = this.#queue.filter((item) => campaigns.has(item.recipient.campaignId));
    if (back.length === 0) return;
    this.#queue = this.#queue.filter((item) => !campaigns.has(item.recipient.campaignId));
    for (const item of back) this.#settle(giveBack(this.#of(item), Date.now()));
    this.#pump();
  }

  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      this.#work();
    } finally {
      this.#pumping = false;
    }
  }

  #work(): void {
    const starts = this.#mode === "running" || this.#mode === "winding";
    if (starts) {
      const house = this.#house;
      this.#connections.limit = this.#pacer.connections(Date.now());
      this.#connections.messagesPerConnection = this.#pacer.messagesPerConnection;
      if (house.mayStart() && !house.settler.isFull) {
        this.#openMore();
        this.#startMore();
      } else this.#pumpIn(LOOK_AGAIN_MS);
      if (this.#mode === "running") void this.#fill(false);
    }
    if (this.#inFlight > 0 || this.#parked > 0 || this.#filling || this.#queue.length > 0) return;
    if (this.#mode !== "running") this.#end();
    else if (this.#dryUntil !== null && performance.now() >= this.#dryUntil) this.#end();
    else this.#pumpIn(LOOK_AGAIN_MS);
  }

  #openMore(): void {
    const needs = new Map<Site, number>();
    const now = Date.now();
    const end = Math.min(this.#queue.length, LOOK_AHEAD);
    for (let i = 0; i < end; i++) {
      const site = this.#queue[i]?.site;
      if (site) needs.set(site, (needs.get(site) ?? 0) + 1);
    }
    if (needs.size === 0) return;
    // Busy connections serve the backlog too: they count as need of their site.
    for (const site of needs.keys()) needs.set(site, (needs.get(site) ?? 0) + site.busy.size);
    const wait = this.#connections.open(needs, this.#queue.length + this.#inFlight, now);
    if (wait !== null) this.#pumpIn(wait);
  }

  #startMore(): void {
    const { rate } = this.#pacer;
    let soonest = Number.POSITIVE_INFINITY;
    while (this.#queue.length > 0) {
      const now = Date.now();
      const may = gcra(this.#tat, now, rate);
      if (!may.allowed) {
        this.#pumpIn(may.retryAfterMs);
        return;
      }
      const choice = choose(
        this.#queue,
        this.#last,
        (domain) => this.#domains.has(domain),
        (item) => {
          const site = item.site as Site;
          if (this.#connections.canStart(site, now)) return true;
          if (site.idle.length > 0) soonest = Math.min(soonest, site.waitMs(now));
          return false;
        },
      );
      if (!choice) break;
      if (choice.tier === 3 && this.#waitsForOthers()) break;
      if (choice.tier < 3 && this.#patientSince !== null)
        this.#patienceMs = Math.min(PATIENCE_MS, this.#patienceMs * 2);
      this.#patientSince = null;
      this.#tat = may.state;
      const [item] = this.#queue.splice(choice.index, 1);
      if (item) this.#start(item, now);
    }
    if (soonest < Number.POSITIVE_INFINITY) this.#pumpIn(soonest);
  }

  /** Whether another domain stands near that may soon have a connection: then this turn is left to it, briefly. */
  #waitsForOthers(): boolean {
    const now = Date.now();
    const isNear = ({ domain, site }: Item) =>
      domain !== this.#last && site !== null && site.most > 0 && site.holdUntil <= now;
    if (!this.#queue.slice(0, LOOK_AHEAD).some(isNear)) return false;
    this.#patientSince ??= performance.now();
    const left = this.#patienceMs - (performance.now() - this.#patientSince);
    if (left > 0) {
      this.#pumpIn(left);
      return true;
    }
    this.#patienceMs = Math.max(LEAST_PATIENCE_MS, this.#patienceMs / 2);
    return false;
  }

  #start(item: Item, now: number): void {
    const site = item.site as Site;
    const connection = this.#connections.take(site, now);
    this.#last = item.domain;
    this.#house.onStart?.(this.hold.laneId, item.recipient);
    this.#inFlight += 1;
    this.#domains.set(item.domain, (this.#domains.get(item.domain) ?? 0) + 1);
    void this.#send(item, site, connection).finally(() => {
      this.#inFlight -= 1;
      const others = (this.#domains.get(item.domain) ?? 1) - 1;
      if (others > 0) this.#domains.set(item.domain, others);
      else this.#domains.delete(item.domain);
      this.#pump();
    });
  }

  async #send(item: Item, site: Site, connection: SmtpConnection): Promise<void> {
    try {
      const rendered =
        item.message && this.#house.messages.render(item.message, item.recipient, item.mail.listIds);
      if (!rendered) return this.#unmakeable(item, item.problem ?? "no message");
      const isKept = connection.served > 0;
      const mail = { from: rendered.returnPath, to: item.recipient.address, bytes: rendered.bytes };
      const result = await connection.send(mail);
      // A kept connection that had gone away before it heard anything: as if it had not been tried.
      const wasGone = result.kind === "lost" && result.when === "before-dot" && !result.heard && isKept;
      if (wasGone && !item.wasRepeated && this.#mode !== "lost") {
        item.wasRepeated = true;
        if (this.#mode === "draining") this.#settle(giveBack(this.#of(item), Date.now()));
        else this.#queue.unshift(item);
        return;
      }
      const of = this.#of(item);
      if (result.kind === "lost" && result.when === "before-dot" && this.#mode === "draining") {
        return this.#settle(giveBack(of, Date.now()));
      }
      const { outcome, classification } = judgeSend(of, result);
      const isThrottle = result.kind === "reply" && result.stage === "mail" && result.code === 421;
      if (isThrottle && classification?.verdict === "slow-down") {
        site.throttled += 1;
        site.holdUntil = Date.now() + throttleWait(site.throttled);
        this.#settle(giveBack(of, Date.now() + throttleWait(site.throttled + 2)));
      } else this.#settle(outcome);
      if (outcome.kind === "accepted") {
        this.#countAccepted();
        if (connection.served === 1) this.#pacer.proved(Date.now());
      } else this.#lastReply = { code: outcome.code, text: outcome.reply ?? "", at: outcome.at };
      if (classification)
        this.#act(
          site,
          classification,
          wordsOf(outcome.code, outcome.enhanced, outcome.reply),
          of.senderDomainId,
        );
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.#settle(
        refuseForGood(this.#of(item), {
          enhanced: null,
          text: `The message could not be made: ${text}`,
          verdict: "content",
        }),
      );
    } finally {
      this.#connections.giveBack(site, connection);
    }
  }

  #unmakeable(item: Item, problem: string): void {
    const { campaignId, seq } = item.recipient;
    logger.error({ campaignId, seq, problem }, "a message cannot be made");
    this.#settle(giveBack(this.#of(item), Date.now() + UNMAKEABLE_MS));
  }

  #dialFailed(site: Site, failure: ConnectFailure): void {
    const classification = connectVerdict(failure, this.#provider);
    const now = Date.now();
    const reply = wordsOf(failure.code, failure.enhanced, failure.text);
    this.#lastReply = { code: failure.code || null, text: reply, at: now };
    const works = site.busy.size + site.idle.length > 0;
    const isThrottle =
      failure.kind === "reply" && (classification.verdict === "slow-down" || failure.code === 421);
    if (isThrottle || works) {
      // Being told "too many" is no attempt: nobody's mail was refused.
      site.throttled += 1;
      site.most = Math.max(1, site.busy.size + site.idle.length);
      site.noDialUntil = now + throttleWait(site.throttled);
      if (!works) this.#holdSite(site, site.noDialUntil);
      this.#pumpIn(throttleWait(site.throttled));
    } else if (this.source.relay) {
      // A relay that cannot be used says nothing about anybody's address: all of its mail waits, untried.
      this.#suspend(now + DOWN_MS, reply);
    } else {
      site.down = { until: now + DOWN_MS, failure };
      const waiting = this.#queue.filter((item) => item.site === site);
      this.#queue = this.#queue.filter((item) => item.site !== site);
      for (const item of waiting) this.#settle(judgeConnect(this.#of(item), failure, classification.verdict));
    }
    this.#act(site, classification, reply, null);
    this.#pump();
  }

  /** What a reply asks for, beyond its own recipient: of a small site alone, of the lane, or of the sender domain. */
  #act(site: Site, classification: Classification, reply: string, senderDomainId: number | null): void {
    const now = Date.now();
    if (this.#limits.perSite) {
      this.#actOnSite(site, classification, reply, now);
      return;
    }
    const suspend = this.#pacer.react(classification, reply, now);
    if (!suspend) return;
    const { until, scopes } = suspend;
    if (scopes.includes("sender-domain") && senderDomainId !== null)
      this.#holdSender(senderDomainId, until, reply);
    // Refused before a mail was named, it can only be about the address it came from.
    if (scopes.includes("lane") || senderDomainId === null) this.#suspend(until, reply);
  }

  #actOnSite(site: Site, { action, rule }: Classification, reply: string, now: number): void {
    if (!action) return;
    const key = `${rule} ${site.id}`;
    const counted = countHit(this.#hits.get(key) ?? [], now, action.threshold);
    this.#hits.set(key, counted.hits);
    if (!counted.fires) return;
    if (action.kind === "suspend") this.#holdSite(site, now + action.seconds * 1_000, reply);
    else site.most = 1;
  }

  #suspend(until: number, reply: string): void {
    const seconds = Math.ceil((until - Date.now()) / 1_000);
    logger.warn({ laneId: this.hold.laneId, bucket: this.bucket, seconds, reply }, "lane suspended");
    suspendLane(this.#house.sql, this.hold, seconds, reply).catch((error) =>
      logger.error({ err: error }, "could not suspend the lane"),
    );
    this.#note({ kind: "suspended", detail: { until }, reply });
    this.drain();
  }

  #holdSender(senderDomainId: number, until: number, reply: string): void {
    logger.warn({ senderDomainId, bucket: this.bucket, until, reply }, "sender domain held");
    this.#senderHolds.set(senderDomainId, until);
    holdSender(this.#house.sql, { senderDomainId, bucket: this.bucket, until, reply }).catch((error) =>
      logger.error({ err: error }, "could not hold a sender domain"),
    );
    this.#note({ kind: "sender-held", detail: { senderDomainId, until }, reply });
    const isIts = (item: Item) => this.#of(item).senderDomainId === senderDomainId;
    const back = this.#queue.filter(isIts);
    this.#queue = this.#queue.filter((item) => !isIts(item));
    for (const item of back) this.#settle(giveBack(this.#of(item), until));
  }

  #note(change: LaneChange): void {
    noteLaneChange(this.#house.sql, this.hold.laneId, change).catch((error) =>
      logger.error({ err: error, change }, "could not note a change of the lane"),
    );
  }

  #holdSite(site: Site, until: number, reply?: string): void {
    site.holdUntil = Math.max(site.holdUntil, until);
    if (reply !== undefined) {
      holdSite(this.#house.sql, { sourceId: this.sourceId, siteId: site.id, until, reply }).catch((error) =>
        logger.error({ err: error }, "could not hold a site"),
      );
      this.#note({ kind: "site-held", detail: { siteId: site.id, until }, reply });
    }
    if (until - Date.now() <= KEEP_HELD_MS) return;
    const waiting = this.#queue.filter((item) => item.site === site);
    this.#queue = this.#queue.filter((item) => item.site !== site);
    for (const item of waiting) this.#settle(giveBack(this.#of(item), until));
  }

  async #fill(onlySystem: boolean): Promise<void> {
    if (this.#filling || (!onlySystem && performance.now() < this.#nextFill)) return;
    const want = batchSize(this.#pacer.messagesPerSecond, this.#mixesSites());
    if (!onlySystem && this.#queue.length + this.#parked >= Math.min(LOOK_AHEAD, want)) return;
    this.#filling = true;
    try {
      const of = {
        sourceId: this.sourceId,
        bucket: this.bucket,
        buckets: this.#buckets(),
        want,
        warmth: this.#warmth,
        onlySystem,
        isWeighed: this.#house.isWeighed(this.sourceId),
      };
      const taken = await takeNext(this.#house.sql, this.#house.messages, this.hold, of);
      await this.#accept(taken);
      this.#restUntil = taken.restUntil;
      if (taken.claims.length > 0) this.#dryUntil = null;
      else if (!onlySystem) {
        this.#nextFill = performance.now() + LOOK_AGAIN_MS;
        this.#dryUntil = taken.waits ? null : (this.#dryUntil ?? performance.now() + LINGER_MS);
      }
    } catch (error) {
      logger.warn({ err: error, laneId: this.hold.laneId }, "could not take recipients");
      this.#nextFill = performance.now() + AFTER_ERROR_MS;
    } finally {
      this.#filling = false;
    }
    this.#pump();
  }

  async #accept(taken: Taken, isAnew = false): Promise<void> {
    for (const claim of taken.claims) {
      const left = taken.items.filter((item) => item.recipient.claimId === claim.id).length;
      if (left > 0) this.#claims.set(claim.id, { epoch: claim.epoch, left, allowance: taken.allowance });
      else this.#house.settler.finish(claim.id, claim.epoch);
    }
    if (isAnew) {
      // Left behind by a dead worker: what they may use of today's allowance has to be asked for again.
      for (const item of taken.items) this.#settle(giveBack(this.#of(item), Date.now()));
      return;
    }
    if (this.source.relay) return this.#place(taken.items, true);
    const unknown = await this.#house.targets.load([...new Set(taken.items.map((item) => item.domain))]);
    if (unknown.length === 0) return this.#place(taken.items);
    const asked = new Set(unknown);
    this.#place(taken.items.filter((item) => !asked.has(item.domain)));
    const waiting = taken.items.filter((item) => asked.has(item.domain));
    this.#parked += waiting.length;
    this.#house.targets
      .resolve(unknown)
      .catch((error) => logger.warn({ err: error }, "could not look domains up"))
      .finally(() => {
        this.#parked -= waiting.length;
        this.#place(waiting);
        this.#pump();
      });
  }

  /** Puts recipients into the queue, system mail in front; those who cannot be sent to now are settled at once. */
  #place(items: readonly Item[], isRelay = false): void {
    if (this.#mode === "lost") return;
    const now = Date.now();
    const urgent: Item[] = [];
    for (const item of items) {
      const rest = this.#senderHolds.get(item.message?.senderDomainId ?? 0) ?? 0;
      if (this.#mode === "draining" || this.#isLate(item, now)) this.#settle(giveBack(this.#of(item), now));
      else if (rest > now) this.#settle(giveBack(this.#of(item), rest));
      else if (isRelay) item.site = this.#connections.site({ siteId: 0, mx: [], demand: null });
      else this.#aim(item, now);
      if (!item.site) continue;
      if (item.site.down && item.site.down.until > now) {
        const { failure } = item.site.down;
        this.#settle(judgeConnect(this.#of(item), failure, connectVerdict(failure, this.#provider).verdict));
      } else if (item.site.holdUntil - now > KEEP_HELD_MS) {
        this.#settle(giveBack(this.#of(item), item.site.holdUntil));
      } else if (item.mail.isSystem) urgent.push(item);
      else this.#queue.push(item);
    }
    this.#queue.unshift(...urgent);
  }

  #aim(item: Item, now: number): void {
    const answer = this.#house.targets.known(item.domain);
    const of = this.#of(item);
    if (!answer || answer.kind === "unknown") {
      this.#settle(deferUnresolved(of, answer?.text ?? "The domain could not be looked up."));
    } else if (answer.kind === "dead") {
      this.#settle(refuseForGood(of, { enhanced: answer.enhanced, text: answer.text, verdict: "dns" }));
    } else {
      const elsewhere = otherBucket(this.bucket, answer.target);
      if (elsewhere === null) {
        item.site = this.#connections.site(answer.target);
        item.site.holdUntil = Math.max(item.site.holdUntil, this.#holds.get(item.site.id) ?? 0);
      } else this.#settle(giveBack(of, now, elsewhere));
    }
  }

  #of(item: Item): Circumstances {
    return {
      recipient: item.recipient,
      sourceId: this.sourceId,
      senderDomainId: item.message?.senderDomainId ?? item.mail.senderDomainId,
      expiresAt: item.mail.expiresAt,
      provider: this.#provider,
      now: Date.now(),
      random: Math.random(),
    };
  }

  #settle(outcome: Outcome): void {
    this.#house.settler.add(outcome);
    const claim = this.#claims.get(outcome.claimId);
    if (!claim) return;
    if (outcome.kind === "back" && claim.allowance) this.#noteUnused(claim.allowance);
    claim.left -= 1;
    if (claim.left > 0) return;
    this.#claims.delete(outcome.claimId);
    this.#house.settler.finish(outcome.claimId, claim.epoch);
  }

  /** Whether it ended for want of allowance, and until when. */
  get #rest(): { until: number; revision: number } | null {
    if (this.#mode !== "running" || this.#restUntil === null) return null;
    return { until: this.#restUntil, revision: this.#revision };
  }

  get #warmth(): Warmth | undefined {
    return this.#house.warmth(this.hold.laneId);
  }

  /** Whether the hour is over whose allowance a recipient was taken from. */
  #isLate(item: Item, now: number): boolean {
    const hour = this.#claims.get(item.recipient.claimId)?.allowance;
    return hour ? hour.day * 24 + hour.hour !== Math.floor(now / 3_600_000) : false;
  }

  /** The receiver would see them in the next hour, in excess of its cap: they are taken anew. */
  #giveBackLate(): void {
    const now = Date.now();
    const late = this.#queue.filter((item) => this.#isLate(item, now));
    if (late.length === 0) return;
    this.#queue = this.#queue.filter((item) => !late.includes(item));
    for (const item of late) this.#settle(giveBack(this.#of(item), now));
  }

  #noteUnused(of: AllowanceHour): void {
    const key = `${of.day} ${of.hour}`;
    this.#unused.set(key, { of, n: (this.#unused.get(key)?.n ?? 0) + 1 });
  }

  async #returnUnused(): Promise<void> {
    const unused = [...this.#unused.values()];
    this.#unused.clear();
    for (const { of, n } of unused) await returnAllowance(this.#house.sql, this, of, n);
  }

  #mixesSites(): boolean {
    if (this.bucket === RELAY_BUCKET) return false;
    return bucketKind(this.bucket) === "shard" || providerById(this.bucket)?.perHost === true;
  }

  #countAccepted(): void {
    this.#turnMinute();
    const second = this.#minuteAt % 60;
    this.#minute[second] = (this.#minute[second] ?? 0) + 1;
  }

  #turnMinute(): void {
    const now = Math.floor(performance.now() / 1_000);
    for (let at = Math.max(this.#minuteAt + 1, now - 59); at <= now; at++) this.#minute[at % 60] = 0;
    this.#minuteAt = now;
  }

  /** Keeps the earliest of the times asked for. */
  #pumpIn(ms: number): void {
    const at = performance.now() + Math.max(1, ms);
    if (at >= this.#timerAt) return;
    clearTimeout(this.#timer);
    this.#timerAt = at;
    this.#timer = setTimeout(
      () => {
        this.#timerAt = Number.POSITIVE_INFINITY;
        this.#pump();
      },
      Math.max(1, ms),
    );
  }
}

/** A reply as it was said: "421 4.7.28 Gmail has detected …". */
const wordsOf = (code: number | null, enhanced: string | null, text: string | null): string =>
  [code || "", enhanced ?? "", text ?? ""].filter(Boolean).join(" ");
