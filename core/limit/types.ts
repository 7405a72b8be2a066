/** What a lane asks of a connection, from lax to strict; `Limits` says what each means. */
export const TLS_LEVELS = ["opportunistic", "required", "verified"] as const;
export type TlsLevel = (typeof TLS_LEVELS)[number];

/** The limits of a lane as one row of fields; those of a single site only in a bucket of many. */
export type LimitValues = {
  connections: number;
  messagesPerConnection: number;
  messagesPerSecond: number;
  connectionsPerMinute: number;
  tls: TlsLevel;
  idleSeconds: number;
  siteConnections?: number;
  siteMessagesPerSecond?: number;
  /** Quotas, in mails; null: none. Of one source in a UTC day, and of all own IP addresses together. */
  perDay?: number | null;
  overallPerHour?: number | null;
  overallPerDay?: number | null;
};

/** What an administrator set; a field that is not in it is as shipped. */
export type LimitChanges = { [Field in keyof LimitValues]?: NonNullable<LimitValues[Field]> };
