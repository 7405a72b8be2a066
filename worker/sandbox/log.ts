import type { MailRecord, Outcome } from "./types.ts";

/** A pair of address and Message-ID of which more than one copy was taken. */
export interface Copies {
  address: string;
  messageId: string;
  copies: number;
}

/** What happened, message by message: the newest `keep` records, and totals that forget nothing. */
export class MailLog {
  #keep: number;
  #records: MailRecord[] = [];
  #outcomes = new Map<string, Map<Outcome, number>>();
  #next = 1;
  #bytes = 0;

  constructor(keep: number) {
    this.#keep = keep;
  }

  add(record: Omit<MailRecord, "id">): MailRecord {
    const whole: MailRecord = { id: this.#next, ...record };
    this.#next += 1;
    this.#bytes += record.bytes;
    let byOutcome = this.#outcomes.get(record.provider);
    if (!byOutcome) {
      byOutcome = new Map();
      this.#outcomes.set(record.provider, byOutcome);
    }
    byOutcome.set(record.outcome, (byOutcome.get(record.outcome) ?? 0) + 1);
    if (this.#keep > 0) {
      this.#records.push(whole);
      // Dropping a tenth at a time keeps the cost of forgetting out of the hot path.
      if (this.#records.length > this.#keep * 1.1) this.#records.splice(0, this.#records.length - this.#keep);
    }
    return whole;
  }

  /** Oldest first, in the order in which turns ended. */
  get records(): readonly MailRecord[] {
    return this.#records;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get outcomes(): Record<string, Partial<Record<Outcome, number>>> {
    return Object.fromEntries(
      [...this.#outcomes].map(([name, counts]) => [name, Object.fromEntries(counts)]),
    );
  }

  total(...wanted: Outcome[]): number {
    let sum = 0;
    for (const counts of this.#outcomes.values()) for (const name of wanted) sum += counts.get(name) ?? 0;
    return sum;
  }

  /** Messages that some address holds more than once, among the records kept. */
  copies(): Copies[] {
    const seen = new Map<string, Copies>();
    for (const { address, messageId, outcome } of this.#records) {
      if (outcome !== "accepted" && outcome !== "dropped-after-dot") continue;
      const key = `${address}\u0000${messageId}`;
      const entry = seen.get(key);
      if (entry) entry.copies += 1;
      else seen.set(key, { address, messageId, copies: 1 });
    }
    return [...seen.values()].filter((entry) => entry.copies > 1);
  }
}

/** Mails of a lane that may be chosen from: if another domain is among the next so many, it could have been its turn. */
const NEAR = 100;

/**
 * Of the mails of each lane, how often two started one after the other for the same domain while mail for another one
 * was near. `laneOf` names the lane of a record; by default one client address and provider.
 */
export function measureRepeats(
  records: readonly MailRecord[],
  laneOf: (record: MailRecord) => string = (record) => `${record.clientIp} ${record.provider}`,
): { starts: number; repeats: number } {
  let repeats = 0;
  const inOrder = records.toSorted((a, b) => a.startedAt - b.startedAt || a.id - b.id);
  for (const lane of Map.groupBy(inOrder, laneOf).values()) {
    for (let i = 1; i < lane.length; i += 1) {
      const { domain } = lane[i] as MailRecord;
      if (lane[i - 1]?.domain !== domain) continue;
      if (lane.slice(i + 1, i + NEAR).some((later) => later.domain !== domain)) repeats += 1;
    }
  }
  return { starts: inOrder.length, repeats };
}
