export const CAMPAIGN_STATES = ["draft", "scheduled", "sending", "paused", "finished", "cancelled"] as const;
export type CampaignState = (typeof CAMPAIGN_STATES)[number];

/** `system` is the hidden campaign that carries a month's confirm, reset, invitation and test mails. */
export const CAMPAIGN_KINDS = ["campaign", "system"] as const;
export type CampaignKind = (typeof CAMPAIGN_KINDS)[number];

export const CONTENT_FORMATS = ["blocks", "html"] as const;
export type ContentFormat = (typeof CONTENT_FORMATS)[number];

export const SYSTEM_MAIL_KINDS = ["confirm", "welcome", "reset", "invitation", "test", "address"] as const;
export type SystemMailKind = (typeof SYSTEM_MAIL_KINDS)[number];

/** Who a campaign is for: ids of lists and segments of its workspace. */
export type CampaignAudience = {
  include: { lists: number[]; segments: number[] };
  exclude: { lists: number[]; segments: number[] };
};

export const EMPTY_AUDIENCE: CampaignAudience = {
  include: { lists: [], segments: [] },
  exclude: { lists: [], segments: [] },
};

/** Why a candidate was left out at the freeze; `value` of the exclusion says more. */
export const EXCLUSION_REASONS = [
  "unsubscribed",
  "not-confirmed",
  "suppressed",
  "excluded-list",
  "excluded-segment",
  "no-subscription",
] as const;
export type ExclusionReason = (typeof EXCLUSION_REASONS)[number];
