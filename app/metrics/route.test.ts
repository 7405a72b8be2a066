import { NextRequest } from "next/server";
import { Counter, Histogram, Registry } from "prom-client";
import { beforeAll, expect, test, vi } from "vitest";
import { enrol, publishMetrics } from "#core/delivery/lease.ts";
import { anotherDatabase, type TestDatabase } from "#db/testing/database.ts";

vi.mock("next/headers", () => ({ cookies: async () => new Map(), headers: async () => new Headers() }));

const TOKEN = "a token of twenty letters";
let t: TestDatabase;
let GET: (request: NextRequest, route: { params: Promise<unknown> }) => Promise<Response>;

beforeAll(async () => {
  t = await anotherDatabase();
  Object.assign(process.env, { DATABASE_URL: t.url, METRICS_TOKEN: TOKEN, APP_SECRET: "s".repeat(32) });
  ({ GET } = await import("./route.ts"));
});

const ask = (token?: string) =>
  GET(
    new NextRequest("http://localhost/metrics", {
      headers: token ? { authorization: `Bearer ${token}` } : {},
    }),
    {
      params: Promise.resolve({}),
    },
  );

/** What a worker with so many accepted mails and one claim of 20 ms publishes. */
async function publish(accepted: number): Promise<number> {
  const id = await enrol(t.sql, { host: "here", pid: 1, graphileIds: [] });
  const registry = new Registry();
  const registers = [registry];
  const outcomes = new Counter({
    name: "lettermill_outcomes_total",
    help: "Tries.",
    labelNames: ["outcome"],
    registers,
  });
  outcomes.inc({ outcome: "accepted" }, accepted);
  new Histogram({
    name: "lettermill_claim_seconds",
    help: "Claims.",
    buckets: [0.01, 0.1],
    registers,
  }).observe(0.02);
  await publishMetrics(t.sql, id, await registry.getMetricsAsJSON());
  return id;
}

test("is closed to whoever has neither the token nor an administrator's session", async () => {
  expect((await ask()).status).toBe(401);
  expect((await ask("another token of letters")).status).toBe(403);
  expect((await ask(TOKEN)).status).toBe(200);
});

test("tells workers apart, leaves out the dead, and says each name once", async () => {
  const [one, two, dead] = [await publish(7), await publish(35), await publish(1_000)];
  await t.sql`update workers set lease_until = now() - interval '1 second' where id = ${dead}`;
  const response = await ask(TOKEN);
  expect(response.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
  const lines = (await response.text()).split("\n");
  expect(lines).toContain(`lettermill_outcomes_total{outcome="accepted",worker="${one}"} 7`);
  expect(lines).toContain(`lettermill_outcomes_total{outcome="accepted",worker="${two}"} 35`);
  expect(lines).toContain(`lettermill_claim_seconds_bucket{le="0.01",worker="${one}"} 0`);
  expect(lines).toContain(`lettermill_claim_seconds_bucket{le="0.1",worker="${one}"} 1`);
  expect(lines.join("\n")).not.toContain(`worker="${dead}"`);
  const names = lines.filter((line) => line.startsWith("# TYPE"));
  expect(new Set(names).size).toBe(names.length);
  expect(lines).toContain("lettermill_workers 2");
});

test("tells the state of lanes, the backlog, and that the ledger adds up", async () => {
  const lines = (await (await ask(TOKEN)).text()).split("\n");
  for (const state of ["open", "resting", "suspended", "held"])
    expect(lines).toContain(`lettermill_lanes{state="${state}"} 0`);
  for (const place of ["ahead", "claimed", "due", "later"])
    expect(lines).toContain(`lettermill_backlog{place="${place}"} 0`);
  expect(lines).toContain("lettermill_ledger_misplaced 0");
});
