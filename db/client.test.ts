import { sql as fragment } from "drizzle-orm";
import { expect, test } from "vitest";
import { anotherDatabase, testDatabase, uniqueId } from "#db/testing/database.ts";
import { reconnectDelay } from "./client.ts";

test("both pools see one database, without JIT and in UTC", async () => {
  const { db, sql } = await testDatabase();
  const [row] =
    await sql`select current_database() as name, current_setting('jit') as jit, current_setting('TimeZone') as zone`;
  expect(row).toMatchObject({ jit: "off", zone: "UTC" });
  const [same] = await db.execute(fragment`select current_database() as name`);
  expect(same?.name).toBe(row?.name);
});

test("postgres.js by hand keeps dates and JSON as values, beside drizzle", async () => {
  const { sql } = await testDatabase();
  const at = new Date("2026-11-22T10:00:00.123Z");
  const [row] = await sql`select ${at}::timestamptz as at, ${sql.json({ a: [1] })} as json`;
  expect(row).toEqual({ at, json: { a: [1] } });
});

test("a file has one database, and another only when asked for", async () => {
  const first = await testDatabase();
  expect((await testDatabase()).url).toBe(first.url);
  expect((await anotherDatabase()).url).not.toBe(first.url);
  expect(uniqueId()).not.toBe(uniqueId());
});

test("a lost server is dialled again within a second, however often it was not there", () => {
  const longest = Array.from({ length: 60 }, (_, failures) => reconnectDelay(failures, 1));
  expect(longest[0]).toBeLessThanOrEqual(0.05);
  expect(longest).toEqual(longest.toSorted((a, b) => a - b));
  expect(Math.max(...longest)).toBe(1);
  expect(reconnectDelay(0, 0)).toBeGreaterThan(0);
});
