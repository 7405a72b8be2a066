import { type AllowanceHour, returnAllowance } from "#core/delivery/allowance.ts";
import { otherFamily } from "#core/delivery/lane-read.ts";
import { returnQuotas } from "#core/delivery/quotas.ts";
import type { Outcome } from "#core/delivery/settle.ts";
import { log } from "#core/platform/log.ts";
import { type Item, otherBucket, type Taken } from "./intake.ts";
import type { LaneHouse, LaneSelf } from "./lane-house.ts";
import {
  type Circumstances,
  connectVerdict,
  deferUnresolved,
  giveBack,
  judgeConnect,
  refuseForGood,
} from "./outcome.ts";
import { KEEP_HELD_MS } from "./rules.ts";
import type { Site } from "./site.ts";
import type { ConnectFailure } from "./smtp-types.ts";

const HOUR_MS = 3_600_000;
const FAMILY_KEEP_MS = 5_000;
/** Mails of a site that does not answer that stay in hand, and when the turn of the others comes again. */
const STUCK_KEPT = 5;
const STUCK_BACK_MS = 120_000;
/** What could not be looked up because of us is looked up again. */
const UNRESOLVED_BACK_MS = 5_000;

const logger = log("lane");

/** What a lane has taken and not sent yet: its queue, the claims that it answers for, and what goes back unsent. */
export class LaneHand {
  /** In the order in which they should go. */
  queue: Item[] = [];
  readonly #house: LaneHouse;
  readonly #lane: LaneSelf;
  /** Waiting for DNS. */
  #parked = 0;
  readonly #claims = new Map<number, { epoch: number; left: number; allowance: AllowanceHour | null }>();
  /** By pool: who has the other family of addresses. */
  readonly #families = new Map<number, { at: number; sourceId: Promise<number | null> }>();
  /** Taken from an allowance and not sent, by hour: to be put back. */
  readonly #unused = new Map<string, { of: AllowanceHour; n: number }>();

  constructor(house: LaneHouse, lane: LaneSelf) {
    this.#house = house;
    this.#lane = lane;
  }

  get size(): number {
    return this.queue.length + this.#parked;
  }

