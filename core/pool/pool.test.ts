import { and, eq } from "drizzle-orm";
import { beforeAll, expect, test } from "vitest";
import type { AdminCtx } from "#core/platform/context.ts";
import { listPools } from "#core/source/read.ts";
import type { Db } from "#db/client.ts";
import { auditEvents, due, sources, workspaces } from "#db/schema/index.ts";
import { testDatabase, uniqueId } from "#db/testing/database.ts";
import {
  adminCtx,
  makeSender,
  makeSource,
  makeUser,
  makeWorkspace,
  systemCtx,
} from "#db/testing/factories.ts";
import { enqueueSystemMail } from "../system-mail/enqueue.ts";
import { assignPool, SavePoolInput, savePool } from "./save.ts";

let db: Db;
let ctx: AdminCtx;

beforeAll(async () => {
  ({ db } = await testDatabase());
  ctx = adminCtx(db, (await makeUser(db)).id);
});

test("a pool without a living source is refused", async () => {
  const gone = await makeSource(db, {});
  await db.update(sources).set({ removedAt: new Date() }).where(eq(sources.id, gone.id));
  for (const sourceIds of [[], [9_999], [gone.id]])
    expect(await savePool(ctx, { name: uniqueId("Pool "), sourceIds, overflow: "warm" })).toMatchObject({
      ok: false,
      fields: { sourceIds: expect.any(String) },
    });
});

test("a pool is made, changed, and keeps its name to itself", async () => {
  const [one, two] = [await makeSource(db), await makeSource(db)];
  const name = uniqueId("Pool ");
  const made = await savePool(ctx, { name, sourceIds: [one.id], overflow: "warm" });
  if (!made.ok) throw new Error(made.reason);
  expect((await savePool(ctx, { name, sourceIds: [two.id], overflow: "warm" })).ok).toBe(false);
  const change = {
    poolId: made.poolId,
    name,
    sourceIds: [one.id, two.id, two.id],
    overflow: "warm" as const,
  };
  for (let i = 0; i < 2; i++) expect((await savePool(ctx, change)).ok).toBe(true);
  const pool = (await listPools(ctx)).find((row) => row.id === made.poolId);
  expect(pool?.sources.map((source) => source.id).sort()).toEqual([one.id, two.id].sort());
  expect(
    (await savePool(ctx, { poolId: 9_999, name: uniqueId("Pool "), sourceIds: [one.id], overflow: "warm" }))
      .ok,
  ).toBe(false);
});

test("weights are whole numbers from 1 to 100, stay where none is given, and are written down", async () => {
  const [one, two] = [await makeSource(db), await makeSource(db)];
  const name = uniqueId("Pool ");
  const made = await savePool(ctx, { name, sourceIds: [one.id, two.id], weights: { [one.id]: 3 } });
  if (!made.ok) throw new Error(made.reason);
  const weights = async () => {
    const pool = (await listPools(ctx)).find((row) => row.id === made.poolId);
    return Object.fromEntries(pool?.sources.map((source) => [source.id, source.weight]) ?? []);
  };
  expect(await weights()).toEqual({ [one.id]: 3, [two.id]: 1 });
  for (const wrong of [0, 101, 1.5, "many"])
    expect(
      SavePoolInput.safeParse({ name, sourceIds: [one.id], weights: { [one.id]: wrong } }).error?.issues[0]
        ?.message,
    ).toBe("A weight is a whole number from 1 to 100.");
  await savePool(ctx, { poolId: made.poolId, name, sourceIds: [one.id, two.id], weights: { [two.id]: 100 } });
  expect(await weights()).toEqual({ [one.id]: 3, [two.id]: 100 });
  await savePool(ctx, { poolId: made.poolId, name, sourceIds: [two.id] });
  expect(await weights()).toEqual({ [two.id]: 100 });
  const audit = await db.select().from(auditEvents).where(eq(auditEvents.target, name));
  expect(audit.map((row) => row.details.weights)).toContainEqual({ [two.id]: 100 });
});

test("retries pinned to a source that leaves the pool are free for the others", async () => {
  const [one, two] = [await makeSource(db), await makeSource(db)];
  const made = await savePool(ctx, { name: uniqueId("Pool "), sourceIds: [one.id, two.id] });
  if (!made.ok) throw new Error(made.reason);
  const at = { campaignId: 801, bucket: 1, class: 5, dueAt: new Date(), poolId: made.poolId };
  await db.insert(due).values([
    { ...at, seq: 1, sourceId: one.id },
    { ...at, seq: 2, sourceId: two.id },
  ]);
  await savePool(ctx, { poolId: made.poolId, name: uniqueId("Pool "), sourceIds: [two.id] });
  const turns = await db.select().from(due).where(eq(due.campaignId, 801)).orderBy(due.seq);
  expect(turns.map((turn) => turn.sourceId)).toEqual([null, two.id]);
  await db.delete(due).where(eq(due.campaignId, 801));
});

test("a workspace leaves the default pool only when it is given another", async () => {
  const workspace = await makeWorkspace(db);
  const source = await makeSource(db);
  const made = await savePool(ctx, { name: uniqueId("Pool "), sourceIds: [source.id], overflow: "warm" });
  if (!made.ok) throw new Error(made.reason);
  const users = async (isDefault: boolean) =>
    (await listPools(ctx))
      .filter((pool) => (isDefault ? pool.isDefault : pool.id === made.poolId))
      .flatMap((pool) => pool.workspaces.map((row) => row.id));
  expect(await users(true)).toContain(workspace.id);
  expect((await assignPool(ctx, { workspaceId: workspace.id, poolId: 9_999 })).ok).toBe(false);
  expect((await assignPool(ctx, { workspaceId: 999_999, poolId: made.poolId })).ok).toBe(false);
  expect(await assignPool(ctx, { workspaceId: workspace.id, poolId: made.poolId })).toEqual({ ok: true });
  expect(await users(true)).not.toContain(workspace.id);
  expect(await users(false)).toEqual([workspace.id]);
  const [row] = await db.select().from(workspaces).where(eq(workspaces.id, workspace.id));
  expect(row?.poolId).toBe(made.poolId);
});

test("system mail follows its workspace's campaigns until it is given a pool of its own", async () => {
  const workspace = await makeWorkspace(db);
  await makeSender(db, workspace.id);
  const poolOf = async () => {
    const mail = {
      kind: "confirm",
      to: `${uniqueId("p")}@example.com`,
      subject: "s",
      html: "",
      text: "t",
    } as const;
    const sent = await enqueueSystemMail(systemCtx(db), { ...mail, workspaceId: workspace.id });
    if (!sent.ok) throw new Error(sent.reason);
    const [row] = await db
      .select()
      .from(due)
      .where(and(eq(due.campaignId, sent.campaignId), eq(due.seq, sent.seq)));
    return row?.poolId;
  };
  const before = await poolOf();
  const source = await makeSource(db);
  const made = await savePool(ctx, { name: uniqueId("Pool "), sourceIds: [source.id] });
  if (!made.ok) throw new Error(made.reason);
  const assigned = { workspaceId: workspace.id, poolId: made.poolId };
  expect(await assignPool(ctx, { ...assigned, stream: "system" })).toEqual({ ok: true });
  expect(await poolOf()).toBe(made.poolId);
  expect(before).not.toBe(made.poolId);
  const [row] = await db.select().from(workspaces).where(eq(workspaces.id, workspace.id));
  expect(row?.poolId).not.toBe(made.poolId);
  expect((await listPools(ctx)).find((pool) => pool.id === made.poolId)).toMatchObject({
    workspaces: [],
    systemOf: [{ id: workspace.id }],
  });
});
