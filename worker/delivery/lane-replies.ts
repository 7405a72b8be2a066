import { holdSender, holdSite, senderHolds, siteHolds } from "#core/delivery/holds.ts";
import { type LaneChange, noteLaneChange } from "#core/delivery/lane-events.ts";
import { type LaneRow, suspendLane } from "#core/delivery/lease.ts";
import { noteSourceSign } from "#core/delivery/suspend-source.ts";
import { countHit } from "#core/mail/pacing/threshold.ts";
import type { Limits } from "#core/mail/provider/types.ts";
import type { Classification } from "#core/mail/reply/types.ts";
import { log } from "#core/platform/log.ts";
import type { LaneHouse, LaneSelf } from "./lane-house.ts";
import { connectVerdict, judgeConnect } from "./outcome.ts";
import { Pacer } from "./pacer.ts";
import { KEEP_HELD_MS, throttleWait } from "./rules.ts";
import type { Site } from "./site.ts";
import type { ConnectFailure } from "./smtp-types.ts";

const SIGN_MS = 60_000;
/** A site that nobody answers at. */
const DOWN_MS = 60_000;
/** What a receiver asked for is worth writing down for two minutes of an outage; then it will have to say it again. */
const WRITE_AGAIN_MS = 1_000;
const WRITE_TRIES = 120;
/** A site without an address that the source can reach. */
const UNSUITED_MS = 600_000;

const logger = log("lane");

export type LastReply = { code: number | null; text: string; at: number };

/** What replies make of a lane beyond their own recipients: it slows down, rests, or leaves a site or a sender alone. */
export class LaneReplies {
  readonly #house: LaneHouse;
  readonly #lane: LaneSelf;
  readonly #limits: Limits;
  readonly pacer: Pacer;
  /** Sites that said lately that the source is listed. */
  readonly #signed = new Map<number, number>();
  readonly #hits = new Map<string, number[]>();
  /** Small sites that an owner before was told to leave alone, until when. */
  #siteHolds = new Map<number, number>();
  /** Sender domains whose mail rests in this bucket, until when; other lanes find out too. */
  #senderHolds = new Map<number, number>();
  #last: LastReply | null = null;
  #writing: Promise<unknown> = Promise.resolve();

  constructor(house: LaneHouse, lane: LaneSelf, limits: Limits, row: Pick<LaneRow, "mood" | "isInherited">) {
    this.#house = house;
    this.#lane = lane;
    this.#limits = limits;
    this.pacer = new Pacer(limits, row.mood, row.isInherited, Date.now(), (change) => this.note(change));
  }

  /** Reads what owners before were told. */
  async load(): Promise<void> {
    this.#siteHolds = await siteHolds(this.#house.sql, this.#lane.sourceId);
    this.#senderHolds = await senderHolds(this.#house.sql, this.#lane.bucket);
  }

  /** ms since the epoch; 0: it is not held. */
  siteHeldUntil(siteId: number): number {
    return this.#siteHolds.get(siteId) ?? 0;
  }

  senderHeldUntil(senderDomainId: number): number {
    return this.#senderHolds.get(senderDomainId) ?? 0;
  }

  /** The last refusal since it was asked for. */
  takeLast(): LastReply | null {
    const last = this.#last;
    this.#last = null;
    return last;
  }

  heard(last: LastReply): void {
    this.#last = last;
  }

  /** A small site alone, the lane, or the sender domain: whom the reply is about. */
  act(site: Site, classification: Classification, reply: string, senderDomainId: number | null): void {
    const now = Date.now();
    if (classification.action?.scopes.includes("source")) this.#noteSign(site, reply, now);
    if (this.#limits.perSite) {
      this.#actOnSite(site, classification, reply, now);
      return;
    }
    const suspend = this.pacer.react(classification, reply, now);
    if (!suspend) return;
    const { until, scopes } = suspend;
    if (scopes.includes("sender-domain") && senderDomainId !== null)
      this.#holdSender(senderDomainId, until, reply);
    // Refused before a mail was named, it can only be about the address it came from.
    if (scopes.includes("lane") || senderDomainId === null) this.#suspend(until, reply);
  }

  /** Told "slow down" before a mail was judged: the site rests a little. Returns when the mail's turn comes again. */
  throttled(site: Site): number {
    site.throttled += 1;
    site.holdUntil = Math.max(site.holdUntil, Date.now() + throttleWait(site.throttled));
    return Date.now() + throttleWait(site.throttled + 2);
  }

