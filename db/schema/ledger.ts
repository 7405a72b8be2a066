import { sql } from "drizzle-orm";
import {
  bigint,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  unique,
} from "drizzle-orm/pg-core";
import { LANE_EVENT_KINDS, type LaneEventDetail } from "#core/lane/types.ts";
import { at, bytea, char1 } from "./columns.ts";

/**
 * The ledger: one row per recipient of a campaign, written at the freeze and once per outcome.
 * `seq` is the order of sending. Range-partitioned by campaign_id in SQL; no index but the two keys.
 * Neither this table nor its satellites have foreign keys: a partition is dropped whole.
 */
export const deliveries = pgTable(
  "deliveries",
  {
    campaignId: integer("campaign_id").notNull(),
    seq: integer("seq").notNull(),
    /** null for system mail. */
    subscriberId: bigint("subscriber_id", { mode: "number" }),
    address: text("address").notNull(),
    domain: text("domain").notNull(),
    siteId: integer("site_id").notNull().default(0),
    /** The subscription that counted; gives List-Id. */
    listId: integer("list_id"),
    variant: smallint("variant").notNull().default(0),
    state: char1("state").notNull().default("w"),
    attempts: smallint("attempts").notNull().default(0),
    /** Second and later 250s for the same recipient, known to us. */
    dup: smallint("dup").notNull().default(0),
    firstAt: at("first_at"),
    settledAt: at("settled_at"),
    sourceId: smallint("source_id"),
    code: smallint("code"),
    enhanced: text("enhanced"),
    reply: text("reply"),
    /** Index into VERDICTS, core/mail/reply/types.ts. */
    verdict: smallint("verdict"),
  },
  (t) => [
    primaryKey({ name: "deliveries_pkey", columns: [t.campaignId, t.seq] }),
    unique("deliveries_subscriber_unique").on(t.campaignId, t.subscriberId),
  ],
);

/** A campaign's mail for one bucket that is still ahead: a range of seq and a cursor. */
export const streams = pgTable(
  "streams",
  {
    poolId: smallint("pool_id").notNull(),
    bucket: integer("bucket").notNull(),
    campaignId: integer("campaign_id").notNull(),
    wave: smallint("wave").notNull().default(0),
    class: smallint("class").notNull(),
    /** r running, p paused, c cancelled, e expired */
    state: char1("state").notNull().default("r"),
    workspaceId: integer("workspace_id").notNull(),
    senderDomainId: integer("sender_domain_id").notNull(),
    notBefore: at("not_before"),
    expiresAt: at("expires_at").notNull(),
    firstSeq: integer("first_seq").notNull(),
    nextSeq: integer("next_seq").notNull(),
    lastSeq: integer("last_seq").notNull(),
    servedAt: at("served_at").notNull().default(sql`'-infinity'`),
  },
  (t) => [
    primaryKey({ name: "streams_pkey", columns: [t.poolId, t.bucket, t.campaignId, t.wave] }),
    index("streams_campaign_idx").on(t.campaignId),
  ],
);

/** Recipients whose turn comes at a time of its own: a retry, a hand-back, a system mail. */
export const due = pgTable(
  "due",
  {
    campaignId: integer("campaign_id").notNull(),
    seq: integer("seq").notNull(),
    poolId: smallint("pool_id").notNull(),
    bucket: integer("bucket").notNull(),
    class: smallint("class").notNull(),
    dueAt: at("due_at").notNull(),
    /** Set only while pinned to a source (greylisting). */
    sourceId: smallint("source_id"),
    /** p while its campaign is paused. */
    state: char1("state").notNull().default("r"),
  },
  (t) => [
    primaryKey({ name: "due_pkey", columns: [t.campaignId, t.seq] }),
    index("due_turn_idx").on(t.poolId, t.bucket, t.class, t.dueAt),
  ],
);

/** What a lane has taken and not yet settled: one row a batch and campaign. */
export const claims = pgTable(
  "claims",
  {
    id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    laneId: integer("lane_id").notNull(),
    epoch: integer("epoch").notNull(),
    adopted: smallint("adopted").notNull().default(0),
    campaignId: integer("campaign_id").notNull(),
    /** Where its rows go when they are handed back. */
    poolId: smallint("pool_id").notNull(),
    bucket: integer("bucket").notNull(),
    class: smallint("class").notNull(),
    seqs: integer("seqs").array().notNull(),
    claimedAt: at("claimed_at").notNull().defaultNow(),
    /** Adopted three times and not settled: kept out of sending until a person looks. */
    setAsideAt: at("set_aside_at"),
  },
  (t) => [index("claims_lane_idx").on(t.laneId), index("claims_campaign_idx").on(t.campaignId)],
);

