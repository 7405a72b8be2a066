import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
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
  uniqueIndex,
} from "drizzle-orm/pg-core";
import {
  CAMPAIGN_KINDS,
  CAMPAIGN_STATES,
  type CampaignAudience,
  CONTENT_FORMATS,
  EXCLUSION_REASONS,
  SYSTEM_MAIL_KINDS,
} from "../../core/campaign/types.ts";
import { HIT_CLASSES, HIT_KINDS } from "../../core/hit/types.ts";
import { subscribers } from "./audience.ts";
import { at } from "./columns.ts";
import { users, workspaces } from "./people.ts";

export const campaignState = pgEnum("campaign_state", CAMPAIGN_STATES);
export const campaignKind = pgEnum("campaign_kind", CAMPAIGN_KINDS);
export const contentFormat = pgEnum("content_format", CONTENT_FORMATS);
export const exclusionReason = pgEnum("exclusion_reason", EXCLUSION_REASONS);
export const systemMailKind = pgEnum("system_mail_kind", SYSTEM_MAIL_KINDS);
export const hitKind = pgEnum("hit_kind", HIT_KINDS);
export const hitClass = pgEnum("hit_class", HIT_CLASSES);

/** The domain that signs. The private key is encrypted at rest; `records_found` is what DNS said at the last check. */
export const senderDomains = pgTable(
  "sender_domains",
  {
    id: integer("id").primaryKey().generatedAlwaysAsIdentity(),
    /** null: every workspace may send from it. */
    workspaceId: integer("workspace_id").references(() => workspaces.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    dkimSelector: text("dkim_selector").notNull(),
    dkimPrivateKey: text("dkim_private_key").notNull(),
    dkimPublicKey: text("dkim_public_key").notNull(),
    /** A second key (RFC 8463), where somebody asked for one; it signs from when its record was found. */
    ed25519Selector: text("ed25519_selector"),
    ed25519PrivateKey: text("ed25519_private_key"),
    ed25519PublicKey: text("ed25519_public_key"),
    ed25519FoundAt: at("ed25519_found_at"),
    createdAt: at("created_at").notNull().defaultNow(),
    checkedAt: at("checked_at"),
    /** One entry a record: name, type, expected, found, verdict (ok, missing, different, could-not-ask). */
    checks: jsonb("checks").$type<DomainCheck[]>().notNull().default([]),
  },
  (t) => [uniqueIndex("sender_domains_name_unique").on(t.name)],
);

export type DomainCheck = {
  record: "spf" | "dkim" | "dkim-ed25519" | "dmarc" | "return-path" | "mx";
  name: string;
  type: "TXT" | "MX" | "CNAME" | "A";
  expected: string;
  found: string[];
  verdict: "ok" | "missing" | "different" | "could-not-ask";
};

export const senders = pgTable(
  "senders",
  {
    id: integer("id").primaryKey().generatedAlwaysAsIdentity(),
    workspaceId: integer("workspace_id")
      .notNull()
      .references(() => workspaces.id, { onDelete: "cascade" }),
    senderDomainId: integer("sender_domain_id")
      .notNull()
      .references(() => senderDomains.id),
    name: text("name").notNull(),
    address: text("address").notNull(),
    replyTo: text("reply_to"),
    createdAt: at("created_at").notNull().defaultNow(),
    removedAt: at("removed_at"),
  },
  (t) => [index("senders_workspace_idx").on(t.workspaceId)],
);

export const templates = pgTable(
  "templates",
  {
    id: integer("id").primaryKey().generatedAlwaysAsIdentity(),
    workspaceId: integer("workspace_id")
      .notNull()
      .references(() => workspaces.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    format: contentFormat("format").notNull(),
    document: jsonb("document").$type<unknown>(),
    html: text("html").notNull().default(""),
    text: text("text").notNull().default(""),
    createdAt: at("created_at").notNull().defaultNow(),
    updatedBy: integer("updated_by").references(() => users.id, { onDelete: "set null" }),
    updatedAt: at("updated_at").notNull().defaultNow(),
  },
  (t) => [uniqueIndex("templates_name_unique").on(t.workspaceId, sql`lower(${t.name})`)],
);

export const campaigns = pgTable(
  "campaigns",
  {
    id: integer("id").primaryKey().generatedAlwaysAsIdentity(),
    workspaceId: integer("workspace_id")
      .notNull()
      .references(() => workspaces.id, { onDelete: "cascade" }),
    kind: campaignKind("kind").notNull().default("campaign"),
    /** system campaigns only: the first day of their month, as YYYY-MM. */
    month: text("month"),
    name: text("name").notNull(),
    state: campaignState("state").notNull().default("draft"),
    /** Raised by each save of content, envelope or audience; a save with an older one is refused. */
    revision: integer("revision").notNull().default(1),
    subject: text("subject").notNull().default(""),
    preheader: text("preheader").notNull().default(""),
    senderId: integer("sender_id").references(() => senders.id),
    replyTo: text("reply_to"),
    language: text("language").notNull().default("en"),
    format: contentFormat("format").notNull().default("blocks"),
    /** The editor's document; HTML and text are compiled from it on the server, never taken from the browser. */
    document: jsonb("document").$type<unknown>(),
    html: text("html").notNull().default(""),
    text: text("text").notNull().default(""),
    audience: jsonb("audience")
      .$type<CampaignAudience>()
      .notNull()
      .default({ include: { lists: [], segments: [] }, exclude: { lists: [], segments: [] } }),
    trackOpens: boolean("track_opens").notNull().default(true),
    trackClicks: boolean("track_clicks").notNull().default(true),
    poolId: smallint("pool_id"),
    /** Hours after launch after which the mail is worthless. */
    expireAfterHours: integer("expire_after_hours").notNull().default(72),
    scheduledAt: at("scheduled_at"),
    scheduledBy: integer("scheduled_by").references(() => users.id, { onDelete: "set null" }),
    /** What the review page showed; "send now" asks again when the freeze differs by more than 2 %. Null: goes anyway. */
    expectedAudience: integer("expected_audience"),
    /** What the person typed, where the audience is above the owner's limit. */
    typedAudience: integer("typed_audience"),
    launchedAt: at("launched_at"),
    expiresAt: at("expires_at"),
    /** Why the rest expired before its time: "stopped by Mara". Null: it did not. */
    stopReason: text("stop_reason"),
    finishedAt: at("finished_at"),
    cancelledAt: at("cancelled_at"),
    /** Frozen: how many matched, and how many of them are in the ledger. system: the last `seq` given out. */
    candidates: integer("candidates"),
    audienceSize: integer("audience_size").notNull().default(0),
    /** How many acceptances stand on its people already (`last_accepted_at`). */
    acceptedNoted: integer("accepted_noted").notNull().default(0),
    /** Why the last launch was refused, in words for the review page. */
    launchRefusal: text("launch_refusal"),
    createdBy: integer("created_by").references(() => users.id, { onDelete: "set null" }),
    createdAt: at("created_at").notNull().defaultNow(),
    /** The last save of the draft. */
    updatedBy: integer("updated_by").references(() => users.id, { onDelete: "set null" }),
    updatedAt: at("updated_at").notNull().defaultNow(),
  },
  (t) => [
    index("campaigns_workspace_idx").on(t.workspaceId, t.id),
    uniqueIndex("campaigns_system_month_unique").on(t.workspaceId, t.month).where(sql`${t.kind} = 'system'`),
    index("campaigns_live_idx").on(t.state).where(sql`${t.state} in ('scheduled', 'sending', 'paused')`),
    check("campaigns_expiry", sql`${t.expireAfterHours} between 1 and 720`),
  ],
);

/** Numbered links of a launched campaign: a click link leads to one of these and nowhere else. */
export const campaignLinks = pgTable(
  "campaign_links",
  {
    campaignId: integer("campaign_id")
      .notNull()
      .references(() => campaigns.id, { onDelete: "cascade" }),
    n: smallint("n").notNull(),
    url: text("url").notNull(),
  },
  (t) => [primaryKey({ name: "campaign_links_pkey", columns: [t.campaignId, t.n] })],
);

/** What happened to a campaign, in sentences: by a person, by the mail system, with the reply that caused it. */
export const campaignEvents = pgTable(
  "campaign_events",
  {
    id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    campaignId: integer("campaign_id")
      .notNull()
      .references(() => campaigns.id, { onDelete: "cascade" }),
    at: at("at").notNull().defaultNow(),
    kind: text("kind").notNull(),
    sentence: text("sentence").notNull(),
    reply: text("reply"),
    userId: integer("user_id").references(() => users.id, { onDelete: "set null" }),
  },
  (t) => [index("campaign_events_campaign_idx").on(t.campaignId, t.id)],
);

export const exclusions = pgTable(
  "exclusions",
  {
    campaignId: integer("campaign_id")
      .notNull()
      .references(() => campaigns.id, { onDelete: "cascade" }),
    subscriberId: bigint("subscriber_id", { mode: "number" })
      .notNull()
      .references(() => subscribers.id, { onDelete: "cascade" }),
    reason: exclusionReason("reason").notNull(),
    value: text("value").notNull().default(""),
  },
  (t) => [
    primaryKey({ name: "exclusions_pkey", columns: [t.campaignId, t.subscriberId] }),
    index("exclusions_reason_idx").on(t.campaignId, t.reason, t.subscriberId),
    index("exclusions_subscriber_idx").on(t.subscriberId),
  ],
);

/** The body of one system mail; its ledger row is (campaign_id, seq) of the hidden system campaign. */
export const systemMails = pgTable(
  "system_mails",
  {
    campaignId: integer("campaign_id").notNull(),
    seq: integer("seq").notNull(),
    workspaceId: integer("workspace_id")
      .notNull()
      .references(() => workspaces.id, { onDelete: "cascade" }),
    kind: systemMailKind("kind").notNull(),
    senderId: integer("sender_id")
      .notNull()
      .references(() => senders.id),
    subject: text("subject").notNull(),
    html: text("html").notNull(),
    text: text("text").notNull(),
    replyTo: text("reply_to"),
    /** The subscriber it is about, where there is one (confirm, welcome). */
    subscriberId: bigint("subscriber_id", { mode: "number" }),
    createdAt: at("created_at").notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ name: "system_mails_pkey", columns: [t.campaignId, t.seq] }),
    foreignKey({
      name: "system_mails_campaign_fk",
      columns: [t.campaignId],
      foreignColumns: [campaigns.id],
    }).onDelete("cascade"),
    index("system_mails_subscriber_idx").on(t.subscriberId),
  ],
);

/** An open or a click, classed when it came. */
export const hits = pgTable(
  "hits",
  {
    id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    workspaceId: integer("workspace_id").notNull(),
    campaignId: integer("campaign_id").notNull(),
    seq: integer("seq").notNull(),
    subscriberId: bigint("subscriber_id", { mode: "number" }),
    at: at("at").notNull().defaultNow(),
    kind: hitKind("kind").notNull(),
    class: hitClass("class").notNull(),
    /** Which rule classed it. */
    because: text("because").notNull().default(""),
    link: smallint("link"),
    ip: inet("ip"),
    userAgent: text("user_agent"),
  },
  (t) => [
    index("hits_campaign_idx").on(t.campaignId, t.kind, t.link),
    index("hits_delivery_idx").on(t.campaignId, t.seq, t.at),
    index("hits_subscriber_idx").on(t.subscriberId, t.at),
    foreignKey({
      name: "hits_campaign_fk",
      columns: [t.campaignId],
      foreignColumns: [campaigns.id],
    }).onDelete("cascade"),
  ],
);
