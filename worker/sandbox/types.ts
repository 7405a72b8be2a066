/** What a receiver allows one client address, as seen from its own side. */
export interface ProviderLimits {
  /** Connections open at once. */
  connections: number;
  /** Messages taken on one connection. */
  messagesPerConnection: number;
  /** Messages a second over a window of two seconds; 0 for no limit. */
  perSecond: number;
}

/** Situations in which a server answers with words of its own. */
export const situations = [
  "unknown",
  "full",
  "overquota",
  "grey",
  "defer",
  "blocked",
  "rate",
  "connections",
  "messages",
  "tls",
] as const;
export type Situation = (typeof situations)[number];

/** How a server says something; `{ip}`, `{address}` and `{host}` are filled in. */
export type Wording = Partial<Record<Situation, string>>;

/** A receiver in the sandbox's world. */
export interface Provider {
  name: string;
  /** Mailbox domains people have at this provider. */
  domains: string[];
  /** MX host names of those domains, most preferred first. */
  mx: string[];
  /** Every host at or below these names belongs to the provider. */
  suffixes: string[];
  /** How many loopback addresses it answers on. */
  addresses: number;
  limits: ProviderLimits;
  wording: Wording;
  requiresTls?: boolean;
  /** Says nothing when the connection has carried enough, and hangs up. */
  closesSilently?: boolean;
  /** Takes no addresses with letters beyond ASCII. */
  lacksUtf8?: boolean;
  /** Refuses for reputation after the message has been read, not at RCPT. */
  judgesContent?: boolean;
  /** Who fetches the images: the reader's own program, or a proxy of the provider. */
  imageAgent?: string;
  /** Fetches images of every message by itself, whether anybody reads it or not. */
  prefetches?: boolean;
  /** A company's gate that follows links before a person sees the message. */
  scans?: boolean;
  /** Takes mail for every domain from clients that log in. */
  relay?: boolean;
  /** Accepts connections and never says a word. */
  mute?: boolean;
}

/** Where mail for a domain goes. */
export type Place =
  | { kind: "mail"; provider: string; site: string; mx: MailExchange[] }
  /** No MX record, mail goes to the domain's own address (RFC 5321 §5.1). */
  | { kind: "implicit"; provider: string; site: string }
  | { kind: "null-mx" }
  | { kind: "missing" }
  | { kind: "servfail" }
  | { kind: "timeout" }
  | { kind: "loop" };

export interface MailExchange {
  preference: number;
  exchange: string;
}

/** A record that somebody outside the sandbox publishes, such as a sender domain's DKIM key. */
export type PublishedRecord =
  | { type: "MX"; data: MailExchange; ttl?: number }
  | { type: "TXT"; data: string; ttl?: number }
  | { type: "TLSA"; data: TlsaRecord; ttl?: number }
  | { type: "A" | "CNAME" | "PTR"; data: string; ttl?: number };

/** A TLSA record (RFC 6698 §2.1), as it goes into a packet. */
export interface TlsaRecord {
  usage: number;
  selector: number;
  matchingType: number;
  certificate: Buffer;
}

/** Asks for records of a name; null when the name is nobody's, [] when it has none of that type. */
export type FindRecords = (name: string, type: string) => Promise<PublishedRecord[] | null>;

/** What became of one recipient's turn at the receiver. */
export const outcomes = [
  "accepted",
  "unknown",
  "full",
  "overquota",
  "grey",
  "defer",
  "blocked",
  "rate",
  "dropped-before-dot",
  "dropped-after-dot",
  "oversize",
] as const;
export type Outcome = (typeof outcomes)[number];

/** One recipient of one transaction. `accepted` and `dropped-after-dot` were taken. */
export interface MailRecord {
  id: number;
  /** Milliseconds since the epoch with their fraction, at MAIL FROM. */
  startedAt: number;
  /** Milliseconds since the epoch, at the reply that decided the outcome. */
  at: number;
  connection: number;
  clientIp: string;
  helo: string;
  tls: boolean;
  /** Version, cipher and the name that the client asked for; null in clear text. */
  encryption: string | null;
  provider: string;
  site: string;
  domain: string;
  address: string;
  mailFrom: string;
  messageId: string;
  subject: string;
  /** Octets as they came over the wire, without the final dot; 0 when no message was sent. */
  bytes: number;
  outcome: Outcome;
  reply: string;
}

/** A message that was taken, with its text where bodies are kept. */
export interface TakenMail extends MailRecord {
  /** The message as the sender wrote it, dots unstuffed; null unless bodies are kept. */
  raw: Buffer | null;
  /** The conversation about this message, one line each; empty unless bodies are kept. */
  transcript: string;
}

export const violationKinds = ["connections", "messages-per-connection", "rate", "protocol"] as const;
export type ViolationKind = (typeof violationKinds)[number];

/** A receiver's limit that a client broke. */
export interface Violation {
  at: number;
  kind: ViolationKind;
  provider: string;
  site: string;
  clientIp: string;
  detail: string;
}

/** Something that the sandbox's people and machines did later about a message. */
export const laterActions = ["dsn", "complain", "open", "prefetch", "click", "scan", "unsubscribe"] as const;
export type LaterAction = (typeof laterActions)[number];

/** Paces and habits; all times in milliseconds. Tests set what they want to see. */
export interface Behaviours {
  /** Natural shares of addresses (or messages) by what they do, 0 to 1. */
  shares: Record<NaturalShare, number>;
  /** Share of small sites that greylist. */
  greylistingSites: number;
  greylistMs: number;
  slowMs: number;
  /** How often a deferring address says no before it says yes. */
  deferTimes: number;
  /** Wait before every reply to the final dot: paces a whole run. */
  paceMs: number;
  /** Shortest and longest wait before each later action. */
  later: Record<LaterAction, [number, number]>;
  /** Limits other than the provider's own, by provider name; `*` for all. */
  limits: Record<string, Partial<ProviderLimits>>;
  /** `enforce` answers as the provider would, `count` only notes it, `off` does neither. */
  limitMode: "enforce" | "count" | "off";
  /** How long one connection too many may overlap with one that is just closing. */
  graceMs: number;
  /** Offer STARTTLS. Off, nobody requires it either. */
  tls: boolean;
  /** Close a connection that has said nothing for so long. */
  idleMs: number;
}

export const naturalShares = [
  "unknown",
  "full",
  "overquota",
  "defer",
  "blocked",
  "slow",
  "dropbefore",
  "dropafter",
  "dsn",
  "complain",
  "open",
  "click",
  "unsubscribe",
  "missingDomain",
  "nullMx",
] as const;
export type NaturalShare = (typeof naturalShares)[number];
