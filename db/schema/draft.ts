import { boolean, foreignKey, integer, jsonb, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { campaigns, contentFormat } from "./campaign.ts";
import { at } from "./columns.ts";
import { users } from "./people.ts";

/** What a save of a draft replaced: subject, preview text and content as they were until then. */
export const campaignVersions = pgTable(
  "campaign_versions",
  {
    campaignId: integer("campaign_id").notNull(),
    revision: integer("revision").notNull(),
    /** When it was written, and by whom. */
    at: at("at").notNull(),
    userId: integer("user_id").references(() => users.id, { onDelete: "set null" }),
    subject: text("subject").notNull(),
    preheader: text("preheader").notNull(),
    format: contentFormat("format").notNull(),
    document: jsonb("document").$type<unknown>(),
    html: text("html").notNull(),
  },
  (t) => [
    primaryKey({ name: "campaign_versions_pkey", columns: [t.campaignId, t.revision] }),
    foreignKey({
      name: "campaign_versions_campaign_fk",
      columns: [t.campaignId],
      foreignColumns: [campaigns.id],
    }).onDelete("cascade"),
  ],
);

/** Open editors of a draft, one row a tab; gone when the tab was not heard of for a while. Unlogged. */
export const campaignEditors = pgTable(
  "campaign_editors",
  {
    campaignId: integer("campaign_id").notNull(),
    tab: text("tab").notNull(),
    userId: integer("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    /** False: may only read. */
    mayWrite: boolean("may_write").notNull(),
    seenAt: at("seen_at").notNull().defaultNow(),
  },
  (t) => [primaryKey({ name: "campaign_editors_pkey", columns: [t.campaignId, t.tab] })],
);
