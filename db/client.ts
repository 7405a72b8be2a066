import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import * as schema from "#db/schema/index.ts";
import { ARRAY_TYPES } from "./array-types.ts";
import { guardTransactions } from "./guard-transactions.ts";
import { renewingPool } from "./renewing-pool.ts";

export type Schema = typeof schema;
export type Db = PostgresJsDatabase<Schema>;
/** A drizzle transaction; verbs take `Db | Tx`. */
export type Tx = Parameters<Parameters<Db["transaction"]>[0]>[0];
export type Sql = postgres.Sql;

export interface DbOptions {
  /** Connections at most, for each of `db` and `sql`; opened when first needed. */
  max?: number;
  /** Shown in pg_stat_activity. */
  applicationName?: string;
  /** Ends statements that run longer; without it there is no limit. */
  statementTimeoutMs?: number;
  /** A transaction whose client says nothing for so long is ended, and its locks with it; 300 s unless said. */
  idleInTransactionMs?: number;
  /** How long work may go on that began before a connection of its pool was lost; 30 minutes unless said. */
  graceMs?: number;
}

/**
 * How long a connection waits before it dials again, seconds, after `failures` in a row over the whole pool. postgres.js
 * would wait up to 20 s, and counts the failures of all connections together: after a restart of the server a worker
 * stood still for most of a minute.
 */
export function reconnectDelay(failures: number, random = Math.random()): number {
  return Math.min(1, 0.05 * 2 ** failures) * (0.5 + random / 2);
}

/**
 * Two pools on one database: `db` for drizzle, `sql` for postgres.js by hand.
 * They are apart because drizzle switches off the parsing of dates and JSON on the client that it gets:
 * in `sql`, dates are Date and JSON is given and read as objects (`sql.json(value)`).
 */
export function makeDb(url: string, options: DbOptions = {}): { db: Db; sql: Sql; end(): Promise<void> } {
  const connection: postgres.Options<Record<string, never>> = {
    max: options.max ?? 10,
    connect_timeout: 10,
    idle_timeout: 60,
    backoff: reconnectDelay,
    max_lifetime: 30 * 60,
    onnotice: () => {},
    fetch_types: false,
    types: ARRAY_TYPES as Record<string, never>,
    connection: {
      application_name: options.applicationName ?? "lettermill",
      TimeZone: "UTC",
      // The planner overestimates partitioned tables, and compiling would then cost 50 to 200 ms a statement.
      jit: false,
      // PostgreSQL's own 4 is meant for turning disks: settling 250 of a campaign's 60,000 then reads all of them.
      random_page_cost: 1.1,
      idle_in_transaction_session_timeout: options.idleInTransactionMs ?? 300_000,
      ...(options.statementTimeoutMs ? { statement_timeout: options.statementTimeoutMs } : {}),
    },
  };
  const graceMs = options.graceMs ?? 30 * 60_000;
  const open = (onclose: () => void) => guardTransactions(postgres(url, { ...connection, onclose }));
  const forDrizzle = renewingPool((onclose) => {
    const pool = open(onclose);
    // It sets the types of each client that it gets: a fresh one needs that, too.
    drizzle(pool, { schema });
    return pool;
  }, graceMs);
  const byHand = renewingPool(open, graceMs);
  return {
    db: drizzle(forDrizzle.sql, { schema }),
    sql: byHand.sql,
    end: async () => {
      await Promise.all([forDrizzle.end(), byHand.end()]);
    },
  };
}
