import { sql as query } from "drizzle-orm";
import { expect, test } from "vitest";
import { makeDb } from "./client.ts";
import { testDatabase } from "./testing/database.ts";

const { url, sql: elsewhere } = await testDatabase();

/** Ends the session of the transaction that is open, and waits until the client has noticed. */
async function cut(pid: number): Promise<void> {
  await elsewhere`select pg_terminate_backend(${pid}, 2000)`;
  await new Promise((done) => setTimeout(done, 100));
}

test("a transaction whose connection is lost between two statements is rejected, and the process goes on", async () => {
  const { sql, end } = makeDb(url, { max: 1 });
  const lost = sql.begin(async (tx) => {
    const [row] = await tx`select pg_backend_pid() as pid`;
    await cut(Number(row?.pid));
    await tx`select 1`;
  });
  await expect(lost).rejects.toThrow(/terminat|CONNECTION_CLOSED/i);
  expect(await sql`select 1 as one`).toEqual([{ one: 1 }]);
  await end();
});

test("so is one that was lost after its last statement, or while one ran", async () => {
  const { sql, end } = makeDb(url, { max: 1 });
  const before = sql.begin(async (tx) => {
    const [row] = await tx`select pg_backend_pid() as pid`;
    await cut(Number(row?.pid));
  });
  await expect(before).rejects.toThrow();
  expect(await sql`select 2 as two`).toEqual([{ two: 2 }]);
  const during = sql.begin(async (tx) => {
    const [row] = await tx`select pg_backend_pid() as pid`;
    await Promise.all([tx`select pg_sleep(5)`, cut(Number(row?.pid))]);
  });
  await expect(during).rejects.toThrow();
  // postgres.js hands the old error to the first query of the new connection; the second is well.
  await sql`select 1`.catch(() => {});
  expect(await sql`select 1 as one`).toEqual([{ one: 1 }]);
  await end();
});

test("the same under drizzle, savepoints too", async () => {
  const { db, end } = makeDb(url, { max: 1 });
  const lost = db.transaction((tx) =>
    tx.transaction(async (inner) => {
      const [row] = await inner.execute<{ pid: number }>(query`select pg_backend_pid() as pid`);
      await cut(row?.pid ?? 0);
      await inner.execute(query`select 1`);
    }),
  );
  await expect(lost).rejects.toThrow();
  expect(await db.execute(query`select 1 as one`)).toEqual([{ one: 1 }]);
  await end();
});

test("what goes well commits, what throws is rolled back", async () => {
  const { sql, db, end } = makeDb(url, { max: 1 });
  await sql`create table guarded (n int)`;
  await sql.begin((tx) => tx`insert into guarded values (1)`);
  await sql.begin("isolation level serializable", (tx) => tx`insert into guarded values (2)`);
  await expect(
    db.transaction(async (tx) => {
      await tx.execute(query`insert into guarded values (3)`);
      await tx.transaction((inner) => inner.execute(query`insert into guarded values (4)`));
      throw new Error("no");
    }),
  ).rejects.toThrow("no");
  expect(await sql`select n from guarded order by n`).toEqual([{ n: 1 }, { n: 2 }]);
  await end();
});
