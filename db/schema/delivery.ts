import { sql } from "drizzle-orm";
import {
  boolean,
  check,
  doublePrecision,
  foreignKey,
  index,
  inet,
  integer,
  jsonb,
  pgEnum,
  pgTable,
  primaryKey,
  smallint,
  text,
  unique,
} from "drizzle-orm/pg-core";
import { OVERFLOWS } from "#core/warmup/types.ts";
import { STS_MODES, type Tlsa } from "../../core/domain/types.ts";
import { TLS_LEVELS } from "../../core/limit/types.ts";
import { RELAY_TLS, SOURCE_KINDS, SOURCE_STATES } from "../../core/source/types.ts";
import { at, bytea } from "./columns.ts";
import { users } from "./people.ts";

export const sourceKind = pgEnum("source_kind", SOURCE_KINDS);
export const sourceState = pgEnum("source_state", SOURCE_STATES);
export const relayTls = pgEnum("relay_tls", RELAY_TLS);

/** Where mail leaves: a local IP address direct to MX, or a relay. */
export const sources = pgTable(
  "sources",
  {
    id: smallint("id").primaryKey().generatedAlwaysAsIdentity(),
    name: text("name").notNull(),
    kind: sourceKind("kind").notNull(),
    state: sourceState("state").notNull().default("active"),
    /** Since when and by whom it does not send: held or draining. */
    heldAt: at("held_at"),
    heldBy: integer("held_by"),
    /** kind ip: the local address that connections leave from, and the name said in EHLO. */
    ip: inet("ip"),
    heloName: text("helo_name").notNull(),
    /** kind relay */
    host: text("host"),
    port: integer("port"),
    tls: relayTls("tls").notNull().default("starttls"),
    username: text("username"),
    /** Encrypted at rest. */
    password: text("password"),
    /** The certificates that are believed instead of public authorities, in PEM: self-signed relays. */
    certificate: text("certificate"),
    maxConnections: smallint("max_connections"),
    messagesPerMinute: integer("messages_per_minute"),
    /** Quotas over all that a relay takes; days are UTC. */
    messagesPerHour: integer("messages_per_hour"),
    messagesPerDay: integer("messages_per_day"),
    /** Receivers that it sends nothing to: providers by bucket, `SMALL_SITES` for all others. */
    avoids: integer("avoids").array().notNull().default([]),
    /** Several receivers said that it is on a public block list: nothing leaves by it before. */
    suspendedUntil: at("suspended_until"),
    suspendedReply: text("suspended_reply"),
    /** Goes up with every change of the settings: lanes at work begin anew. */
    revision: integer("revision").notNull().default(1),
    createdAt: at("created_at").notNull().defaultNow(),
    removedAt: at("removed_at"),
  },
  (t) => [unique("sources_name_unique").on(t.name)],
);

/** Sites that refused a source as listed in public, and when last. */
export const sourceSigns = pgTable(
  "source_signs",
  {
    sourceId: smallint("source_id")
      .notNull()
      .references(() => sources.id, { onDelete: "cascade" }),
    siteId: integer("site_id").notNull(),
    at: at("at").notNull().defaultNow(),
    reply: text("reply").notNull(),
  },
  (t) => [primaryKey({ name: "source_signs_pkey", columns: [t.sourceId, t.siteId] })],
);

export const pools = pgTable(
  "pools",
  {
    id: smallint("id").primaryKey().generatedAlwaysAsIdentity(),
    name: text("name").notNull(),
    isDefault: boolean("is_default").notNull().default(false),
    /** What becomes of mail that its cold sources cannot take today: others take it at once, or it waits. */
    overflow: text("overflow", { enum: OVERFLOWS }).notNull().default("warm"),
    /** Carries its mail while none of its own sources can, after so long. */
    fallbackSourceId: smallint("fallback_source_id").references(() => sources.id, { onDelete: "set null" }),
    fallbackMinutes: integer("fallback_minutes").notNull().default(15),
    createdAt: at("created_at").notNull().defaultNow(),
  },
  (t) => [
    unique("pools_name_unique").on(t.name),
    check("pools_fallback_minutes", sql`${t.fallbackMinutes} between 0 and 1440`),
  ],
);

/** Buckets in which mail of a pool waits and none of its own sources can carry it; opened: the fallback does. */
export const poolFallbacks = pgTable(
  "pool_fallbacks",
  {
    poolId: smallint("pool_id")
      .notNull()
      .references(() => pools.id, { onDelete: "cascade" }),
    bucket: integer("bucket").notNull(),
    since: at("since").notNull().defaultNow(),
    openedAt: at("opened_at"),
    /** Since when its own sources carry it again; kept as long as the pool's wait, so that it need not wait anew. */
    ableSince: at("able_since"),
  },
  (t) => [primaryKey({ name: "pool_fallbacks_pkey", columns: [t.poolId, t.bucket] })],
);

