import { gcra, type Rate } from "#core/mail/pacing/gcra.ts";
import { connectionRamp } from "#core/mail/pacing/ramp.ts";
import type { Limits } from "#core/mail/provider/types.ts";
import type { SmtpConnection } from "./connection.ts";
import type { Dialled } from "./dial.ts";
import { shareConnections } from "./rules.ts";
import { Site } from "./site.ts";
import type { ConnectFailure } from "./smtp-types.ts";
import type { Target } from "./targets.ts";

/** A connection to a site without mail in sight may be closed for another site after this. */
const SPARE_AFTER_MS = 1_000;
/** A site that said "too many" gets one connection more after each such while of peace. */
const FORGIVE_MS = 60_000;

export type LaneConnectionsEvents = {
  dial(site: Site): Promise<Dialled>;
  /** Something changed: a connection is there, or one less is. */
  changed(): void;
  failed(site: Site, failure: ConnectFailure): void;
};

/** The connections of one lane: as many as the backlog justifies, shared among its sites, closed when idle. */
export class LaneConnections {
  /** Most at once, lowered and raised by replies. */
  limit: number;
  messagesPerConnection: number;
  /** Set to stop opening any. */
  isClosed = false;
  readonly #limits: Limits;
  readonly #on: LaneConnectionsEvents;
  /** By id and demand. */
  readonly #sites = new Map<string, Site>();
  readonly #firstOf = new Map<number, Site>();
  /** Those without a connection whose twins have all there may be. */
  readonly #waiting = new Set<Site>();
  readonly #dialRate: Rate;
  #dialTat = 0;
  /** Sockets that are not closed, and those being opened. */
  #total = 0;
  /** Called when the last of them is gone. */
  #whenGone: (() => void) | null = null;

  constructor(limits: Limits, on: LaneConnectionsEvents) {
    this.#limits = limits;
    this.#on = on;
    this.limit = limits.connections;
    this.messagesPerConnection = limits.messagesPerConnection;
    this.#dialRate = { limit: limits.connectionsPerMinute, periodMs: 60_000, burst: limits.connections };
  }

  get total(): number {
    return this.#total;
  }

  get sites(): Iterable<Site> {
    return this.#sites.values();
  }

  /** Where mail of a domain goes; never over a connection that was opened for less than its domain asks. */
  site(target: Pick<Target, "siteId" | "mx" | "demand">): Site {
    const key = `${target.siteId} ${target.demand?.key ?? ""}`;
    let site = this.#sites.get(key);
    if (!site) {
      const { perSite, connections } = this.#limits;
      const most = perSite?.connections ?? connections;
      const twin = this.#firstOf.get(target.siteId);
      site = new Site(target, most, perSite?.messagesPerSecond ?? null, twin);
      this.#sites.set(key, site);
      if (!twin) this.#firstOf.set(target.siteId, site);
    } else site.lead(target.mx);
    return site;
  }

  /** Whether a mail for the site can be started now. */
  canStart(site: Site, now: number): boolean {
    if (site.holdUntil > now || !site.mayStart(now)) return false;
    // The server may have hung up in the meantime.
    while (site.idle.length > 0 && !site.idle.at(-1)?.isUsable) site.idle.pop();
    return site.idle.length > 0;
  }

  /** Takes an idle connection for one mail; `canStart` was asked just before. */
  take(site: Site, now: number): SmtpConnection {
    const connection = site.idle.pop();
    if (!connection) throw new Error("no idle connection");
    site.busy.add(connection);
    site.started(now);
    return connection;
  }

  giveBack(site: Site, connection: SmtpConnection): void {
    site.busy.delete(connection);
    if (!connection.isUsable) {
      this.#watchClosing(site, connection);
      return;
    }
    const isTwinsTurn =
      this.#waiting.size > 0 && site.room <= 0 && site.twins.some((twin) => this.#waiting.has(twin));
    const isDone = connection.served >= this.messagesPerConnection || isTwinsTurn;
    if (this.isClosed || isDone || this.#total > this.limit) {
      this.#quit(site, connection);
    } else site.idle.push(connection);
  }

