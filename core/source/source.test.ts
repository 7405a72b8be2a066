import { eq, sql } from "drizzle-orm";
import { beforeAll, expect, test } from "vitest";
import type { AdminCtx } from "#core/platform/context.ts";
import { decryptSecret } from "#core/platform/secrets.ts";
import type { Db } from "#db/client.ts";
import { due, poolSources, pools, sources, sourceTests } from "#db/schema/index.ts";
import { testDatabase, uniqueId } from "#db/testing/database.ts";
import { adminCtx, makeSource, makeUser, systemCtx } from "#db/testing/factories.ts";
import { drainSource, holdSource, releaseSource, removeSource } from "./hold.ts";
import { CreateSourceInput, SourceInput } from "./input.ts";
import { getSource, listSources } from "./read.ts";
import { readSourceDeeds, readSourceRole } from "./read-role.ts";
import { relayPurpose } from "./rules.ts";
import { createSource, updateSource } from "./save.ts";
import {
  appendSourceTest,
  finishSourceTest,
  listSourceTests,
  readSourceTest,
  requestSourceTest,
} from "./test.ts";
import { trustCertificate } from "./trust.ts";

let db: Db;
let ctx: AdminCtx;

beforeAll(async () => {
  ({ db } = await testDatabase());
  ctx = adminCtx(db, (await makeUser(db)).id);
});

const relay = (values: Record<string, unknown> = {}) =>
  CreateSourceInput.parse({
    source: {
      kind: "relay",
      name: uniqueId("Relay "),
      host: "smtp.example.com",
      port: "587",
      tls: "starttls",
      username: "mill",
      password: "flour & water",
      heloName: "mail.example.com",
      maxConnections: "",
      messagesPerMinute: "600",
      ...values,
    },
  });
let lastIp = 0;
const address = (values: Record<string, unknown> = {}) => {
  lastIp += 1;
  return CreateSourceInput.parse({
    source: {
      kind: "ip",
      name: uniqueId("Address "),
      ip: `192.0.2.${lastIp}`,
      heloName: "mail.example.com",
      ...values,
    },
  });
};
async function create(input: CreateSourceInput): Promise<number> {
  const result = await createSource(ctx, input);
  if (!result.ok) throw new Error(result.reason);
  return result.sourceId;
}
const rowOf = async (id: number) => (await db.select().from(sources).where(eq(sources.id, id)))[0];

test("what is no address, host or port is refused by the schema", () => {
  const { source } = relay();
  for (const wrong of [
    { host: "not a host" },
    { host: "" },
    { port: 0 },
    { port: 70_000 },
    { tls: "maybe" },
    { name: " " },
    { heloName: "a\r\nMAIL FROM:<x>" },
    { maxConnections: "0" },
    { kind: "pigeon" },
  ]) {
    expect(SourceInput.safeParse({ ...source, ...wrong }).success, JSON.stringify(wrong)).toBe(false);
  }
  expect(SourceInput.safeParse({ ...address().source, ip: "192.0.2.256" }).success).toBe(false);
  expect(source).toMatchObject({ maxConnections: null, messagesPerMinute: 600, port: 587 });
});

test("a relay's password is kept encrypted, never read out, and stays when none is typed", async () => {
  const input = relay();
  const sourceId = await create(input);
  const stored = (await rowOf(sourceId))?.password ?? "";
  expect(stored).not.toContain("flour");
  expect(decryptSecret(ctx.settings.secret, relayPurpose(sourceId), stored)).toBe("flour & water");
  expect(JSON.stringify(await listSources(ctx))).not.toContain(stored);
  expect(await getSource(ctx, sourceId)).toMatchObject({ hasPassword: true, host: "smtp.example.com" });
  const changed = relay({ name: input.source.name, password: "", host: "smtp2.example.com" });
  expect(await updateSource(ctx, { sourceId, source: changed.source })).toEqual({ ok: true });
  expect(await rowOf(sourceId)).toMatchObject({ password: stored, host: "smtp2.example.com" });
  const renewed = relay({ name: input.source.name, password: "rye" });
  await updateSource(ctx, { sourceId, source: renewed.source });
  const after = (await rowOf(sourceId))?.password ?? "";
  expect(decryptSecret(ctx.settings.secret, relayPurpose(sourceId), after)).toBe("rye");
});

