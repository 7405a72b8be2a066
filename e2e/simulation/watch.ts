import type { Limits } from "#core/mail/provider/types.ts";
import { stepOn } from "#core/mail/warmup/caps.ts";
import type { WarmupState } from "#core/mail/warmup/types.ts";
import { HOUR_MS } from "./types.ts";

/** What the receiver sees of one source, counted its own way: not by the arithmetic of those who send. */
export class Watch {
  readonly violations: string[] = [];
  open = 0;
  readonly #name: string;
  readonly #limits: Limits;
  readonly #starts: Window;
  readonly #dials: Window;
  #hour = -1;
  #day = -1;
  #inHour = 0;
  #beforeHour = 0;

  constructor(name: string, limits: Limits) {
    this.#name = name;
    this.#limits = limits;
    const perSecond = limits.messagesPerSecond;
    const burst = Math.max(1, Math.floor(perSecond / 10));
    this.#starts = new Window(Math.ceil(perSecond) + burst, (1_000 * Math.ceil(perSecond)) / perSecond);
    this.#dials = new Window(limits.connectionsPerMinute + limits.connections, 60_000);
  }

  opened(now: number): void {
    this.open += 1;
    if (this.open > this.#limits.connections) this.#blame(now, `${this.open} connections`);
    if (!this.#dials.add(now)) this.#blame(now, "too many new connections in a minute");
  }

  /** A mail begins, the nth of its connection; `allowed`: connections that a recovery leaves, `until`: of a suspension. */
  started(
    now: number,
    nth: number,
    flying: number,
    allowed: number,
    until: number,
    state: WarmupState | null,
  ): void {
    if (nth > this.#limits.messagesPerConnection) this.#blame(now, `mail ${nth} of a connection`);
    if (!this.#starts.add(now)) this.#blame(now, "too many mails in a second");
    if (flying > allowed) this.#blame(now, `${flying} mails at once where ${allowed} were allowed`);
    if (now < until) this.#blame(now, "a mail while the lane was suspended");
    const hour = Math.floor(now / HOUR_MS);
    const day = Math.floor(hour / 24);
    if (day !== this.#day) [this.#beforeHour, this.#inHour] = [0, 0];
    else if (hour !== this.#hour) [this.#beforeHour, this.#inHour] = [this.#beforeHour + this.#inHour, 0];
    [this.#day, this.#hour] = [day, hour];
    this.#inHour += 1;
    const step = state ? stepOn(state, day) : 0;
    const cap = state?.plan.daily[step];
    if (cap === undefined) return;
    if (this.#beforeHour + this.#inHour > cap) this.#blame(now, `more than the day's cap of ${cap}`);
    const most = Math.min(
      state?.plan.hourly?.[step] ?? Math.ceil(cap / 5),
      Math.ceil((cap - this.#beforeHour) / (24 - (hour % 24))),
    );
    if (this.#inHour > most) this.#blame(now, `more than the hour's cap of ${most}`);
  }

  #blame(now: number, what: string): void {
    if (this.violations.length < 20)
      this.violations.push(`${new Date(now).toISOString()} ${this.#name}: ${what}`);
  }
}

/** The last `most` times: one more within the period is one too many. */
class Window {
  readonly #times: Float64Array;
  readonly #periodMs: number;
  #next = 0;

  constructor(most: number, periodMs: number) {
    this.#times = new Float64Array(most).fill(Number.NEGATIVE_INFINITY);
    this.#periodMs = periodMs;
  }

  add(now: number): boolean {
    const before = this.#times[this.#next] as number;
    this.#times[this.#next] = now;
    this.#next = (this.#next + 1) % this.#times.length;
    return now - before >= this.#periodMs - 0.1;
  }
}
