import { beforeAll, expect, test, vi } from "vitest";
import {
  readBars,
  readProviderDays,
  readReplies,
  readSplit,
  readVerdicts,
} from "#core/deliverability/read.ts";
import { listLanes } from "#core/lane/read.ts";
import { equations } from "#core/ledger/equation.ts";
import { ledgerInvariant } from "#core/ledger/invariant.ts";
import { reconcileLedger } from "#core/ledger/reconcile.ts";
import { readEnv } from "#core/platform/env.ts";
import { verifyPassword } from "#core/user/password.ts";
import { readWarmupDays } from "#core/warmup/read.ts";
import { clearDemo } from "#db/demo/clear.ts";
import { anotherDatabase, type TestDatabase } from "#db/testing/database.ts";
import { adminCtx } from "#db/testing/factories.ts";
import { addDemo } from "./demo.ts";

let base: TestDatabase;
let demo: Awaited<ReturnType<typeof addDemo>>;
let told: string;

const settingsOf = (url: string, more: Record<string, string>) =>
  readEnv({ DATABASE_URL: url, APP_SECRET: "s".repeat(40), ...more, NODE_ENV: "test" });

async function add(more: Record<string, string> = {}): Promise<Awaited<ReturnType<typeof addDemo>>> {
  told = "";
  const write = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    told += text;
    return true;
  });
  try {
    return await addDemo(settingsOf(base.url, more));
  } finally {
    write.mockRestore();
  }
}

beforeAll(async () => {
  base = await anotherDatabase();
  demo = await add();
}, 120_000);

const one = async <T>(statement: Promise<readonly T[]>): Promise<T> => (await statement)[0] as T;

test("nobody in it can exist, and there are a few thousand of them over many domains", async () => {
  const row = await one(base.sql<{ n: number; domains: number; foreign: number }[]>`
    select count(*)::int as n, count(distinct domain)::int as domains,
      count(*) filter (where domain not like '%.example')::int as foreign from subscribers`);
  expect(row.n).toBe(demo.people);
  expect(row.n).toBeGreaterThan(4_000);
  expect(row.domains).toBeGreaterThan(250);
  expect(row.foreign).toBe(0);
});

test("each ledger adds up: counts, rows, equation and places", async () => {
  const campaigns = await base.sql<{ id: number }[]>`select id from campaigns where launched_at is not null`;
  expect(campaigns.length).toBeGreaterThan(25);
  expect(await reconcileLedger(base.db, new Date(), 400)).toEqual({
    checked: campaigns.length,
    differing: [],
    misplaced: 0,
  });
  const sums = await equations(
    base.db,
    campaigns.map(({ id }) => id),
  );
  for (const [id, sum] of sums) {
    expect(sum.difference, `campaign ${id}`).toBe(0);
    expect((await ledgerInvariant(base.db, id)).ok, `campaign ${id}`).toBe(true);
  }
  const { claims } = await one(base.sql<{ claims: number }[]>`select count(*)::int as claims from claims`);
  expect(claims).toBe(0);
});

test("the hours and minutes that charts read say the same as the ledger", async () => {
  const row = await one(base.sql<Record<string, number>[]>`
    select (select sum(accepted)::int from delivery_hours) as hours_accepted,
      (select sum(accepted)::int from campaign_minutes) as minutes_accepted,
      (select count(*)::int from deliveries where state = 'a') as accepted,
      (select sum(bounced)::int from delivery_hours) as hours_ended,
      (select count(*)::int from deliveries where state in ('b', 'e') and source_id is not null) as ended,
      (select count(*)::int from reports where kind = 'bounce') as late,
      (select sum(complained)::int from delivery_hours) as hours_complained,
      (select count(*)::int from suppressions where reason = 'complaint') as complained,
      (select sum(deferred)::int from delivery_hours) as hours_deferred,
      (select count(*)::int from attempts where retry_at is not null) as deferred`);
  // Who bounced after an acceptance was counted as both, each at its time.
  expect(row.hours_accepted).toBe(row.accepted! + row.late!);
  expect(row.minutes_accepted).toBe(row.hours_accepted);
  expect(row.hours_ended).toBe(row.ended);
  expect(row.hours_complained).toBe(row.complained);
  expect(row.hours_deferred).toBe(row.deferred);
  for (const value of Object.values(row)) expect(value).toBeGreaterThan(0);
});

test("people agree with what happened to them", async () => {
  const wrong = await base.sql`
    select s.id from subscribers s where s.last_accepted_at is distinct from
      (select max(d.settled_at) from deliveries d where d.subscriber_id = s.id and d.state = 'a')
      and not exists (select from reports r join deliveries d on d.campaign_id = r.campaign_id and d.seq = r.seq where d.subscriber_id = s.id)`;
  expect(wrong).toHaveLength(0);
  const unproven = await base.sql`
    select from subscriptions x where status <> 'pending' and not exists (
      select from consent_events e where e.subscriber_id = x.subscriber_id and e.list_id = x.list_id
        and e.kind = any(case when x.status = 'confirmed' then '{confirmed,imported,added}' else '{unsubscribed}' end::consent_kind[]))`;
  expect(unproven).toHaveLength(0);
  const dead = await base.sql`
    select from deliveries d join suppressions z on z.address_key = d.address and z.reason = 'recipient-dead'
    where d.state = 'a' and d.settled_at > z.created_at`;
  expect(dead).toHaveLength(0);
});

