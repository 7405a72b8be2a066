import { bigint, index, integer, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { at, bytea } from "./columns.ts";
import { workspaces } from "./people.ts";

/** Images, uploads, exports. The bytes lie in `file_chunks`, 1 MB each, so that any machine can serve them. */
export const files = pgTable(
  "files",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    workspaceId: integer("workspace_id")
      .notNull()
      .references(() => workspaces.id, { onDelete: "cascade" }),
    /** image: public by its id; upload: read by an import only. */
    kind: text("kind", { enum: ["image", "upload"] }).notNull(),
    name: text("name").notNull(),
    mime: text("mime").notNull(),
    bytes: bigint("bytes", { mode: "number" }).notNull().default(0),
    width: integer("width"),
    height: integer("height"),
    createdBy: integer("created_by"),
    createdAt: at("created_at").notNull().defaultNow(),
  },
  (t) => [index("files_workspace_idx").on(t.workspaceId, t.kind)],
);

export const fileChunks = pgTable(
  "file_chunks",
  {
    fileId: uuid("file_id")
      .notNull()
      .references(() => files.id, { onDelete: "cascade" }),
    n: integer("n").notNull(),
    data: bytea("data").notNull(),
  },
  (t) => [primaryKey({ name: "file_chunks_pkey", columns: [t.fileId, t.n] })],
);
