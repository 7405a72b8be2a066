import { once } from "node:events";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { equation } from "#core/ledger/equation.ts";
import { ledgerInvariant } from "#core/ledger/invariant.ts";
import { reconcileCampaign } from "#core/ledger/reconcile.ts";
import { type Fault, tally, UNWRITTEN } from "./judge.ts";
import { watchLedger } from "./watch.ts";
import { domainsWithServers, type FaultWorld, faultWorld, retried, seeded, until } from "./world.ts";

// One fault a run, and what it may cost at most. All of them at random, with kills, are in soak.test.ts.
const RECIPIENTS = 2_400;
const DOMAINS = 240;
const BLOCK = "127.75";
const SEED = Number(process.env.SOAK_SEED ?? 7);
const WORKERS = 2;
const KNOWN = ["gmail.com", "outlook.com", "yahoo.com", "gmx.de", "icloud.com", "aol.com"];
const RUN_MS = 240_000;

let w: FaultWorld;
const table: Record<string, string | number>[] = [];

beforeAll(async () => {
  w = await faultWorld({ block: BLOCK, sources: 2, behaviours: { paceMs: 60 } });
}, 120_000);
afterEach(() => {
  for (const worker of w.workers.splice(0)) {
    worker.kill("SIGCONT");
    worker.kill("SIGKILL");
  }
});
afterAll(async () => {
  console.table(table);
  await w?.stop();
}, 60_000);

function people(name: string): string[] {
  const domains = domainsWithServers(name, DOMAINS, BLOCK);
  return Array.from({ length: RECIPIENTS }, (_, i) =>
    i % 10 < 3 ? `${name}${i}@${KNOWN[i % KNOWN.length]}` : `${name}${i}@${domains[i % domains.length]}`,
  );
}

const waiting = async (id: number) => (await equation(w.db, id)).waiting;
const taken = () => w.taken();

async function finish(
  name: string,
  id: number,
  addresses: string[],
  faults: Fault[],
  began: number,
  watch: ReturnType<typeof watchLedger>,
  recoveries: number[],
) {
  await until(async () => (await waiting(id)) === 0, RUN_MS);
  await watch.stop();
  const records = await w.log();
  const found = tally(records, addresses, faults);
  const bound = faults.reduce((sum, fault) => sum + fault.open + WORKERS * UNWRITTEN, 0);
  const seconds = (performance.now() - began) / 1_000;
  const [dup] = await w.sql`select coalesce(sum(dup), 0)::int as n from deliveries where campaign_id = ${id}`;
  table.push({
    run: name,
    recipients: addresses.length,
    lost: found.lost.length,
    copies: found.copies,
    known: Number(dup?.n),
    "at most": bound,
    "ms before": found.earliestMs,
    "recovery s": recoveries.map((s) => s.toFixed(1)).join(" "),
    looks: watch.looks,
    "mails/s": Math.round(addresses.length / seconds),
    seconds: Math.round(seconds),
  });
  // What the ledger says of those that nobody got, and what their receivers said.
  const ledger = await w.sql`select address, state, attempts, code, reply from deliveries
    where campaign_id = ${id} and address = any(${found.lost})`;
  const missing = new Set(found.lost);
  const answered = records.filter((mail) => missing.has(mail.address));
  expect({ lost: found.lost, ledger: [...ledger], answered }).toEqual({ lost: [], ledger: [], answered: [] });
  expect(found.otherIds).toBe(0);
  expect(watch.wrong).toEqual([]);
  expect(watch.looks).toBeGreaterThan(0);
  expect(await equation(w.db, id)).toMatchObject({
    audience: addresses.length,
    accepted: addresses.length,
    difference: 0,
  });
  expect(await ledgerInvariant(w.db, id)).toMatchObject({ ok: true, open: 0 });
  expect(await reconcileCampaign(w.db, id)).toEqual({ ok: true, differences: [] });
  const [rows] = await w.sql`select count(*)::int as n, count(distinct subscriber_id)::int as people,
    count(*) filter (where state = 'a')::int as accepted from deliveries where campaign_id = ${id}`;
  expect(rows).toEqual({ n: addresses.length, people: addresses.length, accepted: addresses.length });
  return { ...found, bound, dup: Number(dup?.n) };
}

/** Seeded moments, as numbers of mails taken: one in each of `n` equal stretches of the campaign. */
function moments(n: number, seed: number): number[] {
  const random = seeded(seed);
  return Array.from({ length: n }, (_, i) =>
    Math.floor(((i + 0.2 + 0.7 * random()) / (n + 0.5)) * RECIPIENTS),
  );
}

