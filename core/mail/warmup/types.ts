/** A table of warm-up: what a cold source may send to one provider on each of its sending days. */
export type WarmupPlan = {
  key: string;
  name: string;
  /** Mails on the first, second, … sending day; whole numbers of 1 and more that never fall. */
  daily: readonly number[];
  /** The most in one hour of each of these days; null where the table has none of its own. */
  hourly: readonly number[] | null;
};

/**
 * How far a source has come with one provider: a row keyed by (source, bucket). Days are UTC day numbers (`dayOf`);
 * as a `date` in SQL: `date '1970-01-01' + day`.
 */
export type WarmupState = {
  plan: WarmupPlan;
  /** Index into the plan by sending days; `plan.daily.length`: graduated, no cap. What holds today is `stepOn`. */
  step: number;
  /** ms since the epoch. */
  startedAt: number;
  /** The last day with enough mail to count; null: none yet. */
  lastSentDay: number | null;
  graduatedDay: number | null;
};

/** What was taken of an allowance: mails reserved, those given back unsent taken off again. */
export type WarmupUse = {
  /** On this UTC day, this hour included. */
  taken: number;
  /** In this UTC hour. */
  takenHour: number;
};

/** What became of a day's attempts: a row of `source_days`. Which reply counts as what is `warmupCount`'s to say. */
export type WarmupCounts = {
  accepted: number;
  /** Refused for now because of us. */
  deferred: number;
  /** Told to come back in some minutes, as every stranger is. */
  greylisted: number;
  /** Refused because of our reputation, for now or for good. */
  blocked: number;
  /** The address is dead. */
  bounced: number;
  /** Heard of on this day, whenever the mail was sent. */
  complaints: number;
};

export const NO_COUNTS: WarmupCounts = {
  accepted: 0,
  deferred: 0,
  greylisted: 0,
  blocked: 0,
  bounced: 0,
  complaints: 0,
};
