import { eq, sql } from "drizzle-orm";
import { beforeAll, expect, test } from "vitest";
import type { AdminCtx } from "#core/platform/context.ts";
import type { Db } from "#db/client.ts";
import { auditEvents, domains, installation, sources, workspaces } from "#db/schema/index.ts";
import { anotherDatabase } from "#db/testing/database.ts";
import {
  adminCtx,
  makeCampaign,
  makeSender,
  makeSource,
  makeUser,
  makeWorkspace,
  systemCtx,
} from "#db/testing/factories.ts";
import { checkNetwork, requestNetworkCheck } from "./check-network.ts";
import { leaveChecklist } from "./leave-checklist.ts";
import { readLeaveChecklist } from "./read-leave.ts";
import { readSystem } from "./read-system.ts";
import { setSending, switchNetwork } from "./sending.ts";
import { retrySetAside } from "./set-aside.ts";

let db: Db;
let ctx: AdminCtx;

beforeAll(async () => {
  ({ db } = await anotherDatabase());
  ctx = adminCtx(db, (await makeUser(db, { name: "Ada" })).id);
});

const house = async () => (await db.select().from(installation))[0]!;
const actions = async () =>
  (await db.select().from(auditEvents).orderBy(auditEvents.id)).map((event) => event.action);

test("stopping twice keeps the first time and who did it", async () => {
  const [stop, allow] = [{ allowed: false }, { allowed: true }];
  expect(await setSending(ctx, stop)).toEqual({ ok: true });
  const first = await house();
  expect(first).toMatchObject({ sendingAllowed: false, sendingStoppedAt: expect.any(Date) });
  expect(await setSending(ctx, stop)).toEqual({ ok: true });
  expect((await house()).sendingStoppedAt).toEqual(first.sendingStoppedAt);
  for (let i = 0; i < 2; i++) expect(await setSending(ctx, allow)).toEqual({ ok: true });
  expect(await house()).toMatchObject({
    sendingAllowed: true,
    sendingStoppedAt: null,
    sendingStoppedBy: null,
  });
  expect(await actions()).toEqual(["sending.stop", "sending.allow"]);
});

test("leaving the sandbox needs a free switch, a clean list and the typed word", async () => {
  const free = { locked: null, problems: [] };
  const leave = { network: "internet" as const, confirmation: "Internet" };
  await db.insert(domains).values({ name: "seen.example", status: "ok", resolvedAt: new Date() });
  expect(await switchNetwork(ctx, leave, { ...free, locked: "NETWORK is set." })).toMatchObject({
    ok: false,
  });
  expect(await switchNetwork(ctx, leave, { ...free, problems: ["No source."] })).toMatchObject({
    ok: false,
    reason: expect.stringContaining("No source."),
  });
  expect(await switchNetwork(ctx, { ...leave, confirmation: "yes" }, free)).toMatchObject({
    fields: { confirmation: expect.any(String) },
  });
  expect((await house()).network).toBe("sandbox");
  for (let i = 0; i < 2; i++) expect(await switchNetwork(ctx, leave, free)).toEqual({ ok: true });
  expect((await house()).network).toBe("internet");
  const [seen] = await db.select().from(domains).where(eq(domains.name, "seen.example"));
  expect(seen === undefined || seen.status === "unknown" || seen.expiresAt <= new Date()).toBe(true);
  // Back is always allowed, whatever the list says.
  expect(
    await switchNetwork(ctx, { network: "sandbox", confirmation: "" }, { ...free, problems: ["x"] }),
  ).toEqual({
    ok: true,
  });
  expect((await actions()).filter((action) => action === "network.switch").length).toBe(2);
});

test("the checklist passes only what holds", () => {
  const good = {
    appUrl: "https://mail.example.com",
    inboundListen: "0.0.0.0:25",
    sources: [{ kind: "ip" as const, ip: "192.0.2.4", state: "active" }],
    domains: ["a.example"],
    workspacesWithoutAddress: [],
    asked: [],
  };
  const failing = (facts: Partial<Parameters<typeof leaveChecklist>[0]>) =>
    leaveChecklist({ ...good, ...facts })
      .filter((check) => check.isOpen)
      .map((check) => check.id);
  expect(failing({})).toEqual([]);
  expect(failing({ appUrl: "http://localhost:3000" })).toEqual(["url"]);
  expect(failing({ inboundListen: null })).toEqual(["inbound"]);
  expect(failing({ workspacesWithoutAddress: ["Nordkai"] })).toEqual(["address"]);
  expect(failing({ domains: [] })).toEqual(["domains"]);
  const asked = (id: string, state?: "pass" | "fail" | "unknown") => ({
    id,
    check: state ? { id, state, sentence: "" } : null,
  });
  expect(failing({ asked: [asked("dkim:a", "pass"), asked("spf:a", "fail")] })).toEqual(["spf:a"]);
  // No answer is no pass; only a machine without the address cannot try its port.
  expect(failing({ asked: [asked("dmarc:a", "unknown"), asked("port:192.0.2.4", "unknown")] })).toEqual([
    "dmarc:a",
  ]);
  expect(failing({ asked: [asked("port:192.0.2.4", "fail")] })).toEqual(["port:192.0.2.4"]);
  expect(failing({ asked: [asked("dkim:a", "pass"), asked("ptr:192.0.2.4")] })).toEqual(["ask"]);
  for (const source of [
    { kind: "ip" as const, ip: "127.77.0.1", state: "active" },
    { kind: "ip" as const, ip: "::1", state: "active" },
    { kind: "ip" as const, ip: "192.0.2.4", state: "held" },
  ])
    expect(failing({ sources: [source] })).toEqual(["source"]);
  expect(failing({ sources: [{ kind: "relay", ip: null, state: "active" }] })).toEqual([]);
});

