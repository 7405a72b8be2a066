import { sql } from "drizzle-orm";
import {
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
  unique,
  uuid,
} from "drizzle-orm/pg-core";
import type { NetworkCheck } from "../../core/installation/types.ts";
import { NETWORKS } from "../../core/source/types.ts";
import { WORKSPACE_ROLES } from "../../core/user/types.ts";
import { at } from "./columns.ts";

export const workspaceRole = pgEnum("workspace_role", WORKSPACE_ROLES);
export const network = pgEnum("network", NETWORKS);

/** One row: what holds for the whole installation. `reserve` asks `sending_allowed`, no other place does. */
export const installation = pgTable(
  "installation",
  {
    id: smallint("id").primaryKey().default(1),
    network: network("network").notNull().default("sandbox"),
    /** What the sandbox's receivers show, in PEM; new at each of its starts. */
    sandboxCertificate: text("sandbox_certificate"),
    /** What the world said to what has to hold before the sandbox is left; who asked and when an answer was there. */
    networkChecks: jsonb("network_checks").$type<NetworkCheck[]>().notNull().default([]),
    networkAskedAt: at("network_asked_at"),
    networkCheckedAt: at("network_checked_at"),
    sendingAllowed: boolean("sending_allowed").notNull().default(true),
    sendingStoppedAt: at("sending_stopped_at"),
    sendingStoppedBy: integer("sending_stopped_by"),
    /** Cluster, database and table; another one than where the row is: restored from a dump, or a copy. */
    home: text("home"),
    /** How often that was noticed. */
    restores: integer("restores").notNull().default(0),
    /** The last thing known to have happened before; null once an administrator has allowed sending. */
    restoredFrom: at("restored_from"),
    createdAt: at("created_at").notNull().defaultNow(),
  },
  (t) => [check("installation_one_row", sql`${t.id} = 1`)],
);

export const users = pgTable(
  "users",
  {
    id: integer("id").primaryKey().generatedAlwaysAsIdentity(),
    address: text("address").notNull(),
    addressKey: text("address_key").notNull(),
    name: text("name").notNull(),
    passwordHash: text("password_hash").notNull(),
    isAdministrator: boolean("is_administrator").notNull().default(false),
    createdAt: at("created_at").notNull().defaultNow(),
    disabledAt: at("disabled_at"),
    lastSeenAt: at("last_seen_at"),
  },
  (t) => [unique("users_address_key_unique").on(t.addressKey)],
);

export const sessions = pgTable(
  "sessions",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    userId: integer("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    createdAt: at("created_at").notNull().defaultNow(),
    lastSeenAt: at("last_seen_at").notNull().defaultNow(),
    expiresAt: at("expires_at").notNull(),
    revokedAt: at("revoked_at"),
    ip: inet("ip"),
    userAgent: text("user_agent"),
  },
  (t) => [index("sessions_user_idx").on(t.userId)],
);

export const workspaces = pgTable(
  "workspaces",
  {
    id: integer("id").primaryKey().generatedAlwaysAsIdentity(),
    slug: text("slug").notNull(),
    name: text("name").notNull(),
    logoFileId: uuid("logo_file_id"),
    brandColor: text("brand_color").notNull().default("#2a4a9c"),
    postalAddress: text("postal_address").notNull().default(""),
    timeZone: text("time_zone").notNull().default("UTC"),
    defaultSenderId: integer("default_sender_id"),
    poolId: smallint("pool_id"),
    /** For confirmations and other system mail; null: as for campaigns. */
    systemPoolId: smallint("system_pool_id"),
    trackOpens: boolean("track_opens").notNull().default(true),
    trackClicks: boolean("track_clicks").notNull().default(true),
    /** Seconds between "send now" and the freeze, in which it can be taken back. */
    takeBackSeconds: smallint("take_back_seconds").notNull().default(20),
    /** Above this audience, Send asks for the number to be typed; null = never. */
    typeNumberAbove: integer("type_number_above"),
    /** Where nobody knows whether a campaign's mail arrived: sent once more, so that somebody may get two. */
    repeatUncertain: boolean("repeat_uncertain").notNull().default(false),
    createdAt: at("created_at").notNull().defaultNow(),
  },
  (t) => [
    unique("workspaces_slug_unique").on(t.slug),
    check("workspaces_take_back", sql`${t.takeBackSeconds} between 0 and 300`),
  ],
);

export const memberships = pgTable(
  "memberships",
  {
    workspaceId: integer("workspace_id")
      .notNull()
      .references(() => workspaces.id, { onDelete: "cascade" }),
    userId: integer("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    role: workspaceRole("role").notNull(),
    createdAt: at("created_at").notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ name: "memberships_pkey", columns: [t.workspaceId, t.userId] }),
    index("memberships_user_idx").on(t.userId),
  ],
);

/** An invitation to a workspace (with a role) or to the installation as administrator (no workspace). */
export const invitations = pgTable(
  "invitations",
  {
    id: integer("id").primaryKey().generatedAlwaysAsIdentity(),
    workspaceId: integer("workspace_id").references(() => workspaces.id, { onDelete: "cascade" }),
    role: workspaceRole("role"),
    asAdministrator: boolean("as_administrator").notNull().default(false),
    address: text("address").notNull(),
    addressKey: text("address_key").notNull(),
    tokenHash: text("token_hash").notNull(),
    invitedBy: integer("invited_by").references(() => users.id, { onDelete: "set null" }),
    createdAt: at("created_at").notNull().defaultNow(),
    expiresAt: at("expires_at").notNull(),
    acceptedAt: at("accepted_at"),
    revokedAt: at("revoked_at"),
  },
  (t) => [
    unique("invitations_token_unique").on(t.tokenHash),
    index("invitations_workspace_idx").on(t.workspaceId),
  ],
);

export const passwordResets = pgTable(
  "password_resets",
  {
    id: integer("id").primaryKey().generatedAlwaysAsIdentity(),
    userId: integer("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    tokenHash: text("token_hash").notNull(),
    createdAt: at("created_at").notNull().defaultNow(),
    expiresAt: at("expires_at").notNull(),
    usedAt: at("used_at"),
  },
  (t) => [unique("password_resets_token_unique").on(t.tokenHash)],
);

/** One row a limited key (log-in per address and IP, forms, …): GCRA's theoretical arrival time. */
export const rateLimits = pgTable("rate_limits", {
  key: text("key").primaryKey(),
  tat: at("tat").notNull(),
});

/** Who changed what: written in the transaction that made the change. */
export const auditEvents = pgTable(
  "audit_events",
  {
    id: integer("id").primaryKey().generatedAlwaysAsIdentity(),
    at: at("at").notNull().defaultNow(),
    workspaceId: integer("workspace_id"),
    userId: integer("user_id"),
    action: text("action").notNull(),
    target: text("target").notNull().default(""),
    details: jsonb("details").$type<Record<string, unknown>>().notNull().default({}),
    ip: inet("ip"),
  },
  (t) => [
    index("audit_events_workspace_idx").on(t.workspaceId, t.id),
    foreignKey({
      name: "audit_events_workspace_fk",
      columns: [t.workspaceId],
      foreignColumns: [workspaces.id],
    }).onDelete("cascade"),
    foreignKey({ name: "audit_events_user_fk", columns: [t.userId], foreignColumns: [users.id] }).onDelete(
      "set null",
    ),
  ],
);