test("every chart of the last 30 days has something in it", async () => {
  const ctx = adminCtx(base.db, 1);
  const { bars } = await readBars(ctx, "30d");
  expect(bars.filter((bar) => bar.accepted > 0).length).toBeGreaterThan(28);
  for (const field of ["accepted", "deferred", "bounced", "complained"] as const)
    expect(
      bars.some((bar) => bar[field] > 0),
      field,
    ).toBe(true);
  expect((await readSplit(ctx, "30d", "provider")).rows.map((row) => row.name)).toEqual(
    expect.arrayContaining(["Google", "Microsoft", "Yahoo", "Apple", "GMX and WEB.DE", "Other sites"]),
  );
  expect((await readSplit(ctx, "30d", "source")).rows).toHaveLength(2);
  const { providers } = await readProviderDays(ctx);
  expect(
    providers.filter(({ counts }) => counts.every((week) => week && week.accepted > 0)).length,
  ).toBeGreaterThan(4);
  expect((await readVerdicts(ctx, "30d")).length).toBeGreaterThan(4);
  expect((await readReplies(ctx, "30d")).total).toBeGreaterThan(10);
  const lanes = await listLanes(ctx);
  expect(lanes.length).toBeGreaterThan(20);
  expect(lanes.some((lane) => lane.state === "suspended")).toBe(true);
});

test("the second address is warmed up: within its caps, by counts of the ledger, with a day held and one taken back", async () => {
  const ctx = adminCtx(base.db, 1);
  const { id } = await one(base.sql<{ id: number }[]>`select distinct source_id as id from warmups`);
  const [google, outlook] = await Promise.all([readWarmupDays(ctx, id, 1), readWarmupDays(ctx, id, 2)]);
  const results = google.map((day) => day.result);
  expect(google.length).toBeGreaterThan(12);
  expect(results.filter((result) => result === "promoted").length).toBeGreaterThan(6);
  expect(results).toEqual(expect.arrayContaining(["held", "taken-back"]));
  for (const { accepted, cap } of [...google, ...outlook]) expect(accepted).toBeLessThanOrEqual(cap);
});

test("all kinds of hits, suppressions and campaigns are there", async () => {
  const kinds = async (rows: Promise<readonly { kind: string }[]>) =>
    (await rows).map((row) => row.kind).sort();
  expect(await kinds(base.sql`select distinct class::text as kind from hits`)).toEqual([
    "human",
    "machine",
    "prefetch",
    "scanner",
  ]);
  expect(await kinds(base.sql`select distinct reason::text as kind from suppressions`)).toEqual([
    "complaint",
    "imported",
    "manual",
    "recipient-dead",
    "unsubscribed",
  ]);
  expect(await kinds(base.sql`select distinct state::text as kind from campaigns`)).toEqual([
    "cancelled",
    "draft",
    "finished",
    "scheduled",
    "sending",
  ]);
});

test("the password that is told opens the account, and nobody is logged in", async () => {
  const row = await one(base.sql<{ hash: string; sessions: number }[]>`
    select password_hash as hash, (select count(*)::int from sessions where revoked_at is null) as sessions
    from users where address = ${demo.logIn?.address ?? ""}`);
  expect(await verifyPassword(row.hash, demo.logIn?.password ?? "")).toBe(true);
  expect(demo.logIn?.password.length).toBeGreaterThanOrEqual(20);
  expect(row.sessions).toBe(0);
});

test("a second time adds nothing, and says so", async () => {
  const count = () =>
    base.sql`select (select count(*) from subscribers) + (select count(*) from campaigns) + (select count(*) from hits) + (select count(*) from users) as n`;
  const before = await count();
  const again = await add();
  expect(await count()).toEqual(before);
  expect(again).toEqual({ ...demo, isNew: false, logIn: null });
  expect(told).toContain("there already");
});

test("an installation that sends to the internet gets none", async () => {
  const more = { NETWORK: "internet", APP_URL: "https://mail.nordkai.example" };
  await expect(add(more)).rejects.toThrow(/for the sandbox/);
});

// Last: it takes the demo away.
test("what an interrupted run left can be taken away whole", async () => {
  const { id } = await one(base.sql<{ id: number }[]>`select id from workspaces`);
  await clearDemo(base.sql, id);
  const tables = [
    "workspaces",
    "campaigns",
    "deliveries",
    "streams",
    "due",
    "claims",
    "attempts",
    "rollups",
    "campaign_minutes",
    "delivery_hours",
    "hits",
    "subscribers",
    "subscriptions",
    "consent_events",
    "sender_domains",
    "reports",
    "system_mails",
    "files",
  ];
  for (const table of tables)
    expect(
      (await one(base.sql<{ n: number }[]>`select count(*)::int as n from ${base.sql(table)}`)).n,
      table,
    ).toBe(0);
});
