import { readFileSync } from "node:fs";
import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { anotherDatabase } from "#db/testing/database.ts";
import { readHealth } from "./health.ts";

test("is well only with the right schema and a living worker", async () => {
  const { db } = await anotherDatabase();
  const { entries } = JSON.parse(readFileSync("db/migrations/meta/_journal.json", "utf8"));
  const latest: number = entries.length;
  const bare = await readHealth(db, latest);
  expect(bare).toMatchObject({
    ok: false,
    migrations: { ok: true, applied: latest },
    workers: { ok: false, alive: 0, oldestHeartbeatSeconds: null },
    backlog: { recipientsWaiting: 0, recipientsDue: 0, jobsReady: 0, oldestJobSeconds: null },
  });
  await db.execute(sql`insert into workers (host, pid, lease_until) values
    ('here', 1, clock_timestamp() + interval '10 s'), ('gone', 2, clock_timestamp() - interval '10 s')`);
  expect(await readHealth(db, latest)).toMatchObject({
    ok: true,
    workers: { alive: 1, oldestHeartbeatSeconds: 5 },
  });
  expect(await readHealth(db, latest + 1)).toMatchObject({
    ok: false,
    migrations: { ok: false, expected: latest + 1 },
  });
});
