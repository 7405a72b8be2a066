import type { Rate } from "#core/mail/pacing/gcra.ts";
import { gcra } from "#core/mail/pacing/gcra.ts";
import type { Mx } from "#core/mail/site/key.ts";
import type { SmtpConnection } from "./connection.ts";
import type { ConnectFailure } from "./smtp-types.ts";

/** What one lane has with one site: its connections, and what it was told there. */
export class Site {
  readonly id: number;
  readonly mx: readonly Mx[];
  /** The last used at the end. */
  readonly idle: SmtpConnection[] = [];
  readonly busy = new Set<SmtpConnection>();
  opening = 0;
  /** Said goodbye, not closed yet: the receiver still counts them. */
  closing = 0;
  /** Most connections at once; lowered when the site says "too many". */
  most: number;
  /** Nothing is started before (ms since the epoch). */
  holdUntil = 0;
  /** No connection is opened before. */
  noDialUntil = 0;
  /** Nobody answers there: its mails are deferred until then. */
  down: { until: number; failure: ConnectFailure } | null = null;
  /** "Too many" in a row. */
  throttled = 0;
  #rate: Rate | null;
  #tat = 0;

  constructor(id: number, mx: readonly Mx[], most: number, perSecond: number | null) {
    this.id = id;
    this.mx = mx;
    this.most = most;
    this.#rate =
      perSecond === null
        ? null
        : { limit: perSecond, periodMs: 1_000, burst: Math.max(1, Math.floor(perSecond / 5)) };
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
    return this.#rate === null || gcra(this.#tat, now, this.#rate).allowed;
  }

  /** When it will, ms from now. */
  waitMs(now: number): number {
    const hold = Math.max(0, this.holdUntil - now);
    return this.#rate === null ? hold : Math.max(hold, gcra(this.#tat, now, this.#rate).retryAfterMs);
  }

  started(now: number): void {
    if (this.#rate) this.#tat = gcra(this.#tat, now, this.#rate).state;
  }
}
