import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { sql as fragment } from "drizzle-orm";
import { expect, onTestFinished, test } from "vitest";
import { anotherDatabase, testDatabase, uniqueId } from "#db/testing/database.ts";
import { makeDb, reconnectDelay } from "./client.ts";

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

test("arrays come back as they were given, whatever is in them", async () => {
  const { db, sql } = await testDatabase();
  const texts = ["", "null", null, 'a "quote"', "back\\slash", "{,}", " Grüße 🙂 ", "line\nbreak"];
  const at = new Date("2026-11-22T10:00:00.123Z");
  const [row] =
    await sql`select ${texts}::text[] as texts, ${[1, null, -3]}::int[] as ints, ${["7"]}::bigint[] as big,
    ${[0.25]}::float8[] as floats, array[true, false] as bools, array[${at}::timestamptz] as times,
    ${[] as number[]}::smallint[] as none, array[[1, 2], [3, 4]] as nested, array['{"a":[1]}'::jsonb] as docs,
    ${[{ b: "}" }, "text", null] as never}::jsonb[] as given`;
  expect(row).toEqual({
    texts,
    ints: [1, null, -3],
    big: ["7"],
    floats: [0.25],
    bools: [true, false],
    times: [at],
    none: [],
    nested: [
      [1, 2],
      [3, 4],
    ],
    docs: [{ a: [1] }],
    given: [{ b: "}" }, "text", null],
  });
  await expect(sql`select ${[1, undefined as unknown as number]}::int[]`).rejects.toThrow(
    "undefined element",
  );
  const [same] = await db.execute(fragment`select ${fragment.param(texts)}::text[] as texts`);
  expect(same).toEqual({ texts });
});

test("a server that ends just after the log-in, and is not ready yet, costs time only", async () => {
  const real = new URL((await testDatabase()).url);
  let dials = 0;
  // What stands between: cuts the first connection at its first question, refuses the second as a starting server does.
  const between = createServer((client) => {
    dials += 1;
    const dial = dials;
    client.on("error", () => {});
    if (dial === 2)
      return client.once("data", () => client.end(fatal("57P03", "not yet accepting connections")));
    const server = connect(Number(real.port), real.hostname);
    server.on("error", () => {});
    let chunks = 0;
    client.on("data", (chunk) => {
      chunks += 1;
      // Start-up, two of SCRAM, then the first question.
      if (dial === 1 && chunks === 4) {
        client.destroy();
        server.destroy();
      } else server.write(chunk);
    });
    server.on("data", (chunk) => client.write(chunk));
    server.on("close", () => client.end());
    client.on("close", () => server.end());
  }).listen(0, "127.0.0.1");
  await once(between, "listening");
  const url = new URL(real);
  url.port = String((between.address() as AddressInfo).port);
  const pool = makeDb(url.href, { max: 1, graceMs: 300 });
  onTestFinished(async () => {
    await pool.end();
    between.close();
  });
  for (;;) {
    const answer = await pool.sql`select ${[1, 2]}::int[] as ints`.then(
      (rows) => rows[0],
      () => null,
    );
    if (answer === null) continue;
    expect(answer).toEqual({ ints: [1, 2] });
    break;
  }
  expect(dials).toBe(3);
});

/** An ErrorResponse of the wire protocol. */
function fatal(code: string, message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${message}\0\0`);
  const head = Buffer.alloc(5);
  head.write("E");
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}

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