test(
  "SIGTERM of all workers, twice: nobody gets two",
  async () => {
    await w.startWorkers(WORKERS);
    const addresses = people("term");
    const before = await taken();
    const id = await w.launch(addresses);
    const began = performance.now();
    const watch = watchLedger(w);
    const recoveries: number[] = [];
    for (const moment of moments(2, SEED + 1)) {
      await until(async () => (await taken()) - before >= moment, RUN_MS);
      const at = performance.now();
      for (const worker of w.workers) worker.kill("SIGTERM");
      const codes = await Promise.all(
        w.workers.splice(0).map(async (worker) => (await once(worker, "exit"))[0]),
      );
      expect(codes).toEqual(codes.map(() => 0));
      // They left nothing behind for a lease to run out on.
      expect(await w.sql`select from claims where campaign_id = ${id}`).toHaveLength(0);
      expect(await w.sql`select from lanes where worker_id is not null`).toHaveLength(0);
      const quiet = await taken();
      await w.startWorkers(WORKERS);
      await until(async () => (await taken()) > quiet, 60_000);
      recoveries.push((performance.now() - at) / 1_000);
    }
    const found = await finish("SIGTERM of all, twice", id, addresses, [], began, watch, recoveries);
    expect(found.copies).toBe(0);
  },
  RUN_MS,
);

test(
  "PostgreSQL crashes and comes back: nobody gets two",
  async () => {
    await w.startWorkers(WORKERS);
    const addresses = people("crash");
    const before = await taken();
    const id = await w.launch(addresses);
    const began = performance.now();
    const watch = watchLedger(w);
    const recoveries: number[] = [];
    for (const moment of moments(2, SEED + 2)) {
      await until(async () => (await taken()) - before >= moment, RUN_MS);
      const at = performance.now();
      await w.crashPostgres();
      // A reserve after the return, not what was in hand.
      const [last] = await retried(() => w.sql`select coalesce(max(id), 0)::int as id from claims`);
      await until(async () => {
        const [now] = await w.sql`select coalesce(max(id), 0)::int as id from claims`;
        return Number(now?.id) > Number(last?.id) || (await waiting(id)) === 0;
      }, 60_000);
      recoveries.push((performance.now() - at) / 1_000);
    }
    const found = await finish("PostgreSQL crash, twice", id, addresses, [], began, watch, recoveries);
    expect(found.copies).toBe(0);
    for (const worker of w.workers) expect(worker.exitCode).toBeNull();
  },
  RUN_MS,
);

test(
  "one of two workers stands still for longer than its lease, then goes on",
  async () => {
    await w.startWorkers(2);
    const addresses = people("stop");
    const before = await taken();
    const id = await w.launch(addresses);
    const began = performance.now();
    const watch = watchLedger(w);
    const [moment = 0] = moments(3, SEED + 3);
    await until(async () => (await taken()) - before >= moment, RUN_MS);
    const [victim] = w.workers;
    const { open } = await w.stats();
    victim?.kill("SIGSTOP");
    const fault = { at: Date.now(), open };
    const stopped = performance.now();
    const mine =
      await w.sql`select l.id from lanes l join workers w on w.id = l.worker_id where w.pid = ${victim?.pid ?? 0}`;
    await until(
      async () => (await w.sql`select 1 from worker_ends where pid = ${victim?.pid ?? 0}`).length > 0,
      60_000,
    );
    // Goes on while the other one is at work on what was its own.
    const lanes = mine.map((lane) => Number(lane.id));
    await until(async () => {
      const [others] =
        await w.sql`select count(*)::int as n from lanes l join workers w on w.id = l.worker_id where l.id = any(${lanes}::int[])`;
      return Number(others?.n) > 0 || (await waiting(id)) === 0;
    }, 60_000);
    victim?.kill("SIGCONT");
    const recovery = (performance.now() - stopped) / 1_000;
    const found = await finish("SIGSTOP past the lease, CONT", id, addresses, [fault], began, watch, [
      recovery,
    ]);
    expect(found.copies).toBeLessThanOrEqual(found.bound);
    await until(
      async () => {
        const [dup] =
          await w.sql`select coalesce(sum(dup), 0)::int as n from deliveries where campaign_id = ${id}`;
        return Number(dup?.n) === found.copies;
      },
      30_000,
      () => `${found.copies} copies`,
    );
  },
  RUN_MS,
);
