import { eq, sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import type { Db } from "#db/client.ts";
import { auditEvents, installation } from "#db/schema/index.ts";
import { anotherDatabase } from "#db/testing/database.ts";
import { adminCtx, makeUser, systemCtx } from "#db/testing/factories.ts";
import { noticeRestore, type SeenDatabase } from "./notice-restore.ts";
import { readSystem } from "./read-system.ts";
import { setSending } from "./sending.ts";

let db: Db;
beforeEach(async () => {
  ({ db } = await anotherDatabase());
});

const house = async () => (await db.select().from(installation))[0]!;
const look = (seen: SeenDatabase | null) => noticeRestore(systemCtx(db), seen);
const notices = () => db.$count(auditEvents, eq(auditEvents.action, "database.restored"));
const FAR = "FFFFFFF/0";

/** As a dump that is read back: the same rows in a table of its own. */
async function readBack() {
  await db.execute(sql`alter table installation rename to before`);
  await db.execute(sql`create table installation (like before including defaults including constraints)`);
  await db.execute(sql`insert into installation select * from before`);
  await db.execute(sql`drop table before`);
}

test("a database that stays where it is goes on sending", async () => {
  const first = await look(null);
  expect(first).toMatchObject({ restored: false, seen: { restores: 0 } });
  for (const seen of [first.seen, null]) expect((await look(seen)).restored).toBe(false);
  expect(await house()).toMatchObject({ sendingAllowed: true, restores: 0, home: first.seen?.home });
  expect(await notices()).toBe(0);
});

test("a dump that was read back sends nothing until an administrator allows it", async () => {
  await look(null);
  await db.execute(sql`insert into worker_ends (id, host, pid, started_at, ended_at, how)
    values (1, 'here', 1, '2099-11-18', '2099-11-19 03:00Z', 'stopped')`);
  await readBack();
  const now = await look(null);
  expect(now).toMatchObject({ restored: true, seen: { restores: 1 } });
  expect(await house()).toMatchObject({
    sendingAllowed: false,
    sendingStoppedBy: null,
    restoredFrom: new Date("2099-11-19T03:00:00Z"),
  });
  // Said once, and still off.
  expect((await look(now.seen)).restored).toBe(false);
  expect(await notices()).toBe(1);
  expect((await house()).sendingAllowed).toBe(false);

  const ctx = adminCtx(db, (await makeUser(db)).id);
  expect((await readSystem(ctx)).restoredFrom).toEqual(new Date("2099-11-19T03:00:00Z"));
  expect(await setSending(ctx, { allowed: true })).toEqual({ ok: true });
  expect((await look(now.seen)).restored).toBe(false);
  expect(await house()).toMatchObject({ sendingAllowed: true, restoredFrom: null });
  expect((await readSystem(ctx)).restoredFrom).toBeNull();
});

test("a server that has less than a machine has seen was restored from files; two that see it say it once", async () => {
  const { seen } = await look(null);
  const remembered = { ...seen!, lsn: FAR };
  const both = await Promise.all([look(remembered), look(remembered)]);
  expect(both.filter(({ restored }) => restored)).toHaveLength(1);
  expect(both.map((one) => one.seen?.restores)).toEqual([1, 1]);
  expect(await house()).toMatchObject({ sendingAllowed: false, restores: 1 });
  expect(await notices()).toBe(1);
});

test("a machine that was off meanwhile does not stop it again, unless the database went back once more", async () => {
  const { seen } = await look(null);
  const remembered = { ...seen!, lsn: FAR };
  await look(remembered);
  await setSending(adminCtx(db, (await makeUser(db)).id), { allowed: true });
  expect((await look(remembered)).restored).toBe(false);
  expect((await house()).sendingAllowed).toBe(true);
  // Back to a backup from before the first time: less restored than was seen.
  const after = await look({ ...seen!, restores: 5, lsn: "0/0" });
  expect(after).toMatchObject({ restored: true, seen: { restores: 6 } });
});

test("what a machine remembers of another database says nothing of this one", async () => {
  await look(null);
  expect((await look({ home: "1/2/3", restores: 9, lsn: FAR })).restored).toBe(false);
  expect((await house()).sendingAllowed).toBe(true);
});
