import { and, eq, inArray, sql } from "drizzle-orm";
import { describe, expect, test } from "vitest";
import {
  bulkActPeople,
  consentEvents,
  erasures,
  subscribers,
  subscriptions,
  suppressions,
} from "#db/schema/index.ts";
import { testDatabase } from "#db/testing/database.ts";
import {
  makeList,
  makeSubscriber,
  makeSubscription,
  makeSuppression,
  makeWorkspace,
  systemCtx,
  workspaceCtx,
} from "#db/testing/factories.ts";
import { addSubscriber } from "../subscriber/save.ts";
import { getBulkAct } from "./read.ts";
import { failBulk, runBulk } from "./run.ts";
import { addTag, addToList, eraseMany, removeTag, unsubscribeMany } from "./start.ts";
import { cancelBulk, undoBulk } from "./stop.ts";

const { db } = await testDatabase();

async function world(people = 3) {
  const workspace = await makeWorkspace(db);
  const list = await makeList(db, workspace.id, { name: "Friday" });
  const ids: number[] = [];
  for (let i = 0; i < people; i++) ids.push((await makeSubscriber(db, workspace.id)).id);
  return { ctx: workspaceCtx(db, workspace.id), listId: list.id, ids };
}
type World = Awaited<ReturnType<typeof world>>;

const ok = <T extends object>(result: ({ ok: true } & T) | { ok: false; reason: string }): T => {
  if (!result.ok) throw new Error(result.reason);
  return result;
};
const tagsOf = async (ids: number[]) =>
  (
    await db
      .select({ tags: subscribers.tags })
      .from(subscribers)
      .where(inArray(subscribers.id, ids))
      .orderBy(subscribers.id)
  ).map((row) => row.tags);
const standing = async (ids: number[], listId: number) =>
  new Map(
    (
      await db
        .select()
        .from(subscriptions)
        .where(and(inArray(subscriptions.subscriberId, ids), eq(subscriptions.listId, listId)))
    ).map((row) => [row.subscriberId, row.status]),
  );
const events = async (id: number) =>
  (
    await db.select().from(consentEvents).where(eq(consentEvents.subscriberId, id)).orderBy(consentEvents.id)
  ).map((row) => `${row.kind}: ${row.source}`);
/** All that match the page's filter, by the worker. */
async function byWorker(w: World, started: { actId: number; message?: string }) {
  expect(started.message).toBeUndefined();
  await runBulk(systemCtx(db), { actId: started.actId });
  return getBulkAct(w.ctx, started.actId);
}