/** Worker processes alive: one lease each, renewed on a connection of its own, judged by the database's clock. */
export const workers = pgTable("workers", {
  id: integer("id").primaryKey().generatedAlwaysAsIdentity(),
  host: text("host").notNull(),
  pid: integer("pid").notNull(),
  startedAt: at("started_at").notNull().defaultNow(),
  leaseUntil: at("lease_until").notNull(),
  /** graphile-worker's ids of this process, unlocked when it is reaped. */
  graphileIds: text("graphile_ids").array().notNull().default(sql`'{}'::text[]`),
  /** What it measured last, as prom-client's JSON. */
  metrics: jsonb("metrics").$type<object[]>(),
});

/** Ends of workers, for the System page. */
export const workerEnds = pgTable("worker_ends", {
  id: integer("id").primaryKey(),
  host: text("host").notNull(),
  pid: integer("pid").notNull(),
  startedAt: at("started_at").notNull(),
  endedAt: at("ended_at").notNull().defaultNow(),
  /** stopped by itself, or found dead and its lanes taken over */
  how: text("how", { enum: ["stopped", "lost"] }).notNull(),
  lanes: integer("lanes").notNull().default(0),
});

/** Source × bucket: the unit of pacing, of one connection set, of suspension. */
export const lanes = pgTable(
  "lanes",
  {
    id: integer("id").primaryKey().generatedAlwaysAsIdentity(),
    sourceId: smallint("source_id").notNull(),
    bucket: integer("bucket").notNull(),
    workerId: integer("worker_id"),
    epoch: integer("epoch").notNull().default(0),
    /** Not woken for campaigns before: its allowance was used up. */
    wakeAt: at("wake_at").notNull().defaultNow(),
    suspendedUntil: at("suspended_until"),
    suspendedReply: text("suspended_reply"),
    /** Whoever holds it for a time; null where the engine suspended it. */
    suspendedBy: integer("suspended_by"),
    /** Held by an administrator; nothing leaves until released. */
    heldAt: at("held_at"),
    heldBy: integer("held_by"),
    /** GCRA: theoretical arrival time of the next message. */
    tat: at("tat"),
    lastReply: text("last_reply"),
    lastCode: smallint("last_code"),
    lastReplyAt: at("last_reply_at"),
    /** Connections open now, as the owner last said. */
    connections: smallint("connections").notNull().default(0),
    /** Accepted in the last minute, as the owner last said. */
    pace: integer("pace").notNull().default(0),
    ranAt: at("ran_at"),
    /** What replies have made of its pace, core/mail/pacing/mood: the next owner goes on with it. */
    mood: jsonb("mood"),
    /** Raised where a person asks something of the lane: its owner gives it up, and begins anew. */
    revision: integer("revision").notNull().default(0),
  },
  (t) => [
    unique("lanes_source_bucket_unique").on(t.sourceId, t.bucket),
    index("lanes_worker_idx").on(t.workerId),
  ],
);

/** What changed how a lane sends; core/delivery/lane-events. */
export const laneEvents = pgTable(
  "lane_events",
  {
    id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    laneId: integer("lane_id").notNull(),
    at: at("at").notNull().defaultNow(),
    kind: text("kind", { enum: LANE_EVENT_KINDS }).notNull(),
    detail: jsonb("detail").$type<LaneEventDetail>(),
    /** What the server had said. */
    reply: text("reply"),
    /** Who did it; null where the engine did. */
    userId: integer("user_id"),
  },
  (t) => [index("lane_events_lane_idx").on(t.laneId, t.at)],
);

