import { sql as fragment } from "drizzle-orm";
import { afterAll, expect, test } from "vitest";
import { testDatabase } from "#db/testing/database.ts";
import { makeDb } from "./client.ts";

const { url, sql: other } = await testDatabase();
const GRACE_MS = 300;
const pool = makeDb(url, { max: 1, graceMs: GRACE_MS });
afterAll(() => pool.end());

/** Asks until it is answered: what was sent to a connection that is about to be lost may fail, but never hang. */
async function answered<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch {
      await new Promise((turn) => setImmediate(turn));
    }
  }
}

/** Ends the server's side of whoever asks, while statements are sent in every turn of the event loop. */
async function loseConnection(ask: () => Promise<number>, send: () => Promise<unknown>) {
  const pid = await answered(ask);
  const sent: Promise<unknown>[] = [];
  let isOn = true;
  const storm = () => {
    if (!isOn || sent.length > 2_000) return;
    queueMicrotask(() =>
      sent.push(
        send().then(
          () => "answered",
          () => "failed",
        ),
      ),
    );
    setImmediate(storm);
  };
  setImmediate(storm);
  await other`select pg_terminate_backend(${pid}::int)`;
  for (;;) {
    const [row] = await other`select 1 from pg_stat_activity where pid = ${pid}::int`;
    if (!row) break;
  }
  isOn = false;
  return sent;
}

test("a pool by hand answers after each loss of its connection, and leaves no question open", async () => {
  const sent: Promise<unknown>[] = [];
  for (let i = 0; i < 15; i++) {
    sent.push(
      ...(await loseConnection(
        async () => Number((await pool.sql`select pg_backend_pid() as pid`)[0]?.pid),
        () => pool.sql`select 1`.execute(),
      )),
    );
  }
  expect(await answered(() => pool.sql.begin((tx) => tx`select 1 as one`))).toEqual([{ one: 1 }]);
  expect(new Set(await Promise.all(sent))).toContain("answered");
});

test("drizzle's pool does, too, and its fresh clients read types as the first did", async () => {
  const at = () => pool.db.execute<{ at: unknown }>(fragment`select now() as at, '{"a":1}'::jsonb as j`);
  const before = (await at())[0];
  for (let i = 0; i < 8; i++) {
    const sent = await loseConnection(
      async () =>
        Number((await pool.db.execute<{ pid: number }>(fragment`select pg_backend_pid() as pid`))[0]?.pid),
      () => pool.db.execute(fragment`select 1`),
    );
    await Promise.all(sent);
  }
  const after = (await answered(at))[0];
  expect(typeof after?.at).toBe(typeof before?.at);
  expect(after).toMatchObject({ j: (before as { j?: unknown }).j });
  await pool.db.transaction(async (tx) => {
    expect(await tx.execute(fragment`select 2 as two`)).toEqual([{ two: 2 }]);
  });
});
