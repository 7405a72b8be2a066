export const OPT_INS = ["single", "double"] as const;
export type OptIn = (typeof OPT_INS)[number];

export const SUBSCRIPTION_STATUSES = ["pending", "confirmed", "unsubscribed"] as const;
export type SubscriptionStatus = (typeof SUBSCRIPTION_STATUSES)[number];

/** Kinds of consent events; append-only, one row each. */
export const CONSENT_KINDS = [
  "signed-up",
  "confirmed",
  "imported",
  "added",
  "unsubscribed",
  "resubscribed",
  "address-changed",
  "erased",
] as const;
export type ConsentKind = (typeof CONSENT_KINDS)[number];
