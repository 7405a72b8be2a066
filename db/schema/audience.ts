import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
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
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { BULK_KINDS, BULK_STATES, type BulkOptions } from "../../core/bulk/types.ts";
import {
  IMPORT_STATES,
  type ImportDryRun,
  type ImportMapping,
  type ImportOptions,
} from "../../core/import/types.ts";
import { CONSENT_KINDS, OPT_INS, SUBSCRIPTION_STATUSES } from "../../core/list/types.ts";
import type { SegmentGroup } from "../../core/segment/types.ts";
import { ATTRIBUTE_TYPES, type Attributes } from "../../core/subscriber/types.ts";
import { SUPPRESSION_REASONS, type SuppressionEvidence } from "../../core/suppression/types.ts";
import { at, bytea } from "./columns.ts";
import { files } from "./files.ts";
import { users, workspaces } from "./people.ts";

export const optIn = pgEnum("opt_in", OPT_INS);
export const subscriptionStatus = pgEnum("subscription_status", SUBSCRIPTION_STATUSES);
export const consentKind = pgEnum("consent_kind", CONSENT_KINDS);
export const attributeType = pgEnum("attribute_type", ATTRIBUTE_TYPES);
export const suppressionReason = pgEnum("suppression_reason", SUPPRESSION_REASONS);
export const importState = pgEnum("import_state", IMPORT_STATES);

/**
 * People of a workspace. No foreign keys here, on subscriptions and on consent events: an import writes millions of
 * these rows, each check costs as much as the row itself, and subscribers are erased, never deleted.
 */
export const subscribers = pgTable(
  "subscribers",
  {
    id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    workspaceId: integer("workspace_id").notNull(),
    /** As typed; identity is `address_key`: local part lower-cased, domain as lower-case A-label. */
    address: text("address").notNull(),
    addressKey: text("address_key").notNull(),
    domain: text("domain").notNull(),
    attributes: jsonb("attributes").$type<Attributes>().notNull().default({}),
    tags: text("tags").array().notNull().default(sql`'{}'::text[]`),
    /** Where the person came from, in words: "Import spring.csv", "Form Footer", "Added by Mara". */
    origin: text("origin").notNull().default(""),
    importId: integer("import_id"),
    formId: integer("form_id"),
    createdAt: at("created_at").notNull().defaultNow(),
    updatedAt: at("updated_at").notNull().defaultNow(),
    lastAcceptedAt: at("last_accepted_at"),
    lastOpenedAt: at("last_opened_at"),
    lastClickedAt: at("last_clicked_at"),
    erasedAt: at("erased_at"),
  },
  (t) => [
    unique("subscribers_address_unique").on(t.workspaceId, t.addressKey),
    // Partial, so that it never stands in for the unique index where a new workspace is not in the statistics yet.
    index("subscribers_newest_idx").on(t.workspaceId, t.id).where(sql`${t.erasedAt} is null`),
    index("subscribers_clicked_idx")
      .on(t.workspaceId, t.lastClickedAt, t.id)
      .where(sql`${t.lastClickedAt} is not null`),
  ],
);

/** What a workspace knows of its subscribers beside the address; made by imports, forms and by hand. */
export const attributes = pgTable(
  "attributes",
  {
    workspaceId: integer("workspace_id")
      .notNull()
      .references(() => workspaces.id, { onDelete: "cascade" }),
    key: text("key").notNull(),
    label: text("label").notNull(),
    type: attributeType("type").notNull().default("text"),
    createdAt: at("created_at").notNull().defaultNow(),
  },
  (t) => [primaryKey({ name: "attributes_pkey", columns: [t.workspaceId, t.key] })],
);