  /** Claims that it answers for. */
  get claimIds(): number[] {
    return [...this.#claims.keys()];
  }

  get campaigns(): Set<number> {
    return new Set(this.queue.map((item) => item.recipient.campaignId));
  }

  /** Takes what was claimed into the queue. `isAnew`: back with all of it, to be claimed under what caps it now. */
  async accept(taken: Taken, isAnew = false): Promise<void> {
    for (const claim of taken.claims) {
      const left = taken.items.filter((item) => item.recipient.claimId === claim.id).length;
      if (left > 0) this.#claims.set(claim.id, { epoch: claim.epoch, left, allowance: taken.allowance });
      else this.#house.settler.finish(claim.id, claim.epoch);
    }
    if (isAnew) {
      for (const item of taken.items) this.settle(giveBack(this.of(item), Date.now()));
      return;
    }
    if (this.#lane.source.relay) return this.#place(taken.items, true);
    const { targets } = this.#house;
    let unknown: string[];
    try {
      unknown = await targets.load([...new Set(taken.items.map((item) => item.domain))]);
    } catch (error) {
      logger.warn({ err: error }, "could not read where mail goes; given back");
      for (const item of taken.items) this.settle(giveBack(this.of(item), Date.now()));
      return;
    }
    if (unknown.length === 0) return this.#place(taken.items);
    const asked = new Set(unknown);
    this.#place(taken.items.filter((item) => !asked.has(item.domain)));
    const waiting = taken.items.filter((item) => asked.has(item.domain));
    this.#parked += waiting.length;
    targets
      .resolve(unknown)
      .then(
        () => this.#place(waiting),
        (error) => {
          // Our own trouble, no try of theirs.
          logger.warn({ err: error }, "could not look domains up; given back");
          for (const item of waiting) this.settle(giveBack(this.of(item), Date.now() + UNRESOLVED_BACK_MS));
        },
      )
      .finally(() => {
        this.#parked -= waiting.length;
        this.#lane.pump();
      });
  }

  /** Another owns the lane by now: the rest is theirs. */
  forget(): void {
    this.queue = [];
  }

  /** Takes those out of the queue, to be settled by the caller. */
  remove(which: (item: Item) => boolean): Item[] {
    const out = this.queue.filter(which);
    if (out.length > 0) this.queue = this.queue.filter((item) => !which(item));
    return out;
  }

  /** Gives those back untried; their turn comes at `at`, ms since the epoch. Returns how many they were. */
  putBack(which: (item: Item) => boolean, at: number): number {
    const back = this.remove(which);
    for (const item of back) this.settle(giveBack(this.of(item), at));
    return back.length;
  }

  /** What was taken from an hour's allowance and not started in it: the receiver would see it in excess of the next. */
  putBackLate(now: number): void {
    this.putBack((item) => this.#isLate(item, now), now);
  }

  /** Whom a site's hold lets go from here only after long: one of a repeated mail, say, or of a twin. */
  putBackHeld(now: number): void {
    for (const site of new Set(this.queue.map((item) => item.site)))
      if (site && site.holdUntil - now > KEEP_HELD_MS)
        this.putBack((item) => item.site === site, site.holdUntil);
  }

  /**
   * Where sites share a lane, one that neither answers nor refuses (a host that vanished, a tarpit) keeps a few of its
   * mails here; more would fill the hand, and nobody else's would be taken. The others' turn comes again later.
   */
  putBackStuck(now: number): void {
    const kept = new Map<Site, number>();
    const excess = new Set<Item>();
    for (const item of this.queue) {
      if (!item.site?.isStuck(now)) continue;
      const n = (kept.get(item.site) ?? 0) + 1;
      kept.set(item.site, n);
      if (n > STUCK_KEPT) excess.add(item);
    }
    if (excess.size > 0) this.putBack((item) => excess.has(item), now + STUCK_BACK_MS);
  }

  /** Puts back into the allowance what was not sent. */
  async returnUnused(): Promise<void> {
    const unused = [...this.#unused.values()];
    this.#unused.clear();
    for (const { of, n } of unused) {
      await returnAllowance(this.#house.sql, this.#lane, of, n);
      await returnQuotas(this.#house.sql, this.#lane.quotas, of, n);
    }
  }

  /** To a source of the same pool with the other family of addresses, untried; a failed try where there is none. */
  passOn(items: readonly Item[], failure: ConnectFailure): void {
    for (const item of items) {
      this.#parked += 1;
      void this.#otherFamily(item.recipient.poolId).then((pinnedTo) => {
        this.#parked -= 1;
        const of = this.of(item);
        if (pinnedTo === null) this.settle(judgeConnect(of, failure, "network"));
        else this.settle({ ...giveBack(of, Date.now()), pinnedTo });
        this.#lane.pump();
      });
    }
  }

  /** Asked once in a while. */
  #otherFamily(poolId: number): Promise<number | null> {
    const known = this.#families.get(poolId);
    if (known && performance.now() - known.at < FAMILY_KEEP_MS) return known.sourceId;
    const { sourceId, bucket } = this.#lane;
    const other = otherFamily(this.#house.sql, { sourceId, poolId, bucket }).catch((error) => {
      logger.warn({ err: error }, "could not look for another source");
      return null;
    });
    this.#families.set(poolId, { at: performance.now(), sourceId: other });
    return other;
  }

  of(item: Item): Circumstances {
    return {
      recipient: item.recipient,
      sourceId: this.#lane.sourceId,
      senderDomainId: item.message?.senderDomainId ?? item.mail.senderDomainId,
      expiresAt: item.mail.expiresAt,
      provider: this.#lane.provider,
      now: Date.now(),
      random: Math.random(),
    };
  }

  /** Says what became of one; with the last of a claim, that nothing is left of it. */
  settle(outcome: Outcome): void {
    this.#house.settler.add(outcome);
    const claim = this.#claims.get(outcome.claimId);
    if (!claim) return;
    if (outcome.kind === "back" && claim.allowance) this.#noteUnused(claim.allowance);
    claim.left -= 1;
    if (claim.left > 0) return;
    this.#claims.delete(outcome.claimId);
    this.#house.settler.finish(outcome.claimId, claim.epoch);
  }

  /** Puts recipients into the queue, system mail in front; those who cannot be sent to now are settled at once. */
  #place(items: readonly Item[], isRelay = false): void {
    const { mode, connections } = this.#lane;
    if (mode === "lost") return;
    const now = Date.now();
    const urgent: Item[] = [];
    for (const item of items) {
      const rest = this.#lane.replies.senderHeldUntil(item.message?.senderDomainId ?? 0);
      if (mode === "draining" || this.#isLate(item, now)) this.settle(giveBack(this.of(item), now));
      else if (rest > now) this.settle(giveBack(this.of(item), rest));
      else if (isRelay) item.site = connections.site({ siteId: 0, mx: [], demand: null });
      else item.site = this.#aim(item, now);
      if (!item.site || this.#cannotWait(item, item.site, now)) continue;
      if (item.mail.isSystem) urgent.push(item);
      else this.queue.push(item);
    }
    this.queue.unshift(...urgent);
  }

  /** Settles one whose site is down, or held for too long to wait here. */
  #cannotWait(item: Item, { down, holdUntil, unsuited }: Site, now: number): boolean {
    if (unsuited && unsuited.until > now) {
      this.passOn([item], unsuited.failure);
      return true;
    }
    if (down && down.until > now) {
      const { verdict } = connectVerdict(down.failure, this.#lane.provider);
      this.settle(judgeConnect(this.of(item), down.failure, verdict));
      return true;
    }
    if (holdUntil - now <= KEEP_HELD_MS) return false;
    this.settle(giveBack(this.of(item), holdUntil));
    return true;
  }

  /** The site that a recipient goes to from this lane; null where it is settled instead. */
  #aim(item: Item, now: number): Site | null {
    const answer = this.#house.targets.known(item.domain);
    const of = this.of(item);
    if (!answer || answer.kind === "unknown") {
      this.settle(deferUnresolved(of, answer?.text ?? "The domain could not be looked up."));
      return null;
    }
    if (answer.kind === "dead") {
      this.settle(refuseForGood(of, { enhanced: answer.enhanced, text: answer.text, verdict: "dns" }));
      return null;
    }
    const elsewhere = otherBucket(this.#lane.bucket, answer.target);
    if (elsewhere !== null) {
      this.settle(giveBack(of, now, elsewhere));
      return null;
    }
    const site = this.#lane.connections.site(answer.target);
    site.holdUntil = Math.max(site.holdUntil, this.#lane.replies.siteHeldUntil(site.id));
    return site;
  }

  #isLate(item: Item, now: number): boolean {
    const hour = this.#claims.get(item.recipient.claimId)?.allowance;
    return hour ? hour.day * 24 + hour.hour !== Math.floor(now / HOUR_MS) : false;
  }

  #noteUnused(of: AllowanceHour): void {
    const key = `${of.day} ${of.hour}`;
    this.#unused.set(key, { of, n: (this.#unused.get(key)?.n ?? 0) + 1 });
  }
}
