import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import postgres from "postgres";
import { inject } from "vitest";
import { type Db, makeDb, type Sql } from "#db/client.ts";
import { onFileEnd } from "./cleanup.ts";

export interface TestDatabase {
  url: string;
  db: Db;
  sql: Sql;
}

let mine: Promise<TestDatabase> | undefined;

/**
 * This test file's own database: a migrated, empty clone of the template, made at the first call and dropped at the end.
 * Tests of one file share it, so make rows of your own (`uniqueId`) and never count a whole table.
 */
export function testDatabase(): Promise<TestDatabase> {
  mine ??= clone();
  return mine;
}

/** A further clone, empty, for a test that must see no other test's rows (workers, freezes, kill runs). */
export async function anotherDatabase(): Promise<TestDatabase> {
  return clone();
}

async function clone(): Promise<TestDatabase> {
  const { adminUrl, name: template } = await askForTemplate();
  const name = `${template.replace("template", "test")}_${randomBytes(5).toString("hex")}`;
  await run(adminUrl, `create database ${name} template ${template}`);
  const address = new URL(adminUrl);
  address.pathname = `/${name}`;
  const { db, sql, end } = makeDb(address.href, { max: 5, applicationName: "lettermill test" });
  onFileEnd(async () => {
    await end();
    await run(adminUrl, `drop database if exists ${name} with (force)`);
  });
  return { url: address.href, db, sql };
}

async function askForTemplate(): Promise<{ adminUrl: string; name: string }> {
  const answer = JSON.parse(await text(connect(inject("templatePort"), "127.0.0.1"))) as {
    adminUrl: string;
    name: string;
    error?: string;
  };
  if (answer.error) throw new Error(`The test database could not be made: ${answer.error}`);
  return answer;
}

async function run(url: string, statement: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await sql.unsafe(statement);
  } finally {
    await sql.end();
  }
}

let count = 0;

/** A short text that no other test of this run uses: `tabc123-1`. Fits addresses, slugs and names. */
export function uniqueId(prefix = "t"): string {
  count += 1;
  return `${prefix}${RUN}-${count}`;
}

const RUN = randomBytes(3).toString("hex");
