/** States of a ledger row, as the single characters that the ledger keeps. */
export const DELIVERY_STATES = {
  w: "waiting",
  d: "deferred",
  a: "accepted",
  b: "bounced",
  s: "suppressed",
  e: "expired",
  x: "uncertain",
  c: "cancelled",
} as const;
export type DeliveryStateCode = keyof typeof DELIVERY_STATES;
export type DeliveryState = (typeof DELIVERY_STATES)[DeliveryStateCode];

/** The classes of mail: a lower number goes first. */
export const CLASS_SYSTEM = 0;
export const CLASS_CAMPAIGN = 5;

/** The lane of a relay serves all buckets: one set of connections, whoever the receiver. */
export const RELAY_BUCKET = 0;
