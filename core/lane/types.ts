/** What may change how a lane sends. The last five are what people did. */
export const LANE_EVENT_KINDS = [
  "slowed",
  "raised",
  "suspended",
  "source-suspended",
  "climbing",
  "recovered",
  "site-held",
  "sender-held",
  "held",
  "released",
  "held-until",
  "full-pace",
  "limits",
] as const;
export type LaneEventKind = (typeof LANE_EVENT_KINDS)[number];

/** What a lane may do at once and in a second. */
export type LanePace = { connections: number; messagesPerConnection: number; messagesPerSecond: number };

export type LaneEventDetail = {
  /** slowed, raised */
  before?: LanePace;
  after?: LanePace;
  /** suspended, site-held, sender-held, held-until: ms since the epoch. */
  until?: number;
  siteId?: number;
  senderDomainId?: number;
  /** limits: "connections 5 to 1", for each that was changed. */
  limits?: string[];
};
