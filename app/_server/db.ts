import { env } from "#core/platform/env.ts";
import { makeDb } from "#db/client.ts";
import journal from "#db/migrations/meta/_journal.json" with { type: "json" };

type Database = ReturnType<typeof makeDb>;

// In development modules are loaded again at every change; the pools must not be.
const kept = globalThis as typeof globalThis & { lettermillDatabase?: Database };

/** The web's only database client: made at the first use, so that a build needs no database. */
export function database(): Database {
  kept.lettermillDatabase ??= makeDb(env().databaseUrl, {
    max: 10,
    applicationName: "lettermill web",
    statementTimeoutMs: 60_000,
  });
  return kept.lettermillDatabase;
}

/** How many migrations this code has; the database must have as many. */
export const migrationsExpected = journal.entries.length;