/** Tries that did not end in acceptance, with the reply as it was said. */
export const attempts = pgTable(
  "attempts",
  {
    campaignId: integer("campaign_id").notNull(),
    seq: integer("seq").notNull(),
    /** Number of the try, from 1: repeating a settle after a lost commit answer writes no second row. */
    n: smallint("n").notNull(),
    at: at("at").notNull().defaultNow(),
    sourceId: smallint("source_id"),
    bucket: integer("bucket").notNull(),
    code: smallint("code"),
    enhanced: text("enhanced"),
    verdict: smallint("verdict"),
    reply: text("reply"),
    /** When the next try was planned, for a deferral. */
    retryAt: at("retry_at"),
  },
  (t) => [
    primaryKey({ name: "attempts_pkey", columns: [t.campaignId, t.seq, t.n] }),
    index("attempts_lane_idx").on(t.sourceId, t.bucket, t.at),
  ],
);

/** Replies by shape (numbers, addresses and ids masked) per lane and hour. */
export const replyHours = pgTable(
  "reply_hours",
  {
    sourceId: smallint("source_id").notNull(),
    bucket: integer("bucket").notNull(),
    hour: at("hour").notNull(),
    shape: text("shape").notNull(),
    code: smallint("code"),
    verdict: smallint("verdict"),
    n: integer("n").notNull(),
    lastAt: at("last_at").notNull(),
    sample: text("sample").notNull(),
  },
  (t) => [primaryKey({ name: "reply_hours_pkey", columns: [t.sourceId, t.bucket, t.hour, t.shape] })],
);

/**
 * Counts of ledger rows per campaign, bucket, source and state; source 0 = the freeze. Written as deltas old→new of
 * rows that changed, so a single row may be negative: only sums over sources mean something.
 */
export const rollups = pgTable(
  "rollups",
  {
    campaignId: integer("campaign_id").notNull(),
    bucket: integer("bucket").notNull(),
    sourceId: smallint("source_id").notNull().default(0),
    state: char1("state").notNull(),
    n: bigint("n", { mode: "number" }).notNull(),
  },
  (t) => [primaryKey({ name: "rollups_pkey", columns: [t.campaignId, t.bucket, t.sourceId, t.state] })],
);

/** Replies per campaign and minute, for the live report. */
export const campaignMinutes = pgTable(
  "campaign_minutes",
  {
    campaignId: integer("campaign_id").notNull(),
    bucket: integer("bucket").notNull(),
    sourceId: smallint("source_id").notNull(),
    minute: at("minute").notNull(),
    accepted: integer("accepted").notNull().default(0),
    deferred: integer("deferred").notNull().default(0),
    bounced: integer("bounced").notNull().default(0),
  },
  (t) => [
    primaryKey({ name: "campaign_minutes_pkey", columns: [t.campaignId, t.minute, t.bucket, t.sourceId] }),
  ],
);

/** Replies and complaints per lane, sender domain and hour, for the deliverability charts. */
export const deliveryHours = pgTable(
  "delivery_hours",
  {
    sourceId: smallint("source_id").notNull(),
    bucket: integer("bucket").notNull(),
    senderDomainId: integer("sender_domain_id").notNull(),
    hour: at("hour").notNull(),
    accepted: integer("accepted").notNull().default(0),
    deferred: integer("deferred").notNull().default(0),
    bounced: integer("bounced").notNull().default(0),
    uncertain: integer("uncertain").notNull().default(0),
    complained: integer("complained").notNull().default(0),
  },
  (t) => [
    primaryKey({ name: "delivery_hours_pkey", columns: [t.hour, t.bucket, t.sourceId, t.senderDomainId] }),
  ],
);

/** Reports about our mail that came back, matched or not: DSN, ARF, mailto unsubscribe. */
export const reports = pgTable(
  "reports",
  {
    id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    at: at("at").notNull().defaultNow(),
    kind: text("kind").notNull(),
    rcptTo: text("rcpt_to").notNull(),
    remoteIp: text("remote_ip"),
    campaignId: integer("campaign_id"),
    seq: integer("seq"),
    verdict: smallint("verdict"),
    summary: text("summary").notNull().default(""),
    /** The same report handed in twice changes nothing. */
    digest: text("digest").notNull(),
    raw: bytea("raw").notNull(),
    /** Set once its effects are in: taking it again changes nothing. */
    takenAt: at("taken_at"),
  },
  (t) => [
    unique("reports_digest_unique").on(t.digest),
    index("reports_delivery_idx").on(t.campaignId, t.seq),
  ],
);
