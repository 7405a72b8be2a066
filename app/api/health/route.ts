import { readHealth } from "#core/installation/health.ts";
import { log } from "#core/platform/log.ts";
import { database, migrationsExpected } from "../../_server/db.ts";

export const dynamic = "force-dynamic";

/** For load balancers and monitors: 200 where mail could leave, else 503, and why. */
export async function GET(): Promise<Response> {
  try {
    const health = await readHealth(database().db, migrationsExpected);
    return Response.json(health, {
      status: health.ok ? 200 : 503,
      headers: { "cache-control": "no-store" },
    });
  } catch (error) {
    log("health").error({ err: error }, "the database does not answer");
    return Response.json(
      { ok: false, database: { ok: false } },
      { status: 503, headers: { "cache-control": "no-store" } },
    );
  }
}
