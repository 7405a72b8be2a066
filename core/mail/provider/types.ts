import type { TlsLevel } from "#core/limit/types.ts";
import type { QuotaLimits } from "#core/mail/pacing/quota.ts";

/** What one source may do at one receiver. Periods are in the names; `null` would mean "no limit" and is not used. */
export type Limits = {
  /** Connections of one lane at the same time. */
  connections: number;
  /** Mails on one connection before it is closed. */
  messagesPerConnection: number;
  messagesPerSecond: number;
  connectionsPerMinute: number;
  /**
   * `required`: never in clear text, whatever the certificate. `verified`: a certificate for the MX host's name too, by
   * an authority that is known. Whether DNS named the right host is the business of DANE and MTA-STS.
   */
  tls: TlsLevel;
  /** An idle connection is closed after this. */
  idleSeconds: number;
  /** In a bucket of many sites: what each single site gets. */
  perSite?: { connections: number; messagesPerSecond: number };
  /** What all lanes together may take, over any number of workers. */
  quotas?: QuotaLimits;
};

export type Provider = {
  /** Also the number of its bucket, 1 to 99. Never used again for another provider. */
  id: number;
  key: string;
  /** The name in charts; two buckets may share one. */
  name: string;
  /** Told apart where two buckets share a name. */
  bucketName: string;
  /** Suffixes of MX hosts, whole labels, without leading dot. */
  mx: readonly string[];
  /** Each customer has MX hosts of its own, so one domain's mail need not stand in another's way. */
  perHost: boolean;
  limits: Partial<Limits>;
  /** Who says so: where the numbers come from, for people. */
  origin: string;
};