test("a new source joins the default pool; names and addresses are taken once; a kind stays", async () => {
  const input = address();
  const sourceId = await create(input);
  const [pool] = await db.select().from(pools).where(eq(pools.isDefault, true));
  const joined = await db.select().from(poolSources).where(eq(poolSources.sourceId, sourceId));
  expect(joined.map((row) => row.poolId)).toEqual([pool?.id]);
  expect(await createSource(ctx, input)).toMatchObject({ ok: false, fields: { name: expect.any(String) } });
  const sameIp = address({ ip: input.source.kind === "ip" ? input.source.ip : "" });
  expect(await createSource(ctx, sameIp)).toMatchObject({ ok: false, fields: { ip: expect.any(String) } });
  expect(await updateSource(ctx, { sourceId, source: input.source })).toEqual({ ok: true });
  expect((await updateSource(ctx, { sourceId, source: relay().source })).ok).toBe(false);
  expect((await createSource(ctx, { ...address(), poolId: 9_999 })).ok).toBe(false);
});

// A certificate signed by itself, of 2026; nothing depends on its dates.
const PEM = `-----BEGIN CERTIFICATE-----
MIIBQjCB6KADAgECAhAB7czsr97LWSs1voH159lrMAoGCCqGSM49BAMCMA4xDDAK
BgNVBAMMA2JveDAeFw0yNjExMjUwODQwMDBaFw0yNzExMjYwODQwMDBaMA4xDDAK
BgNVBAMMA2JveDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABJiDktJBVGdddaaY
e31VfjtLby1HnmM+qDW1lpnW9804DJfuLu2tWogggrILOZRThNk5D5SrBKf7NNRw
TdaAd4KjKDAmMAwGA1UdEwEB/wQCMAAwFgYDVR0RBA8wDYILYm94LmV4YW1wbGUw
CgYIKoZIzj0EAwIDSQAwRgIhAIIovI6p37UGwRrpSANIEQzWoyHhIHc++mYTkyP2
zJx6AiEAsJVWrUS5v28edMskAlrq3jlWMaTqLWRX+fIxtobf2cM=
-----END CERTIFICATE-----
`;

test("a relay's own certificate has to be one; what stands around it is left out", async () => {
  const { source } = relay({ certificate: `subject=box\r\n${PEM}${PEM}` });
  expect(source).toMatchObject({ certificate: `${PEM}${PEM}` });
  const key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----";
  for (const certificate of ["no certificate", PEM.replace(/[A-Za-z]{9}/, "AAAAAAAAA"), `${PEM}${key}`]) {
    expect(SourceInput.safeParse({ ...source, certificate }).success, certificate).toBe(false);
  }
  const sourceId = await create(relay({ certificate: PEM }));
  expect(await rowOf(sourceId)).toMatchObject({ certificate: PEM, revision: 1 });
});

test("a password goes in clear text only to this machine, or where somebody ticked it", async () => {
  const clear = (values: Record<string, unknown>) => createSource(ctx, relay({ tls: "none", ...values }));
  expect(await clear({})).toMatchObject({ ok: false, fields: { clearPassword: expect.any(String) } });
  expect(await clear({ host: "192.0.2.9" })).toMatchObject({ ok: false });
  for (const values of [
    { clearPassword: "on" },
    { username: "" },
    { host: "localhost" },
    { host: "127.0.0.1" },
  ]) {
    expect(await clear(values), JSON.stringify(values)).toMatchObject({ ok: true });
  }
});

test("the certificate of a test can be trusted, by a relay alone; lanes at work hear of it", async () => {
  const shown = async (sourceId: number, certificate: string | null) =>
    (await db.insert(sourceTests).values({ sourceId, recipient: "a@b.example", certificate }).returning())[0]!
      .id;
  const sourceId = await create(relay());
  expect((await trustCertificate(ctx, { testId: await shown(sourceId, null) })).ok).toBe(false);
  const local = await shown(await create(address()), PEM);
  expect((await trustCertificate(ctx, { testId: local })).ok).toBe(false);
  expect(await trustCertificate(ctx, { testId: await shown(sourceId, PEM) })).toEqual({ ok: true });
  expect(await rowOf(sourceId)).toMatchObject({ certificate: PEM, revision: 2 });
});

test("hold and release: each once; retries pinned to a held source are free for the others", async () => {
  const source = await makeSource(db);
  const input = { sourceId: source.id };
  await db.insert(due).values({
    campaignId: 77,
    seq: 1,
    poolId: 1,
    bucket: 1,
    class: 5,
    dueAt: new Date(),
    sourceId: source.id,
  });
  expect((await releaseSource(ctx, input)).ok).toBe(false);
  expect(await holdSource(ctx, input)).toEqual({ ok: true });
  expect((await holdSource(ctx, input)).ok).toBe(false);
  const [retry] = await db.select().from(due).where(eq(due.campaignId, 77));
  expect(retry?.sourceId).toBeNull();
  await db.delete(due).where(eq(due.campaignId, 77));
  expect(await releaseSource(ctx, input)).toEqual({ ok: true });
  expect((await rowOf(source.id))?.state).toBe("active");
});

