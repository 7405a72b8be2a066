import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { migrate } from "#db/migrate.ts";
import { onFileEnd } from "#db/testing/cleanup.ts";
import { anotherDatabase } from "#db/testing/database.ts";

const FOLDER = join(import.meta.dirname, "migrations");

/** An empty database beside the test's, named after it. */
async function emptyDatabase(): Promise<string> {
  const { url, sql } = await anotherDatabase();
  const name = `${new URL(url).pathname.slice(1)}_e`;
  await sql.unsafe(`create database ${name}`);
  onFileEnd(async () => {
    await sql.unsafe(`drop database ${name}`);
  });
  return `${url}_e`;
}

test("runs twice with the same result", async () => {
  const { url } = await anotherDatabase();
  expect(await migrate(url)).toEqual({ applied: 0 });
});

test("many at once migrate an empty database exactly once", async () => {
  const url = await emptyDatabase();
  const results = await Promise.all([1, 2, 3, 4].map(() => migrate(url)));
  const steps = JSON.parse(readFileSync(join(FOLDER, "meta/_journal.json"), "utf8")).entries.length;
  expect(results.map((one) => one.applied).sort()).toEqual([0, 0, 0, steps]);
});

test("refuses a schema that is newer than the code, and changes nothing", async () => {
  const { url, sql } = await anotherDatabase();
  await sql`insert into drizzle.__drizzle_migrations (hash, created_at) values ('from the future', 9999999999999)`;
  await expect(migrate(url)).rejects.toThrow("newer Lettermill (1 step ahead");
});

test("a migration that fails leaves the database as it was", async () => {
  const { url, sql } = await anotherDatabase();
  const folder = mkdtempSync(join(tmpdir(), "lettermill-migrations-"));
  try {
    cpSync(FOLDER, folder, { recursive: true });
    const journal = JSON.parse(readFileSync(join(folder, "meta/_journal.json"), "utf8"));
    journal.entries.push({
      ...journal.entries.at(-1),
      idx: 900,
      when: 9_000_000_000_000,
      tag: "0900_break_things",
    });
    writeFileSync(join(folder, "meta/_journal.json"), JSON.stringify(journal));
    writeFileSync(join(folder, "0900_break_things.sql"), "create table half_done (id int);\nselect 1 / 0;");
    await expect(migrate(url, { folder })).rejects.toThrow();
    const [row] = await sql`select to_regclass('half_done') as found`;
    expect(row?.found).toBeNull();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("tells in a sentence that nobody answers, or that the password is wrong", async () => {
  const { url } = await anotherDatabase();
  await expect(migrate("postgres://a:b@127.0.0.1:1/c")).rejects.toThrow("No PostgreSQL answers");
  const wrong = new URL(url);
  wrong.password = "wrong";
  await expect(migrate(wrong.href)).rejects.toThrow("refuses the user or the password");
  const missing = new URL(url);
  missing.pathname = "/nowhere";
  await expect(migrate(missing.href)).rejects.toThrow("does not exist");
});
