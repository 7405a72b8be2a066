export const SOURCE_KINDS = ["ip", "relay"] as const;
export type SourceKind = (typeof SOURCE_KINDS)[number];

/**
 * `active` sends; `held` was stopped by an administrator, and gives back what it has not begun; `draining` takes nothing
 * new, but finishes what it holds.
 */
export const SOURCE_STATES = ["active", "held", "draining"] as const;
export type SourceState = (typeof SOURCE_STATES)[number];

export const RELAY_TLS = ["starttls", "tls", "none"] as const;
export type RelayTls = (typeof RELAY_TLS)[number];

export const NETWORKS = ["sandbox", "internet"] as const;
export type Network = (typeof NETWORKS)[number];
