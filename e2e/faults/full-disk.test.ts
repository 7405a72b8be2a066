import { execFileSync } from "node:child_process";
import { chmodSync, closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { equation } from "#core/ledger/equation.ts";
import { ledgerInvariant } from "#core/ledger/invariant.ts";
import { tally } from "./judge.ts";
import { watchLedger } from "./watch.ts";
import { type FaultWorld, faultWorld, until } from "./world.ts";

// The disk under PostgreSQL fills up while a campaign goes out. A part of `npm run soak`, where root runs it on Linux:
// nobody else can have a disk that small. A database that refuses or dies is in the other tests.
const canMount = process.env.SOAK === "1" && process.platform === "linux" && process.getuid?.() === 0;
if (!canMount) process.stdout.write("full disk: skipped; `npm run soak` as root on Linux has it\n");
const RECIPIENTS = 1_000;
const MEGABYTE = Buffer.alloc(1024 * 1024, 1);

let folder = "";
let w: FaultWorld;

beforeAll(async () => {
  if (!canMount) return;
  folder = mkdtempSync("/var/tmp/lettermill-small-disk-");
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=256m", "tmpfs", folder]);
  // Another user runs the server.
  chmodSync(folder, 0o755);
  const settings = { max_wal_size: "64MB", min_wal_size: "32MB", shared_buffers: "64MB", wal_buffers: "4MB" };
  w = await faultWorld({
    block: "127.78",
    sources: 1,
    behaviours: { paceMs: 60 },
    postgres: { dataDir: folder, settings },
  });
}, 120_000);
afterAll(async () => {
  await w?.stop().catch(() => {});
  if (folder === "") return;
  execFileSync("umount", ["-l", folder]);
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

/** Takes all the room there is. */
function fill(): string {
  const file = join(folder, "filler");
  const to = openSync(file, "w");
  try {
    for (;;) writeSync(to, MEGABYTE);
  } catch (error) {
    expect((error as NodeJS.ErrnoException).code).toBe("ENOSPC");
  } finally {
    closeSync(to);
  }
  return file;
}

test.skipIf(!canMount)(
  "a full disk under PostgreSQL: mail waits, and goes on when there is room; nobody is lost, nobody gets two",
  async () => {
    await w.startWorkers(2);
    const people = Array.from({ length: RECIPIENTS }, (_, i) => `disk${i}@disk${i % 150}.example`);
    const id = await w.launch(people);
    const watch = watchLedger(w);
    await until(async () => (await w.taken()) > RECIPIENTS / 5, 60_000);
    const filler = fill();
    // It writes into what it has for a while; a new piece of its log it cannot have.
    let said = "";
    await until(async () => {
      try {
        await w.sql`select pg_switch_wal()`;
        await w.sql`create table more as select generate_series(1, 200000)`;
        await w.sql`drop table more`;
        return false;
      } catch (error) {
        said = `${(error as { code?: string }).code} ${error}`;
        return true;
      }
    }, 60_000);
    // Workers send what they have in hand and no more.
    let last = -1;
    await until(async () => {
      const before = last;
      last = await w.taken();
      if (last !== before) await new Promise((done) => setTimeout(done, 2_000));
      return last === before;
    }, 60_000);
    expect(last).toBeLessThan(RECIPIENTS);
    for (const worker of w.workers) expect(worker.exitCode).toBeNull();
    rmSync(filler);
    await w.startPostgres();
    await until(async () => (await equation(w.db, id)).waiting === 0, 120_000);
    await watch.stop();
    process.stdout.write(`full disk: PostgreSQL said ${said}; ${last} of ${RECIPIENTS} had gone\n`);
    expect(watch.wrong).toEqual([]);
    expect(tally(await w.log(), people, [])).toMatchObject({ lost: [], copies: 0 });
    expect(await equation(w.db, id)).toMatchObject({ accepted: RECIPIENTS, difference: 0 });
    expect(await ledgerInvariant(w.db, id)).toMatchObject({ ok: true, open: 0 });
    for (const worker of w.workers) expect(worker.exitCode).toBeNull();
  },
  240_000,
);
