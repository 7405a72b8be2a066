/** `npm run bench:segments`: counts over 1 M subscribers, on a real PostgreSQL of its own. Last line is JSON. */
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import type { WorkspaceCtx, WorkspaceId } from "#core/platform/context.ts";
import { countSegment } from "#core/segment/count.ts";
import type { SegmentCondition, SegmentGroup } from "#core/segment/types.ts";
import { makeDb } from "#db/client.ts";
import { startEmbeddedPostgres } from "#db/embedded/postgres.ts";
import { migrate } from "#db/migrate.ts";
import { campaigns, lists, workspaces } from "#db/schema/index.ts";

const ROWS = Number(process.env.BENCH_ROWS ?? 1_000_000);
const RUNS = 7;

const dataDir = join(tmpdir(), `lettermill-bench-segments-${process.pid}`);
const postgres = await startEmbeddedPostgres({ dataDir, log: () => {} });
try {
  await migrate(postgres.url);
  const { db, end } = makeDb(postgres.url, { max: 2, applicationName: "bench" });
  const { ctx, listId } = await fill(db);
  const city: SegmentCondition = { field: "attribute", key: "city", op: "is", value: "Berlin" };
  const orders: SegmentCondition = { field: "attribute", key: "orders", op: "more-than", value: 3 };
  const on: SegmentCondition = { field: "subscription", op: "is", list: listId, status: "confirmed" };
  const opened: SegmentCondition = {
    field: "engagement",
    op: "did",
    action: "opened",
    since: { daysAgo: 30 },
  };
  const all = (...rules: SegmentCondition[]): SegmentGroup => ({ match: "all", rules });
  const any = (...rules: SegmentCondition[]): SegmentGroup => ({ match: "any", rules });
  const rules = {
    "city, orders and a list (all)": all(city, orders, on),
    "city, a list and opened in 30 days (all)": all(city, on, opened),
    "city, tag or opened in 30 days (any)": any(city, { field: "tag", op: "has", value: "gold" }, opened),
    "joined, orders, address (all)": all({ field: "joined", op: "after", date: { daysAgo: 90 } }, orders, {
      field: "address",
      op: "ends-with",
      value: "@d7.example",
    }),
  };
  const table = [];
  for (const [name, rule] of Object.entries(rules)) {
    const times: number[] = [];
    let count = 0;
    for (let run = 0; run < RUNS; run++) {
      const started = performance.now();
      count = (await countSegment(ctx, { rule })).count;
      times.push(performance.now() - started);
    }
    times.sort((a, b) => a - b);
    table.push({
      rule: name,
      matches: count,
      "median ms": Math.round(times[RUNS >> 1]!),
      "worst ms": Math.round(times.at(-1)!),
    });
  }
  console.log(`Counts over ${ROWS.toLocaleString("en-US")} subscribers, ${RUNS} runs each:`);
  console.table(table);
  // The slower of the two with three rules of different kinds, not the best of all.
  const countMs = Math.max(table[0]!["median ms"], table[1]!["median ms"]);
  await end();
  console.log(JSON.stringify({ countMs }));
} finally {
  await postgres.stop();
  for (const folder of [postgres.dataDir, dataDir]) await rm(folder, { recursive: true, force: true });
}

/** A workspace with people, a list that most are on, and a tenth of them who opened a campaign. */
async function fill(db: ReturnType<typeof makeDb>["db"]): Promise<{ ctx: WorkspaceCtx; listId: number }> {
  const [workspace] = await db.insert(workspaces).values({ slug: "bench", name: "Bench" }).returning();
  const workspaceId = workspace!.id;
  const [list] = await db.insert(lists).values({ workspaceId, name: "Everyone" }).returning();
  const [campaign] = await db.insert(campaigns).values({ workspaceId, name: "Spring" }).returning();
  await db.execute(sql`
    insert into subscribers (workspace_id, address, address_key, domain, attributes, tags, created_at)
    select ${workspaceId}, 'p' || g || '@d' || g % 5000 || '.example', 'p' || g || '@d' || g % 5000 || '.example', 'd' || g % 5000 || '.example',
      jsonb_build_object('first_name', 'Person ' || g, 'orders', g % 9, 'born', (date '1950-01-01' + g % 20000)::text,
        'city', (array['Berlin','Hamburg','Paris','Lyon','Porto','Turin','Oslo','Bern'])[1 + (hashint4(g) & 7)]),
      case when g % 20 = 0 then array['gold'] else '{}' end, now() - (g % 700) * interval '1 day'
    from generate_series(1, ${ROWS}::int) g`);
  await db.execute(sql`
    insert into subscriptions (subscriber_id, list_id, workspace_id, status)
    select id, ${list!.id}, ${workspaceId}, case when id % 10 = 0 then 'unsubscribed' else 'confirmed' end::subscription_status from subscribers`);
  await db.execute(sql`
    insert into hits (workspace_id, campaign_id, seq, subscriber_id, at, kind, class)
    select ${workspaceId}, ${campaign!.id}, id, id, now() - (id % 60) * interval '1 day', 'open',
      (case when id % 3 = 0 then 'prefetch' else 'human' end)::hit_class from subscribers where id % 10 = 1`);
  for (const name of ["subscribers", "subscriptions", "hits"])
    await db.execute(sql.raw(`vacuum analyze ${name}`));
  const ctx: WorkspaceCtx = {
    db,
    now: () => new Date(),
    actor: { kind: "system" },
    settings: { appUrl: "http://localhost", secret: "x".repeat(32) },
    workspaceId: workspaceId as WorkspaceId,
    role: "owner",
  };
  return { ctx, listId: list!.id };
}
