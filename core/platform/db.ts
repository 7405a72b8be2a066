import type { PostgresJsDatabase } from "drizzle-orm/postgres-js";
import type * as schema from "#db/schema/index.ts";

/** A database handle or an open transaction: verbs do not care which. */
export type Db = Pick<
  PostgresJsDatabase<typeof schema>,
  | "select"
  | "selectDistinct"
  | "selectDistinctOn"
  | "insert"
  | "update"
  | "delete"
  | "execute"
  | "transaction"
  | "with"
  | "$count"
>;

/** Runs `work` in a transaction; inside one already, in a savepoint of it. */
export function withTransaction<C extends { db: Db }, T>(ctx: C, work: (ctx: C) => Promise<T>): Promise<T> {
  return ctx.db.transaction((tx) => work({ ...ctx, db: tx }));
}
