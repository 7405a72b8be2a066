import type { Rate } from "#core/mail/pacing/gcra.ts";
import { gcra } from "#core/mail/pacing/gcra.ts";
import type { Mx } from "#core/mail/site/key.ts";
import type { SmtpConnection } from "./connection.ts";
import type { Demand } from "./demand.ts";
import type { ConnectFailure } from "./smtp-types.ts";

/** Neither answered nor refused for so long: others should not wait for it. */
const STUCK_AFTER_MS = 10_000;

/**
 * What one lane has with one site: its connections, and what it was told there. Domains of a site that ask for
 * different encryption have one each, twins: what a receiver counts, it counts of all of them together.
 */
export class Site {
  readonly id: number;
  mx: readonly Mx[];
  readonly demand: Demand | null;
  /** All of the same site, this one included. */
  readonly #twins: Site[];
  /** The last used at the end. */
  readonly idle: SmtpConnection[] = [];
  readonly busy = new Set<SmtpConnection>();
  opening = 0;
  /** Said goodbye, not closed yet: the receiver still counts them. */
  closing = 0;
  /** Most connections at once; lowered when the site says "too many". */
  most: number;
  /** No connection is opened before. */
  noDialUntil = 0;
  /** Nobody answers there: its mails are deferred until then. */
  down: { until: number; failure: ConnectFailure } | null = null;
  /** This source has another family of addresses than all of its servers. */
  unsuited: ConnectFailure | null = null;
  /** "Too many" in a row. */
  throttled = 0;
  /** When a mail was last started or a connection begun or got, ms since the epoch. */
  movedAt = 0;
  #rate: Rate | null;
  #pace: { tat: number; holdUntil: number };

  constructor(
    target: { siteId: number; mx: readonly Mx[]; demand: Demand | null },
    most: number,
    perSecond: number | null,
    twin?: Site,
  ) {
    this.id = target.siteId;
    this.mx = target.mx;
    this.demand = target.demand;
    this.most = most;
    this.#twins = twin ? twin.#twins : [];
    this.#twins.push(this);
    this.#pace = twin ? twin.#pace : { tat: 0, holdUntil: 0 };
    this.#rate =
      perSecond === null
        ? null
        : { limit: perSecond, periodMs: 1_000, burst: Math.max(1, Math.floor(perSecond / 5)) };
  }

  /** Where DNS leads now. Whoever nobody answered at is tried anew where it has no host in common with before. */
  lead(mx: readonly Mx[]): void {
    if (this.down === null || mx === this.mx) return;
    if (mx.some(({ host }) => this.mx.some((known) => known.host === host))) return;
    this.mx = mx;
    this.down = null;
  }

  /** Nothing is started before (ms since the epoch); said to one address, it holds for twins too. */
  get holdUntil(): number {
    return this.#pace.holdUntil;
  }

  set holdUntil(until: number) {
    this.#pace.holdUntil = until;
  }

  /** The others of the same site. */
  get twins(): Site[] {
    return this.#twins.filter((one) => one !== this);
  }

  /** Connections that may be added, those of twins counted. */
  get room(): number {
    if (this.#twins.length === 1) return this.most - this.have;
    const most = Math.min(...this.#twins.map((one) => one.most));
    return most - this.#twins.reduce((sum, one) => sum + one.have, 0);
  }

  /** Connections that serve or will. */
  get have(): number {
    return this.idle.length + this.busy.size + this.opening;
  }

  /** All that the receiver may count. */
  get total(): number {
    return this.have + this.closing;
  }

  /** Whether the rate of a small site lets a mail go; without one always. */
  mayStart(now: number): boolean {
    return this.#rate === null || gcra(this.#pace.tat, now, this.#rate).allowed;
  }

  /** When it will, ms from now. */
  waitMs(now: number): number {
    const hold = Math.max(0, this.holdUntil - now);
    return this.#rate === null ? hold : Math.max(hold, gcra(this.#pace.tat, now, this.#rate).retryAfterMs);
  }

  /** Whether all its connections, or those being opened, have been silent for a while. */
  isStuck(now: number): boolean {
    return this.idle.length === 0 && this.busy.size + this.opening > 0 && now - this.movedAt > STUCK_AFTER_MS;
  }

  started(now: number): void {
    this.movedAt = now;
    if (this.#rate) this.#pace.tat = gcra(this.#pace.tat, now, this.#rate).state;
  }
}