test("a source drains once, from sending alone; it can be held on the way, and who did what is kept", async () => {
  const sourceId = await create(address());
  const input = { sourceId };
  const done = (ok: boolean) => ({ ok });
  const both = await Promise.all([drainSource(ctx, input), drainSource(ctx, input)]);
  expect(both.map((result) => result.ok).sort()).toEqual([false, true]);
  expect((await rowOf(sourceId))?.state).toBe("draining");
  expect(await holdSource(ctx, input)).toMatchObject(done(true));
  expect(await drainSource(ctx, input)).toMatchObject(done(false));
  expect(await releaseSource(ctx, input)).toMatchObject(done(true));
  expect(await drainSource(ctx, input)).toMatchObject(done(true));
  expect(await releaseSource(ctx, input)).toMatchObject(done(true));
  expect(await removeSource(ctx, input)).toMatchObject(done(true));
  for (const verb of [drainSource, holdSource, releaseSource])
    expect(await verb(ctx, input)).toMatchObject(done(false));
  expect((await readSourceDeeds(ctx, sourceId)).map(({ action, who }) => `${action} ${who}`)).toEqual(
    ["remove", "release", "drain", "release", "hold", "drain", "create"].map((verb) => `source.${verb} Mara`),
  );
});

test("what hangs on a source: who else sends for its pools, and how many wait there", async () => {
  const [pool] = await db
    .insert(pools)
    .values({ name: uniqueId("Pool ") })
    .returning();
  const [one, two] = [await makeSource(db, { poolId: pool!.id }), await makeSource(db, { poolId: pool!.id })];
  const at = { poolId: pool!.id, bucket: 1, class: 5, dueAt: new Date() };
  await db.insert(due).values([
    { campaignId: 79, seq: 1, ...at },
    { campaignId: 79, seq: 2, ...at },
  ]);
  expect(await readSourceRole(ctx, one.id)).toEqual({
    inHands: 0,
    pools: [{ id: pool!.id, name: pool!.name, others: [two.name], waiting: 2 }],
  });
  await drainSource(ctx, { sourceId: two.id });
  expect((await readSourceRole(ctx, one.id)).pools[0]?.others).toEqual([]);
  await db.delete(due).where(eq(due.campaignId, 79));
});

test("the last source of a pool with waiting mail is not removed; a removed one frees its name", async () => {
  const [pool] = await db
    .insert(pools)
    .values({ name: uniqueId("Pool ") })
    .returning();
  const source = await makeSource(db, { poolId: pool!.id });
  const input = { sourceId: source.id };
  await db
    .insert(due)
    .values({ campaignId: 78, seq: 1, poolId: pool!.id, bucket: 1, class: 5, dueAt: new Date() });
  const refused = await removeSource(ctx, input);
  expect(refused).toMatchObject({ ok: false, reason: expect.stringContaining(pool!.name) });
  await makeSource(db, { poolId: pool!.id });
  expect(await removeSource(ctx, input)).toEqual({ ok: true });
  expect((await removeSource(ctx, input)).ok).toBe(false);
  await expect(getSource(ctx, source.id)).rejects.toMatchObject({ code: "not-found" });
  await create(address({ name: source.name }));
});

test("a test of a source: asked for once, written down line by line, and not held twice", async () => {
  const source = await makeSource(db);
  expect(await requestSourceTest(ctx, { sourceId: source.id, recipient: "nobody" })).toMatchObject({
    ok: false,
    fields: { recipient: expect.any(String) },
  });
  expect((await requestSourceTest(ctx, { sourceId: 9_999, recipient: "a@b.example" })).ok).toBe(false);
  const asked = await requestSourceTest(ctx, { sourceId: source.id, recipient: "ines@b.example" });
  if (!asked.ok) throw new Error(asked.reason);
  const [job] = await db.execute<{ n: number }>(
    sql`select count(*)::int as n from graphile_worker.jobs where task_identifier = 'test-source'`,
  );
  expect(job?.n).toBe(1);
  const worker = systemCtx(db);
  expect(await readSourceTest(worker, asked.testId)).toMatchObject({ to: "ines@b.example" });
  await appendSourceTest(worker, asked.testId, "< 220 ready\n");
  await appendSourceTest(worker, asked.testId, "> EHLO mail.example.com\n");
  await finishSourceTest(worker, asked.testId, { ok: true, result: "Accepted: 250 ok" });
  expect(await readSourceTest(worker, asked.testId)).toBeNull();
  expect(await listSourceTests(ctx, source.id)).toMatchObject([
    { ok: true, transcript: "< 220 ready\n> EHLO mail.example.com\n" },
  ]);
  await db.delete(sourceTests).where(eq(sourceTests.id, asked.testId));
});
