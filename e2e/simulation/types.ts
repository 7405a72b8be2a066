import type { ProviderKey } from "#core/mail/provider/providers.ts";
import type { Limits } from "#core/mail/provider/types.ts";
import type { WarmupPlan } from "#core/mail/warmup/types.ts";

/** How a receiver treats those it hears from. */
export type Habits = {
  provider: ProviderKey;
  /** What we keep to there, where it is not what ships. */
  limits?: Partial<Limits>;
  /** Mails a day that it takes from a source of which it knows nothing. */
  coldPerDay: number;
  /** Beyond that, so many times the best of the last days. */
  growth: number;
  /** More of one source in a minute are told to slow down. */
  perMinute: number;
  greylists: boolean;
  /** Days on which it trusts a source half as much, as a share of all days. */
  moody: number;
  /** Shares of mails: address dead, mailbox full, busy, connection lost after the dot; of accepted ones: complaint. */
  dead: number;
  full: number;
  busy: number;
  lost: number;
  complains: number;
};

export type CampaignPlan = {
  launchAt: number;
  expiresAt: number;
  recipients: Partial<Record<ProviderKey, number>>;
};

export type Scenario = {
  seed: number;
  startAt: number;
  /** Ends the run, whatever is left. */
  days: number;
  /** A plan for each source that is cold; null: warm. */
  sources: readonly (WarmupPlan | null)[];
  receivers: readonly Habits[];
  campaigns: readonly CampaignPlan[];
};

export const STATES = ["waiting", "deferred", "accepted", "bounced", "expired", "uncertain"] as const;
export type State = (typeof STATES)[number];
export type FinalState = Exclude<State, "waiting" | "deferred">;

export type Campaign = {
  id: number;
  launchAt: number;
  expiresAt: number;
  size: number;
  /** By seq: index into STATES, attempts, time of the first attempt, copies that a receiver has accepted. */
  state: Uint8Array;
  attempts: Uint8Array;
  firstAt: Float64Array;
  copies: Uint8Array;
  left: number;
  finishedAt: number | null;
};

/** A recipient in a lane's hands, with the hour whose allowance it has taken. */
export type Item = { campaign: Campaign; seq: number; bucket: number; hour: number };

export const HOUR_MS = 3_600_000;