export const lists = pgTable(
  "lists",
  {
    id: integer("id").primaryKey().generatedAlwaysAsIdentity(),
    workspaceId: integer("workspace_id")
      .notNull()
      .references(() => workspaces.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    description: text("description").notNull().default(""),
    optIn: optIn("opt_in").notNull().default("double"),
    /** Shown on the preference page. */
    isPublic: boolean("is_public").notNull().default(true),
    createdAt: at("created_at").notNull().defaultNow(),
    archivedAt: at("archived_at"),
  },
  (t) => [
    uniqueIndex("lists_name_unique")
      .on(t.workspaceId, sql`lower(${t.name})`)
      .where(sql`${t.archivedAt} is null`),
  ],
);

export const subscriptions = pgTable(
  "subscriptions",
  {
    subscriberId: bigint("subscriber_id", { mode: "number" }).notNull(),
    listId: integer("list_id").notNull(),
    workspaceId: integer("workspace_id").notNull(),
    status: subscriptionStatus("status").notNull(),
    createdAt: at("created_at").notNull().defaultNow(),
    confirmedAt: at("confirmed_at"),
    unsubscribedAt: at("unsubscribed_at"),
    /** Confirm mails so far, and the last one: a pending person is asked, reminded once, then left alone. */
    asks: smallint("asks").notNull().default(0),
    askedAt: at("asked_at"),
  },
  (t) => [
    primaryKey({ name: "subscriptions_pkey", columns: [t.subscriberId, t.listId] }),
    index("subscriptions_list_idx").on(t.listId, t.status, t.subscriberId),
  ],
);

/** Append-only proof of what a person agreed to: when, from which IP, by which form and wording. */
export const consentEvents = pgTable(
  "consent_events",
  {
    id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    workspaceId: integer("workspace_id").notNull(),
    subscriberId: bigint("subscriber_id", { mode: "number" }).notNull(),
    listId: integer("list_id"),
    at: at("at").notNull().defaultNow(),
    kind: consentKind("kind").notNull(),
    ip: inet("ip"),
    userAgent: text("user_agent"),
    formId: integer("form_id"),
    wording: text("wording"),
    /** Where it was said: a link of a campaign, the preference page, one-click POST, an import's columns, a person. */
    source: text("source").notNull(),
    campaignId: integer("campaign_id"),
    seq: integer("seq"),
    userId: integer("user_id"),
    details: jsonb("details").$type<Record<string, unknown>>().notNull().default({}),
  },
  (t) => [
    index("consent_events_subscriber_idx").on(t.subscriberId, t.id),
    index("consent_events_at_idx").using("brin", t.at),
    index("consent_events_campaign_idx")
      .on(t.campaignId, t.kind, t.subscriberId)
      .where(sql`${t.campaignId} is not null`),
  ],
);

export const forms = pgTable(
  "forms",
  {
    id: integer("id").primaryKey().generatedAlwaysAsIdentity(),
    /** In the public address `/f/<public_id>`. */
    publicId: text("public_id").notNull(),
    workspaceId: integer("workspace_id")
      .notNull()
      .references(() => workspaces.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    heading: text("heading").notNull(),
    promise: text("promise").notNull().default(""),
    /** The words beside the consent tick, stored with each consent event. */
    wording: text("wording").notNull(),
    buttonLabel: text("button_label").notNull().default("Subscribe"),
    listIds: integer("list_ids").array().notNull(),
    /** Attribute keys that are asked for, in order. */
    fields: text("fields").array().notNull().default(sql`'{}'::text[]`),
    createdAt: at("created_at").notNull().defaultNow(),
    updatedAt: at("updated_at").notNull().defaultNow(),
    closedAt: at("closed_at"),
  },
  (t) => [unique("forms_public_id_unique").on(t.publicId), index("forms_workspace_idx").on(t.workspaceId)],
);

export const segments = pgTable(
  "segments",
  {
    id: integer("id").primaryKey().generatedAlwaysAsIdentity(),
    workspaceId: integer("workspace_id")
      .notNull()
      .references(() => workspaces.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    rule: jsonb("rule").$type<SegmentGroup>().notNull(),
    createdAt: at("created_at").notNull().defaultNow(),
    updatedAt: at("updated_at").notNull().defaultNow(),
    countedAt: at("counted_at"),
    count: integer("count"),
    countMs: integer("count_ms"),
  },
  (t) => [uniqueIndex("segments_name_unique").on(t.workspaceId, sql`lower(${t.name})`)],
);

export const suppressions = pgTable(
  "suppressions",
  {
    id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    /** null: the whole installation (a dead address is dead for everyone). */
    workspaceId: integer("workspace_id").references(() => workspaces.id, { onDelete: "cascade" }),
    address: text("address").notNull(),
    addressKey: text("address_key").notNull(),
    reason: suppressionReason("reason").notNull(),
    evidence: jsonb("evidence").$type<SuppressionEvidence>().notNull(),
    campaignId: integer("campaign_id"),
    seq: integer("seq"),
    createdAt: at("created_at").notNull().defaultNow(),
    liftedAt: at("lifted_at"),
    liftedBy: integer("lifted_by").references(() => users.id, { onDelete: "set null" }),
    liftReason: text("lift_reason"),
  },
  (t) => [
    // One standing suppression a scope and address: the lookup of every claim reads this index.
    uniqueIndex("suppressions_standing_unique")
      .on(t.addressKey, sql`coalesce(${t.workspaceId}, 0)`)
      .where(sql`${t.liftedAt} is null`),
    index("suppressions_workspace_idx").on(t.workspaceId, t.createdAt, t.id),
  ],
);

export const imports = pgTable(
  "imports",
  {
    id: integer("id").primaryKey().generatedAlwaysAsIdentity(),
    workspaceId: integer("workspace_id")
      .notNull()
      .references(() => workspaces.id, { onDelete: "cascade" }),
    fileId: uuid("file_id").references(() => files.id, { onDelete: "set null" }),
    fileName: text("file_name").notNull(),
    state: importState("state").notNull().default("uploading"),
    encoding: text("encoding"),
    delimiter: text("delimiter"),
    hasHeader: boolean("has_header"),
    header: text("header").array(),
    /** The first rows, for mapping and preview. */
    sample: jsonb("sample").$type<string[][]>(),
    mapping: jsonb("mapping").$type<ImportMapping>(),
    options: jsonb("options").$type<ImportOptions>(),
    /** What the mapping of this moment would do with all rows; null: not looked yet. */
    dryRun: jsonb("dry_run").$type<ImportDryRun>(),
    bytesTotal: bigint("bytes_total", { mode: "number" }).notNull().default(0),
    bytesRead: bigint("bytes_read", { mode: "number" }).notNull().default(0),
    rowsRead: integer("rows_read").notNull().default(0),
    created: integer("created").notNull().default(0),
    updated: integer("updated").notNull().default(0),
    unchanged: integer("unchanged").notNull().default(0),
    skipped: integer("skipped").notNull().default(0),
    rejected: integer("rejected").notNull().default(0),
    error: text("error"),
    createdBy: integer("created_by").references(() => users.id, { onDelete: "set null" }),
    createdAt: at("created_at").notNull().defaultNow(),
    startedAt: at("started_at"),
    finishedAt: at("finished_at"),
    updatedAt: at("updated_at").notNull().defaultNow(),
  },
  (t) => [index("imports_workspace_idx").on(t.workspaceId, t.id)],
);

/** Rows of an import that were not taken (rejected) or passed over (skipped), with the reason and the cells as they were. */
export const importRejects = pgTable(
  "import_rejects",
  {
    importId: integer("import_id").notNull(),
    line: integer("line").notNull(),
    kind: text("kind", { enum: ["rejected", "skipped"] }).notNull(),
    reason: text("reason").notNull(),
    cells: text("cells").array().notNull(),
  },
  (t) => [
    primaryKey({ name: "import_rejects_pkey", columns: [t.importId, t.line] }),
    foreignKey({
      name: "import_rejects_import_fk",
      columns: [t.importId],
      foreignColumns: [imports.id],
    }).onDelete("cascade"),
  ],
);

/** One change for many subscribers, run by the worker in chunks of ascending id; `cursor` is the last one done. */
export const bulkActs = pgTable(
  "bulk_acts",
  {
    id: integer("id").primaryKey().generatedAlwaysAsIdentity(),
    workspaceId: integer("workspace_id")
      .notNull()
      .references(() => workspaces.id, { onDelete: "cascade" }),
    kind: text("kind", { enum: BULK_KINDS }).notNull(),
    state: text("state", { enum: BULK_STATES }).notNull().default("queued"),
    options: jsonb("options").$type<BulkOptions>().notNull().default({}),
    /** The query of the page whose people are meant; null: those picked by hand. */
    filter: text("filter"),
    cursor: bigint("cursor", { mode: "number" }).notNull().default(0),
    total: integer("total").notNull().default(0),
    done: integer("done").notNull().default(0),
    changed: integer("changed").notNull().default(0),
    createdBy: integer("created_by").references(() => users.id, { onDelete: "set null" }),
    createdAt: at("created_at").notNull().defaultNow(),
    startedAt: at("started_at"),
    finishedAt: at("finished_at"),
  },
  (t) => [index("bulk_acts_workspace_idx").on(t.workspaceId, t.id)],
);

/** Whom a bulk act is about; once it is through, only those whom it changed stay, so that it can be undone. */
export const bulkActPeople = pgTable(
  "bulk_act_people",
  {
    actId: integer("act_id").notNull(),
    subscriberId: bigint("subscriber_id", { mode: "number" }).notNull(),
    /** Lists whose subscription changed, where it did not begin with the act: negative where the person was pending. */
    lists: integer("lists").array(),
  },
  (t) => [
    primaryKey({ name: "bulk_act_people_pkey", columns: [t.actId, t.subscriberId] }),
    foreignKey({
      name: "bulk_act_people_act_fk",
      columns: [t.actId],
      foreignColumns: [bulkActs.id],
    }).onDelete("cascade"),
  ],
);

/** One-way marks of erased people, so that no import and no person brings them back; their own sign-up does. */
export const erasures = pgTable(
  "erasures",
  {
    workspaceId: integer("workspace_id")
      .notNull()
      .references(() => workspaces.id, { onDelete: "cascade" }),
    mark: bytea("mark").notNull(),
    at: at("at").notNull().defaultNow(),
  },
  (t) => [primaryKey({ name: "erasures_pkey", columns: [t.workspaceId, t.mark] })],
);