export const poolSources = pgTable(
  "pool_sources",
  {
    poolId: smallint("pool_id")
      .notNull()
      .references(() => pools.id, { onDelete: "cascade" }),
    sourceId: smallint("source_id")
      .notNull()
      .references(() => sources.id, { onDelete: "cascade" }),
    /** Its part of the pool's mail beside the others', 1 to 100; equal weights: each takes as fast as it can. */
    weight: smallint("weight").notNull().default(1),
  },
  (t) => [
    primaryKey({ name: "pool_sources_pkey", columns: [t.poolId, t.sourceId] }),
    check("pool_sources_weight", sql`${t.weight} between 1 and 100`),
  ],
);

/** What each source took of late, in pools where weights differ; see core/delivery/weights.ts. */
export const poolShares = pgTable(
  "pool_shares",
  {
    poolId: smallint("pool_id").notNull(),
    bucket: integer("bucket").notNull(),
    sourceId: smallint("source_id").notNull(),
    taken: doublePrecision("taken").notNull(),
    takenAt: at("taken_at").notNull(),
  },
  (t) => [primaryKey({ name: "pool_shares_pkey", columns: [t.poolId, t.bucket, t.sourceId] })],
);

/** Domains behind the same mail servers. `name` is the readable MX rollup; 0 is never used as id. */
export const sites = pgTable(
  "sites",
  {
    id: integer("id").primaryKey().generatedAlwaysAsIdentity(),
    name: text("name").notNull(),
    /** Provider's bucket number, core/mail/provider; null: not one we know by name. */
    providerId: smallint("provider_id"),
    createdAt: at("created_at").notNull().defaultNow(),
  },
  (t) => [unique("sites_name_unique").on(t.name)],
);

/** What DNS said of a recipient domain, with its TTL; the cache that all workers share. */
export const domains = pgTable(
  "domains",
  {
    name: text("name").primaryKey(),
    siteId: integer("site_id"),
    /** Hosts in order of preference, as {host, preference}. */
    mx: jsonb("mx").$type<{ host: string; preference: number }[]>().notNull().default([]),
    /** DNSSEC proves the MX records. */
    isSigned: boolean("is_signed").notNull().default(false),
    /** unknown: seen in an import, not asked yet; ok, null-mx, no-domain (NXDOMAIN), no-servers; temporary: asked again soon. */
    status: text("status", {
      enum: ["unknown", "ok", "null-mx", "no-domain", "no-servers", "temporary"],
    }).notNull(),
    error: text("error"),
    resolvedAt: at("resolved_at"),
    expiresAt: at("expires_at").notNull().defaultNow(),
  },
  (t) => [index("domains_expires_idx").on(t.expiresAt)],
);

/** What DNS proves about the certificates of MX hosts (DANE, RFC 7672), as it was last seen; the engine asks anew. */
export const daneHosts = pgTable("dane_hosts", {
  host: text("host").primaryKey(),
  records: jsonb("records").$type<Tlsa[]>().notNull().default([]),
  /** Whether one of the records can be used; else mail has to be encrypted, whoever answers. */
  isUsable: boolean("is_usable").notNull(),
  /** Since when these records. */
  since: at("since").notNull().defaultNow(),
  checkedAt: at("checked_at").notNull().defaultNow(),
  error: text("error"),
});

/** MTA-STS policies of recipient domains (RFC 8461); kept until they end, whatever happens to their source. */
export const stsPolicies = pgTable("sts_policies", {
  domain: text("domain").primaryKey(),
  /** Of the TXT record that the policy was fetched for. */
  id: text("id").notNull(),
  /** null: one is announced, but it could not be read; mail goes as if there were none. */
  mode: text("mode", { enum: STS_MODES }),
  /** Patterns of MX hosts. */
  mx: jsonb("mx").$type<string[]>().notNull().default([]),
  /** Seconds. */
  maxAge: integer("max_age"),
  fetchedAt: at("fetched_at"),
  expiresAt: at("expires_at"),
  /** Since when it says what it says. */
  since: at("since").notNull().defaultNow(),
  checkedAt: at("checked_at").notNull().defaultNow(),
  /** Why the last look did not get it. */
  error: text("error"),
});

/** One tail site suspended for one source: its rows wait in `due` until then. */
export const siteHolds = pgTable(
  "site_holds",
  {
    sourceId: smallint("source_id").notNull(),
    siteId: integer("site_id").notNull(),
    until: at("until").notNull(),
    reply: text("reply"),
  },
  (t) => [primaryKey({ name: "site_holds_pkey", columns: [t.sourceId, t.siteId] })],
);

/** One sender domain suspended in one bucket, whatever the source: receivers have quotas by DKIM and SPF domain too. */
export const senderHolds = pgTable(
  "sender_holds",
  {
    senderDomainId: integer("sender_domain_id").notNull(),
    bucket: integer("bucket").notNull(),
    until: at("until").notNull(),
    reply: text("reply"),
  },
  (t) => [primaryKey({ name: "sender_holds_pkey", columns: [t.senderDomainId, t.bucket] })],
);

