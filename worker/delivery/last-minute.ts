/** How many mails a lane saw accepted in the last sixty seconds. */
export class LastMinute {
  readonly #seconds = new Array<number>(60).fill(0);
  #at = 0;

  count(): void {
    this.#turn();
    const second = this.#at % 60;
    this.#seconds[second] = (this.#seconds[second] ?? 0) + 1;
  }

  get sum(): number {
    this.#turn();
    return this.#seconds.reduce((sum, n) => sum + n, 0);
  }

  #turn(): void {
    const now = Math.floor(performance.now() / 1_000);
    for (let at = Math.max(this.#at + 1, now - 59); at <= now; at++) this.#seconds[at % 60] = 0;
    this.#at = now;
  }
}
