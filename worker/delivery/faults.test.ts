import { type ChildProcess, spawn } from "node:child_process";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { equation } from "#core/ledger/equation.ts";
import { ledgerInvariant } from "#core/ledger/invariant.ts";
import { makeDb } from "#db/client.ts";
import { type DeliveryWorld, deliveryWorld, until } from "./testing/delivery-world.ts";

// Real worker processes, and a database that nobody gets into for a while. Kills and crashes are in e2e.
// Small sites get five mails a second each: 30 to a site take six seconds.
const SITES = 80;
const RECIPIENTS = 2_400;

let w: DeliveryWorld;
const children: ChildProcess[] = [];

beforeAll(async () => {
  w = await deliveryWorld({ block: "127.69", behaviours: { paceMs: 20 } });
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});
afterAll(() => w.stop());

function startWorker(): ChildProcess {
  const child = spawn(process.execPath, ["worker/main.ts"], {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, ...w.env, NODE_ENV: "production", LOG_LEVEL: "silent" },
  });
  children.push(child);
  return child;
}

const people = (name: string) =>
  Array.from({ length: RECIPIENTS }, (_, i) => `${name}${i}@faults${i % SITES}.example`);

const takenOf = (name: string) => w.taken.filter((mail) => mail.address.startsWith(name));

/** Mails received more than once, and how many people got none. */
function copiesAndLost(name: string): { copies: number; lost: number } {
  const seen = new Map<string, Set<string>>();
  let copies = 0;
  for (const mail of takenOf(name)) {
    const ids = seen.get(mail.address);
    if (ids) {
      copies += 1;
      // A receiver can only drop a double that carries the same Message-ID.
      expect(ids.has(mail.messageId)).toBe(true);
    } else seen.set(mail.address, new Set([mail.messageId]));
  }
  return { copies, lost: people(name).filter((address) => !seen.has(address)).length };
}

const waiting = async (id: number) => (await equation(w.db, id)).waiting;

test("the database goes away for seconds in the middle, and nobody gets two", async () => {
  startWorker();
  startWorker();
  await until(
    async () => (await w.sql`select 1 from workers where graphile_ids <> '{}'`).length >= 2,
    30_000,
  );
  const id = await w.launch(people("away"));
  await until(() => takenOf("away").length > RECIPIENTS / 4, 30_000);
  const here = new URL(w.url);
  const name = here.pathname.slice(1);
  here.pathname = "/lettermill";
  const elsewhere = makeDb(here.href, { max: 1 });
  await elsewhere.sql.unsafe(`alter database ${name} allow_connections false`);
  await elsewhere.sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${name}`;
  const before = takenOf("away").length;
  await new Promise((done) => setTimeout(done, 4_000));
  await elsewhere.sql.unsafe(`alter database ${name} allow_connections true`);
  await elsewhere.end();
  // What was in hand went on meanwhile; nothing else was taken.
  expect(takenOf("away").length).toBeGreaterThan(before);
  await until(async () => (await waiting(id).catch(() => 1)) === 0, 60_000);
  expect(copiesAndLost("away")).toEqual({ copies: 0, lost: 0 });
  expect(await equation(w.db, id)).toMatchObject({ accepted: RECIPIENTS, difference: 0 });
  expect(await ledgerInvariant(w.db, id)).toMatchObject({ ok: true, open: 0 });
}, 150_000);