/** What administrators changed of the shipped limits of a lane; null is as shipped. Keys: core/mail/provider/limit-sets. */
export const limitChanges = pgTable(
  "limit_changes",
  {
    key: text("key").primaryKey(),
    /** Goes up with every change, and never down: lanes at work begin anew, and a page that is older is refused. */
    revision: integer("revision").notNull().default(1),
    connections: smallint("connections"),
    messagesPerConnection: integer("messages_per_connection"),
    messagesPerSecond: doublePrecision("messages_per_second"),
    connectionsPerMinute: integer("connections_per_minute"),
    tls: text("tls", { enum: TLS_LEVELS }),
    idleSeconds: integer("idle_seconds"),
    siteConnections: smallint("site_connections"),
    siteMessagesPerSecond: doublePrecision("site_messages_per_second"),
    perDay: integer("per_day"),
    overallPerHour: integer("overall_per_hour"),
    overallPerDay: integer("overall_per_day"),
    changedAt: at("changed_at").notNull().defaultNow(),
    changedBy: integer("changed_by"),
  },
  (t) => [
    foreignKey({
      name: "limit_changes_changed_by_fk",
      columns: [t.changedBy],
      foreignColumns: [users.id],
    }).onDelete("set null"),
    check(
      "limit_changes_above_zero",
      sql`${t.connections} >= 1 and ${t.messagesPerConnection} >= 1 and ${t.messagesPerSecond} > 0 and ${t.connectionsPerMinute} >= 1
        and ${t.idleSeconds} >= 1 and ${t.siteConnections} >= 1 and ${t.siteMessagesPerSecond} > 0`,
    ),
    check(
      "limit_changes_quotas",
      sql`${t.perDay} >= 1 and ${t.overallPerHour} >= 1 and ${t.overallPerDay} >= 1`,
    ),
    check("limit_changes_tls", sql`${t.tls} in ('opportunistic', 'required', 'verified')`),
  ],
);

/** Mails that the sandbox's receivers took: the last 5,000 with their content. */
export const sandboxMails = pgTable(
  "sandbox_mails",
  {
    id: integer("id").primaryKey().generatedAlwaysAsIdentity(),
    at: at("at").notNull().defaultNow(),
    provider: text("provider").notNull(),
    clientIp: text("client_ip").notNull(),
    mailFrom: text("mail_from").notNull(),
    rcptTo: text("rcpt_to").notNull(),
    messageId: text("message_id"),
    subject: text("subject"),
    size: integer("size").notNull(),
    raw: bytea("raw").notNull(),
    transcript: text("transcript").notNull().default(""),
    /** Version, cipher and the name that was asked for; null in clear text. */
    encryption: text("encryption"),
    /** mailauth's results: {spf, dkim, dmarc} with their details. */
    authentication: jsonb("authentication").$type<Record<string, unknown>>(),
    /** accepted, dropped-after (taken, but the sender never heard so) */
    outcome: text("outcome").notNull().default("accepted"),
    dsnSentAt: at("dsn_sent_at"),
    complainedAt: at("complained_at"),
  },
  (t) => [
    index("sandbox_mails_rcpt_idx").on(t.rcptTo, t.id),
    index("sandbox_mails_message_id_idx").on(t.messageId),
  ],
);

/** What all lanes together took of a quota: of one source or all (0), at one bucket or over all of a relay (0). */
export const quotas = pgTable(
  "quotas",
  {
    bucket: integer("bucket").notNull(),
    sourceId: smallint("source_id").notNull(),
    /** UTC, days since 1970; `taken` counts on it. */
    day: integer("day").notNull().default(0),
    taken: integer("taken").notNull().default(0),
    /** GCRA state of the hourly rate, ms since the epoch. */
    tat: doublePrecision("tat").notNull().default(0),
  },
  (t) => [primaryKey({ name: "quotas_pkey", columns: [t.bucket, t.sourceId] })],
);

/** One SMTP conversation that an administrator asked for, line by line. */
export const sourceTests = pgTable(
  "source_tests",
  {
    id: integer("id").primaryKey().generatedAlwaysAsIdentity(),
    sourceId: smallint("source_id")
      .notNull()
      .references(() => sources.id, { onDelete: "cascade" }),
    recipient: text("recipient").notNull(),
    requestedBy: integer("requested_by"),
    createdAt: at("created_at").notNull().defaultNow(),
    finishedAt: at("finished_at"),
    /** How it went, in a sentence. */
    result: text("result"),
    ok: boolean("ok"),
    /** The certificate that was shown and not believed, in PEM. */
    certificate: text("certificate"),
    transcript: text("transcript").notNull().default(""),
  },
  (t) => [index("source_tests_source_idx").on(t.sourceId, t.id)],
);