  /**
   * Opens what the next mails need. `needs`: how many of them each site has, in order. Returns the ms after which
   * more may be opened, null if there is nothing to wait for.
   */
  open(needs: ReadonlyMap<Site, number>, backlog: number, now: number): number | null {
    if (this.isClosed) return null;
    for (const site of this.#waiting) if (!needs.has(site)) this.#waiting.delete(site);
    // Two sites in turn need a connection each, however short the backlog.
    const ramp = Math.max(
      connectionRamp(this.limit, backlog),
      Math.min(Math.floor(this.limit), needs.size, 2),
    );
    const mostFor = (site: Site) =>
      site.holdUntil > now || (site.noDialUntil > now && site.have === 0) ? 0 : site.most;
    const shares = shareConnections(needs, ramp, mostFor);
    for (const isFirst of [true, false]) {
      for (const [site, share] of shares) {
        if ((site.have === 0) !== isFirst || site.noDialUntil > now) continue;
        if (site.have === 0 && site.room <= 0) this.#askTwins(site);
        while (site.have < share && site.room > 0) {
          if (this.#total >= this.limit) {
            this.#spare(shares, site.have === 0);
            return null;
          }
          const may = gcra(this.#dialTat, now, this.#dialRate);
          if (!may.allowed) return may.retryAfterMs;
          this.#dialTat = may.state;
          this.#dial(site);
        }
      }
    }
    return null;
  }

  /** No site is taken for silent because of what it did not do until now. */
  forgive(now: number): void {
    for (const site of this.#sites.values()) site.movedAt = now;
  }

  /** Closes what has been idle for too long. `now` of performance.now(). */
  sweep(now: number): void {
    const most = this.#limits.perSite?.connections ?? this.#limits.connections;
    for (const site of this.#sites.values()) {
      if (site.most < most && site.noDialUntil + FORGIVE_MS < Date.now()) {
        site.most += 1;
        site.noDialUntil = Date.now();
      }
      while (site.idle[0] && now - site.idle[0].idleSince > this.#limits.idleSeconds * 1_000) {
        const connection = site.idle.shift();
        if (connection) this.#quit(site, connection);
      }
    }
  }

  /** Says goodbye on all idle connections and opens no more. */
  close(): void {
    this.isClosed = true;
    for (const site of this.#sites.values()) {
      for (const connection of site.idle.splice(0)) this.#quit(site, connection);
    }
  }

  /** Resolves when none is left after `close`, or after `ms`. */
  gone(ms: number): Promise<void> {
    if (this.#total === 0) return Promise.resolve();
    return new Promise((done) => {
      const timer = setTimeout(done, ms);
      this.#whenGone = () => {
        clearTimeout(timer);
        done();
      };
    });
  }

  /** Breaks what is busy; whoever waits hears how far it got. */
  breakBusy(): void {
    for (const site of this.#sites.values()) for (const connection of site.busy) connection.destroy();
  }

  /** Twins have all that the site may have: one idle connection is closed, or the next that becomes free. */
  #askTwins(site: Site): void {
    this.#waiting.add(site);
    for (const twin of site.twins) {
      const connection = twin.idle.shift();
      if (!connection) continue;
      this.#quit(twin, connection);
      return;
    }
  }

  #dial(site: Site): void {
    this.#waiting.delete(site);
    if (site.have === 0) site.movedAt = Date.now();
    site.opening += 1;
    this.#total += 1;
    this.#on.dial(site).then(
      (dialled) => {
        site.opening -= 1;
        if (!dialled.ok) {
          this.#oneLess();
          this.#on.failed(site, dialled.failure);
          return;
        }
        const { connection } = dialled;
        site.movedAt = Date.now();
        site.down = null;
        connection.onClose(() => {
          this.#oneLess();
          const at = site.idle.indexOf(connection);
          if (at >= 0) site.idle.splice(at, 1);
          this.#on.changed();
        });
        if (this.isClosed) this.#quit(site, connection);
        else {
          site.idle.push(connection);
          this.#on.changed();
        }
      },
      (error: Error) => {
        site.opening -= 1;
        this.#oneLess();
        const text = error.message;
        this.#on.failed(site, { stage: "connect", kind: "network", code: 0, enhanced: null, text });
      },
    );
  }

  #oneLess(): void {
    this.#total -= 1;
    if (this.#total === 0) this.#whenGone?.();
  }

  /** Closes one idle connection that another site needs more. */
  #spare(shares: ReadonlyMap<Site, number>, isFirstOfSite: boolean): void {
    const now = performance.now();
    let worst: { site: Site; since: number } | null = null;
    for (const site of this.#sites.values()) {
      const oldest = site.idle[0];
      if (!oldest) continue;
      const share = shares.get(site) ?? 0;
      const isSpare =
        share === 0
          ? isFirstOfSite || now - oldest.idleSince > SPARE_AFTER_MS
          : isFirstOfSite && site.have > share;
      if (isSpare && (worst === null || oldest.idleSince < worst.since))
        worst = { site, since: oldest.idleSince };
    }
    const connection = worst?.site.idle.shift();
    if (worst && connection) this.#quit(worst.site, connection);
  }

  #quit(site: Site, connection: SmtpConnection): void {
    this.#watchClosing(site, connection);
    connection.quit();
  }

  #watchClosing(site: Site, connection: SmtpConnection): void {
    site.closing += 1;
    connection.onClose(() => {
      site.closing -= 1;
    });
  }
}
