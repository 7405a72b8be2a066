import { join } from "node:path";
import { readMigrationFiles } from "drizzle-orm/migrator";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate as runOurs } from "drizzle-orm/postgres-js/migrator";
import { Logger, runMigrations as runGraphile } from "graphile-worker";
import postgres from "postgres";
import { env } from "#core/platform/env.ts";

const OLDEST_POSTGRES = 15;
/** Any number, the same for all of us: two `up`s on two machines must not migrate at once. */
const LOCK = 7_211_340_915;

/** Something a person has to mend, in one plain sentence. */
export class MigrateError extends Error {
  override name = "MigrateError";
}

export interface MigrateOptions {
  /** Folder with `meta/_journal.json` and the SQL; tests give one of their own. */
  folder?: string;
}

/**
 * Brings the database to this code's schema: ours, then graphile-worker's, one process at a time.
 * Running it again changes nothing.
 * @returns how many migrations of ours were applied
 * @throws MigrateError when the database is too old, newer than the code, or not reachable
 */
export async function migrate(url: string, options: MigrateOptions = {}): Promise<{ applied: number }> {
  const folder = options.folder ?? join(import.meta.dirname, "migrations");
  const sql = postgres(url, {
    max: 1,
    onnotice: () => {},
    connect_timeout: 10,
    idle_timeout: 0,
    connection: { application_name: "lettermill migrate" },
  });
  try {
    await refuseOldServer(sql);
    await sql`select pg_advisory_lock(${LOCK})`;
    const before = await countApplied(sql);
    await refuseNewerSchema(sql, folder, before);
    await runOurs(drizzle(sql), { migrationsFolder: folder });
    await runGraphile({ connectionString: url, logger: new Logger(() => () => {}) });
    return { applied: (await countApplied(sql)) - before };
  } catch (error) {
    throw explain(error);
  } finally {
    // Ends the session, and with it the lock.
    await sql.end({ timeout: 5 });
  }
}

async function refuseOldServer(sql: postgres.Sql): Promise<void> {
  const [row] = await sql<{ number: number; name: string }[]>`
    select current_setting('server_version_num')::int as number, current_setting('server_version') as name`;
  if (row && row.number < OLDEST_POSTGRES * 10_000) {
    throw new MigrateError(
      `This database is PostgreSQL ${row.name}; Lettermill needs version ${OLDEST_POSTGRES} or newer.`,
    );
  }
}

async function countApplied(sql: postgres.Sql): Promise<number> {
  const [exists] = await sql`select to_regclass('drizzle.__drizzle_migrations') is not null as yes`;
  if (!exists?.yes) return 0;
  const [row] = await sql<
    { count: number }[]
  >`select count(*)::int as count from drizzle.__drizzle_migrations`;
  return row?.count ?? 0;
}

async function refuseNewerSchema(sql: postgres.Sql, folder: string, applied: number): Promise<void> {
  if (applied === 0) return;
  const newest = Math.max(...readMigrationFiles({ migrationsFolder: folder }).map((one) => one.folderMillis));
  const [row] = await sql<{ ahead: number }[]>`
    select count(*)::int as ahead from drizzle.__drizzle_migrations where created_at > ${newest}`;
  if (row && row.ahead > 0) {
    throw new MigrateError(
      `The database was migrated by a newer Lettermill (${row.ahead} ${row.ahead === 1 ? "step" : "steps"} ahead of this code). Update the code; nothing was changed.`,
    );
  }
}

/** Turns what people commonly meet into a sentence (drizzle wraps the server's words one level down); the rest stays as it is. */
function explain(error: unknown): unknown {
  const cause = error as { code?: string; message?: string; cause?: { code?: string } };
  const sentences: Record<string, string> = {
    ECONNREFUSED: "No PostgreSQL answers at DATABASE_URL. Is it running, and are host and port right?",
    ENOTFOUND: "The host in DATABASE_URL is not known.",
    CONNECT_TIMEOUT: "PostgreSQL at DATABASE_URL does not answer within 10 seconds.",
    "28P01": "PostgreSQL refuses the user or the password in DATABASE_URL.",
    "28000": "PostgreSQL refuses the user in DATABASE_URL.",
    "3D000": "The database named in DATABASE_URL does not exist. Create it first.",
    "42501": `The user in DATABASE_URL lacks a permission: ${cause.message}. It should own the database.`,
  };
  const sentence = sentences[cause.code ?? cause.cause?.code ?? ""];
  return sentence ? new MigrateError(sentence, { cause: error }) : error;
}

if (import.meta.main) {
  try {
    const { applied } = await migrate(env().databaseUrl);
    process.stdout.write(
      applied === 0
        ? "The database is up to date.\n"
        : `Applied ${applied} ${applied === 1 ? "migration" : "migrations"}.\n`,
    );
  } catch (error) {
    process.stderr.write(
      `${error instanceof Error && /^(Migrate|Env)Error$/.test(error.name) ? error.message : String((error as Error).stack)}\n`,
    );
    process.exitCode = 1;
  }
}