test("the checklist reads the installation as it stands, and the world's answers for an hour", async () => {
  const read = (now = new Date()) =>
    readLeaveChecklist(
      { ...ctx, now: () => now },
      { appUrl: "https://m.example", inboundListen: { host: "0.0.0.0", port: 25 } },
    );
  const ids = async (now?: Date) =>
    (await read(now)).checks.filter((check) => check.isOpen).map((check) => check.id);
  expect(await ids()).toEqual(["source", "domains"]);
  const workspace = await makeWorkspace(db, { postalAddress: "" });
  const sender = await makeSender(db, workspace.id);
  const source = await makeSource(db, { ip: "198.51.100.7" });
  expect(await ids()).toEqual(["address", "ask"]);
  await db.update(workspaces).set({ postalAddress: "1 Mill Lane" }).where(eq(workspaces.id, workspace.id));

  expect(await read()).toMatchObject({ asking: false, checkedAt: null });
  expect(await requestNetworkCheck(ctx)).toEqual({ ok: true });
  expect(await read()).toMatchObject({ asking: true });
  const jobs = await db.execute(
    sql`select from graphile_worker.jobs where task_identifier = 'check-network'`,
  );
  expect(jobs).toHaveLength(1);
  // The domain's own, by a resolver that knows nothing and one that fails.
  const none = async () => ({ kind: "no-data" }) as const;
  const silent = async () => ({ kind: "failed", error: "No answer." }) as const;
  const dns = { mx: silent, addresses: none, txt: none, cname: none, ptr: none };
  const how = { dns, probe: async () => "silent" as const, refuses: () => null };
  const checks = await checkNetwork(systemCtx(db), how);
  expect(checks.map(({ id, state }) => `${id.split(":")[0]} ${state}`)).toEqual([
    "dkim fail",
    "spf fail",
    "dmarc fail",
    "ptr fail",
    "port unknown",
  ]);
  expect(
    checks.every(({ sentence }) => sentence.includes(sender.domain) || sentence.includes("198.51.100.7")),
  ).toBe(true);
  expect(await ids()).toEqual(checks.slice(0, 4).map(({ id }) => id));
  expect(await read()).toMatchObject({ asking: false, checkedAt: expect.any(Date) });
  // Another name in the greeting is another question, and an old answer is none.
  await db.update(sources).set({ heloName: "other.example" }).where(eq(sources.id, source.id));
  expect(await ids()).toContain("ask");
  expect(await ids(new Date(Date.now() + 2 * 3_600_000))).toEqual(["ask"]);
  const passed = (await checkNetwork(systemCtx(db), how)).map((check) => ({
    ...check,
    state: "pass" as const,
  }));
  await db.update(installation).set({ networkChecks: passed });
  expect(await ids()).toEqual([]);
});

test("the system page reads workers, ends, jobs, turns that have come and who changed what", async () => {
  const empty = await readSystem(ctx);
  expect(empty).toMatchObject({ workers: [], ends: [], oldestDueMs: null, unreadReports: 0 });
  expect(empty.setAside).toEqual({ people: 0, campaigns: [] });
  expect(empty.partitions).toBeGreaterThan(0);
  await db.execute(
    sql`insert into workers (host, pid, lease_until) values ('here', 42, clock_timestamp() + interval '11 s')`,
  );
  await db.execute(
    sql`insert into worker_ends (id, host, pid, started_at, how, lanes) values (900, 'there', 7, now() - interval '1 hour', 'lost', 3)`,
  );
  await db.execute(sql`select graphile_worker.add_job('test-source', '{}'::json)`);
  await db.execute(sql`insert into due (campaign_id, seq, pool_id, bucket, class, due_at, state) values
    (1, 1, 1, 1, 5, now() - interval '90 s', 'r'), (1, 2, 1, 1, 5, now() - interval '1 day', 'p'), (1, 3, 1, 1, 5, now() + interval '1 h', 'r')`);
  const system = await readSystem(ctx);
  expect(system.workers).toMatchObject([{ host: "here", pid: 42, beatSeconds: 4, lanes: 0 }]);
  expect(system.ends).toMatchObject([{ id: 900, how: "lost", lanes: 3 }]);
  expect(system.jobs).toContainEqual({
    task: "test-source",
    waiting: 1,
    running: 0,
    failing: 0,
    last_error: null,
  });
  expect(system.oldestDueMs).toBeGreaterThanOrEqual(90_000);
  expect(system.oldestDueMs).toBeLessThan(120_000);
  expect(system.audit[0]).toMatchObject({ action: "network.check", who: "Ada" });
});

test("what was set aside is named on the system page, and may be tried again", async () => {
  expect(await retrySetAside(ctx)).toMatchObject({ ok: false });
  const workspace = await makeWorkspace(db);
  const { id } = await makeCampaign(db, workspace.id, { name: "Autumn" });
  await db.execute(sql`insert into claims (lane_id, epoch, campaign_id, pool_id, bucket, class, seqs, adopted, set_aside_at)
    values (1, 4, ${id}, 1, 1, 5, '{1,2}', 3, now()), (2, 4, ${id}, 1, 1, 5, '{3}', 3, now())`);
  expect((await readSystem(ctx)).setAside).toEqual({ people: 3, campaigns: ["Autumn"] });
  expect(await retrySetAside(ctx)).toEqual({ ok: true });
  expect((await readSystem(ctx)).setAside).toEqual({ people: 0, campaigns: [] });
  const rows = await db.execute(sql`select adopted from claims where campaign_id = ${id}`);
  expect(rows.map((row) => row.adopted)).toEqual([0, 0]);
});
