import { sql } from "drizzle-orm";
import type { Db } from "./db.ts";

/** One channel for everything live; the payload is a topic, listeners filter by what they may see. */
export const LIVE_CHANNEL = "live";

export type LiveTopic =
  | `campaign:${number}`
  | `bulk:${number}`
  | `import:${number}`
  | `workspace:${number}`
  | "lanes"
  | "sandbox"
  | "system";

/** Tells open pages that something behind `topic` changed; sent at commit. PostgreSQL folds equal ones of a transaction. */
export async function notifyLive(db: Db, topic: LiveTopic): Promise<void> {
  await db.execute(sql`select pg_notify(${LIVE_CHANNEL}, ${topic})`);
}
