import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { installation } from "#db/schema/index.ts";
import { testDatabase } from "#db/testing/database.ts";
import { systemCtx } from "#db/testing/factories.ts";
import { RestoreWatch } from "./watch-restore.ts";

const { db } = await testDatabase();
const folder = mkdtempSync(join(tmpdir(), "lettermill-seen-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, "data", "database-seen");

const isAllowed = async () => (await db.select().from(installation))[0]!.sendingAllowed;

/** A worker starts, looks, and ends. */
async function run() {
  const watch = new RestoreWatch(systemCtx(db), file);
  await watch.start();
  watch.stop();
}

test("what one worker saw the next one knows, and a database with less is stopped before anything is sent", async () => {
  await run();
  const kept = JSON.parse(readFileSync(file, "utf8"));
  await run();
  expect(await isAllowed()).toBe(true);
  writeFileSync(file, "half a fi");
  await run();
  expect(await isAllowed()).toBe(true);
  expect(readdirSync(join(folder, "data"))).toEqual(["database-seen"]);
  writeFileSync(file, JSON.stringify({ ...kept, lsn: "FFFFFFF/0" }));
  await run();
  expect(await isAllowed()).toBe(false);
  // What is remembered from now on is the restored one.
  expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ home: kept.home, restores: 1 });
});
