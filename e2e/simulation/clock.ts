/** A heap by time; what has the same time comes out in the order in which it went in. */
export class Heap<T> {
  #rows: { at: number; turn: number; value: T }[] = [];
  #turn = 0;

  get size(): number {
    return this.#rows.length;
  }

  get firstAt(): number {
    return this.#rows[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  push(at: number, value: T): void {
    const rows = this.#rows;
    const row = { at, turn: this.#turn++, value };
    let i = rows.push(row) - 1;
    while (i > 0) {
      const up = (i - 1) >> 1;
      if (!isBefore(row, rows[up]!)) break;
      rows[i] = rows[up]!;
      i = up;
    }
    rows[i] = row;
  }

  pop(): T | undefined {
    const rows = this.#rows;
    const first = rows[0];
    const last = rows.pop();
    if (!first || !last) return undefined;
    if (rows.length > 0) this.#sink(last);
    return first.value;
  }

  /** Takes out all that match. */
  drain(matches: (value: T) => boolean): T[] {
    const rows = this.#rows;
    this.#rows = [];
    const out: T[] = [];
    for (const row of rows.toSorted((a, b) => (isBefore(a, b) ? -1 : 1))) {
      if (matches(row.value)) out.push(row.value);
      else this.#rows.push(row);
    }
    return out;
  }

  #sink(row: { at: number; turn: number; value: T }): void {
    const rows = this.#rows;
    let i = 0;
    for (;;) {
      let down = 2 * i + 1;
      if (down >= rows.length) break;
      if (down + 1 < rows.length && isBefore(rows[down + 1]!, rows[down]!)) down++;
      if (!isBefore(rows[down]!, row)) break;
      rows[i] = rows[down]!;
      i = down;
    }
    rows[i] = row;
  }
}

function isBefore(a: { at: number; turn: number }, b: { at: number; turn: number }): boolean {
  return a.at < b.at || (a.at === b.at && a.turn < b.turn);
}

/** Time that goes as fast as the work: from one thing to do to the next. */
export class Clock {
  now: number;
  #agenda = new Heap<() => void>();

  constructor(now: number) {
    this.now = now;
  }

  at(time: number, run: () => void): void {
    this.#agenda.push(Math.max(time, this.now), run);
  }

  /** Until nothing is left to do, `until` is reached, or `isDone` says so (asked once an hour of its time). */
  run(until: number, isDone: () => boolean): void {
    let ask = this.now;
    while (this.#agenda.firstAt <= until) {
      const time = this.#agenda.firstAt;
      if (time >= ask) {
        if (isDone()) return;
        ask = time + 3_600_000;
      }
      this.now = time;
      this.#agenda.pop()?.();
    }
    this.now = until;
  }
}