  /** No connection could be had. */
  dialFailed(site: Site, failure: ConnectFailure): void {
    const classification = connectVerdict(failure, this.#lane.provider);
    const now = Date.now();
    const reply = wordsOf(failure.code, failure.enhanced, failure.text);
    this.heard({ code: failure.code || null, text: reply, at: now });
    if (failure.isUnsuited) {
      site.unsuited = { until: now + UNSUITED_MS, failure };
      const { hand } = this.#lane;
      const waiting = hand.remove((item) => item.site === site);
      hand.passOn(waiting, failure);
      return;
    }
    const works = site.busy.size + site.idle.length > 0;
    const isThrottle =
      failure.kind === "reply" && (classification.verdict === "slow-down" || failure.code === 421);
    if (isThrottle || works) {
      // Being told "too many" is no attempt: nobody's mail was refused.
      site.throttled += 1;
      site.most = Math.max(1, site.busy.size + site.idle.length);
      site.noDialUntil = now + throttleWait(site.throttled);
      if (!works) this.#holdSite(site, site.noDialUntil);
      this.#lane.pumpIn(throttleWait(site.throttled));
    } else if (this.#lane.source.relay || failure.isOurs) {
      // Neither a relay that cannot be used nor a machine says anything about anybody's address: all mail waits, untried.
      this.#suspend(now + DOWN_MS, reply);
    } else {
      site.down = { until: now + DOWN_MS, failure };
      const { hand } = this.#lane;
      const waiting = hand.remove((one) => one.site === site);
      for (const item of waiting) hand.settle(judgeConnect(hand.of(item), failure, classification.verdict));
      if (failure.kind === "network") this.#doubt(waiting.map((item) => item.domain));
    }
    this.act(site, classification, reply, null);
    this.#lane.pump();
  }

  /** Resolves when all that receivers asked for is in the database: the next owner has to know of it. */
  async written(): Promise<void> {
    await this.#writing;
  }

  /** Writes down, for people, what changed the lane. */
  note(change: LaneChange): void {
    noteLaneChange(this.#house.sql, this.#lane.hold.laneId, change).catch((error) =>
      logger.error({ err: error, change }, "could not note a change of the lane"),
    );
  }

  /** Nobody answers where DNS said that the servers are: it is asked again before the next try. */
  #doubt(domains: string[]): void {
    this.#house.targets
      .doubt([...new Set(domains)])
      .catch((error) => logger.warn({ err: error }, "could not have domains asked again"));
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

  /** A public block list is about the source, whoever asks it; one word a minute and site is enough. */
  #noteSign(site: Site, reply: string, now: number): void {
    if (this.#lane.source.relay || now - (this.#signed.get(site.id) ?? 0) < SIGN_MS) return;
    this.#signed.set(site.id, now);
    const { sourceId } = this.#lane;
    noteSourceSign(this.#house.sql, { sourceId, siteId: site.id, reply })
      .then((until) => {
        if (until === null) return;
        logger.warn({ sourceId, until, reply }, "source suspended");
        this.note({ kind: "source-suspended", detail: { until }, reply });
      })
      .catch((error) => logger.error({ err: error }, "could not note a sign about the source"));
  }

  #suspend(until: number, reply: string): void {
    const { hold, bucket } = this.#lane;
    const seconds = Math.ceil((until - Date.now()) / 1_000);
    logger.warn({ laneId: hold.laneId, bucket, seconds, reply }, "lane suspended");
    this.#write("suspend the lane", () => suspendLane(this.#house.sql, hold, seconds, reply));
    this.note({ kind: "suspended", detail: { until }, reply });
    this.#lane.drain();
  }

  /** Again and again while the database is away; in order, so that the last word counts. */
  #write(what: string, work: () => Promise<unknown>): void {
    this.#writing = this.#writing.then(async () => {
      for (let tries = 1; tries <= WRITE_TRIES; tries++) {
        try {
          return await work();
        } catch (error) {
          logger.error({ err: error, tries }, `could not ${what}`);
          await new Promise((done) => setTimeout(done, WRITE_AGAIN_MS));
        }
      }
    });
  }

  #holdSender(senderDomainId: number, until: number, reply: string): void {
    const { bucket } = this.#lane;
    logger.warn({ senderDomainId, bucket, until, reply }, "sender domain held");
    this.#senderHolds.set(senderDomainId, until);
    this.#write("hold a sender domain", () =>
      holdSender(this.#house.sql, { senderDomainId, bucket, until, reply }),
    );
    this.note({ kind: "sender-held", detail: { senderDomainId, until }, reply });
    const { hand } = this.#lane;
    hand.putBack((item) => hand.of(item).senderDomainId === senderDomainId, until);
  }

  #holdSite(site: Site, until: number, reply?: string): void {
    site.holdUntil = Math.max(site.holdUntil, until);
    if (reply !== undefined) {
      this.#siteHolds.set(site.id, site.holdUntil);
      const held = { sourceId: this.#lane.sourceId, siteId: site.id, until, reply };
      this.#write("hold a site", () => holdSite(this.#house.sql, held));
      this.note({ kind: "site-held", detail: { siteId: site.id, until }, reply });
    }
    // Twins too: one server, whatever their domains ask of the way.
    if (until - Date.now() > KEEP_HELD_MS)
      this.#lane.hand.putBack((item) => item.site?.id === site.id, until);
  }
}

/** A reply as it was said: "421 4.7.28 Gmail has detected …". */
export const wordsOf = (code: number | null, enhanced: string | null, text: string | null): string =>
  [code || "", enhanced ?? "", text ?? ""].filter(Boolean).join(" ");