describe("a bulk act", () => {
  test("on picked people is done at once, says how many it changed, and can be taken back once", async () => {
    const w = await world();
    await addTag(w.ctx, { id: [w.ids[0]!], tag: "vip" });
    const done = ok(await addTag(w.ctx, { id: w.ids, tag: "vip" }));
    expect(done.message).toBe("2 people got the tag vip.");
    expect(await getBulkAct(w.ctx, done.actId)).toMatchObject({
      state: "finished",
      total: 3,
      done: 3,
      changed: 2,
    });
    expect(await undoBulk(w.ctx, { actId: done.actId })).toEqual({ ok: true });
    expect(await tagsOf(w.ids)).toEqual([["vip"], [], []]);
    expect(await undoBulk(w.ctx, { actId: done.actId })).toMatchObject({ ok: false });
    const untagged = ok(await removeTag(w.ctx, { id: w.ids, tag: "vip" }));
    expect(untagged.message).toBe("1 person lost the tag vip.");
    await undoBulk(w.ctx, { actId: untagged.actId });
    expect(await tagsOf(w.ids)).toEqual([["vip"], [], []]);
  });

  test("on a filter is about those who matched when it began, in chunks that survive a crash", async () => {
    const w = await world(5);
    await addTag(w.ctx, { id: w.ids.slice(0, 4), tag: "old" });
    const started = ok(await addTag(w.ctx, { id: [], all: "1", filter: "tag=old&sort=address", tag: "new" }));
    const act = await byWorker(w, started);
    expect(act).toMatchObject({ state: "finished", total: 4, changed: 4 });
    // The job comes again after it was through: nothing happens.
    await addTag(w.ctx, { id: [w.ids[4]!], tag: "old" });
    await runBulk(systemCtx(db), { actId: started.actId });
    expect((await tagsOf(w.ids)).map((tags) => tags.includes("new"))).toEqual([
      true,
      true,
      true,
      true,
      false,
    ]);
  });

  test("that was stopped takes back only what it did", async () => {
    const w = await world(4);
    await addTag(w.ctx, { id: [w.ids[3]!], tag: "kept" });
    const started = ok(await removeTag(w.ctx, { id: [], all: "1", filter: "", tag: "kept" }));
    // It came as far as the first two.
    await db.execute(sql`insert into bulk_act_people (act_id, subscriber_id) select ${started.actId}::int, id from subscribers
      where workspace_id = ${w.ctx.workspaceId}`);
    await db.execute(
      sql`update bulk_acts set state = 'running', started_at = now(), total = 4, cursor = ${w.ids[1]}, done = 2 where id = ${started.actId}`,
    );
    expect(await cancelBulk(w.ctx, { actId: started.actId })).toEqual({ ok: true });
    await runBulk(systemCtx(db), { actId: started.actId });
    expect((await getBulkAct(w.ctx, started.actId)).state).toBe("cancelled");
    await undoBulk(w.ctx, { actId: started.actId });
    expect((await tagsOf(w.ids))[2]).toEqual([]);
    expect((await getBulkAct(w.ctx, started.actId)).state).toBe("undone");
    await failBulk(systemCtx(db), { actId: started.actId });
    expect((await getBulkAct(w.ctx, started.actId)).state).toBe("undone");
  });

  test("puts on a list with proof, leaves out who left or is suppressed, and takes back what it began", async () => {
    const w = await world(4);
    const [fresh, pending, left, stopped] = w.ids as [number, number, number, number];
    const rows = await db
      .select()
      .from(subscribers)
      .where(inArray(subscribers.id, w.ids))
      .orderBy(subscribers.id);
    await makeSubscription(db, rows[1]!, w.listId, "pending");
    await makeSubscription(db, rows[2]!, w.listId, "unsubscribed");
    await makeSuppression(db, {
      address: rows[3]!.address,
      workspaceId: w.ctx.workspaceId,
      reason: "complaint",
    });
    const done = ok(await addToList(w.ctx, { id: w.ids, listId: w.listId, note: "At the fair." }));
    expect(done.message).toContain("2 people joined Friday.");
    expect(await standing(w.ids, w.listId)).toEqual(
      new Map([
        [fresh, "confirmed"],
        [pending, "confirmed"],
        [left, "unsubscribed"],
      ]),
    );
    expect(await events(fresh)).toEqual(["added: Added by hand"]);
    await undoBulk(w.ctx, { actId: done.actId });
    expect(await standing(w.ids, w.listId)).toEqual(
      new Map([
        [pending, "pending"],
        [left, "unsubscribed"],
      ]),
    );
    expect(await events(fresh)).toEqual(["added: Added by hand", "unsubscribed: Undo of adding by hand"]);
    expect(stopped).toBeDefined();
  });

  test("undoing an unsubscribe brings nobody back who has said no by themselves since", async () => {
    const w = await world(3);
    const rows = await db
      .select()
      .from(subscribers)
      .where(inArray(subscribers.id, w.ids))
      .orderBy(subscribers.id);
    for (const row of rows)
      await makeSubscription(db, row, w.listId, row.id === w.ids[2] ? "pending" : "confirmed");
    const done = ok(await unsubscribeMany(w.ctx, { id: w.ids }));
    expect(done.message).toBe("3 people unsubscribed.");
    await db
      .update(subscriptions)
      .set({ unsubscribedAt: new Date(Date.now() + 1000) })
      .where(eq(subscriptions.subscriberId, w.ids[0]!));
    await undoBulk(w.ctx, { actId: done.actId });
    expect(
      [...(await standing(w.ids, w.listId)).entries()].sort((a, b) => a[0] - b[0]).map((x) => x[1]),
    ).toEqual(["unsubscribed", "confirmed", "pending"]);
  });

  test("erases for good: data and proof go, a mark stays, only their own sign-up brings them back", async () => {
    const w = await world(2);
    const [row] = await db.select().from(subscribers).where(eq(subscribers.id, w.ids[0]!));
    await makeSubscription(db, row!, w.listId, "confirmed");
    await makeSuppression(db, { address: row!.address, workspaceId: w.ctx.workspaceId, reason: "manual" });
    const done = ok(await eraseMany(w.ctx, { id: w.ids }));
    expect(done.message).toBe("2 people erased.");
    expect(await undoBulk(w.ctx, { actId: done.actId })).toMatchObject({ ok: false });
    const [shell] = await db.select().from(subscribers).where(eq(subscribers.id, row!.id));
    expect(shell).toMatchObject({
      address: "",
      domain: "",
      attributes: {},
      tags: [],
      erasedAt: expect.any(Date),
    });
    expect(await events(row!.id)).toEqual(["erased: Erased by hand"]);
    expect(await db.select().from(suppressions).where(eq(suppressions.addressKey, row!.addressKey))).toEqual(
      [],
    );
    const marks = await db.select().from(erasures).where(eq(erasures.workspaceId, w.ctx.workspaceId));
    expect(marks).toHaveLength(2);
    expect(marks.every(({ mark }) => mark.length === 32)).toBe(true);
    const again = { address: row!.address, firstName: "", lastName: "", listIds: [], consent: "" };
    expect(await addSubscriber(w.ctx, again)).toMatchObject({
      ok: false,
      reason: expect.stringContaining("erased"),
    });
    // Another workspace does not know of it.
    expect(await addSubscriber((await world(0)).ctx, again)).toMatchObject({ ok: true });
  });

  test("is refused to viewers, for nobody, and touches no other workspace's people", async () => {
    const w = await world(1);
    const other = await world(1);
    await expect(addTag({ ...w.ctx, role: "viewer" }, { id: w.ids, tag: "x" })).rejects.toThrow("role");
    expect(await addTag(w.ctx, { id: [], tag: "x" })).toMatchObject({ ok: false });
    const done = ok(await addTag(w.ctx, { id: other.ids, tag: "x" }));
    expect(done.message).toBe("0 people got the tag x.");
    expect(await tagsOf(other.ids)).toEqual([[]]);
    expect(await db.select().from(bulkActPeople).where(eq(bulkActPeople.actId, done.actId))).toEqual([]);
    expect(await undoBulk(other.ctx, { actId: done.actId })).toMatchObject({ ok: false });
    expect(await addToList(w.ctx, { id: w.ids, listId: other.listId, note: "They agreed." })).toMatchObject({
      ok: false,
    });
  });
});
