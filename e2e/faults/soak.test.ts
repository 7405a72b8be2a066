import { afterAll, beforeAll, expect, test } from "vitest";
import { Blows, pause } from "./blows.ts";
import { isBesideStill, isCut, judge, mostInFlight } from "./judge.ts";
import { watchLedger } from "./watch.ts";
import { domainsWithServers, type FaultWorld, faultWorld, seeded, until } from "./world.ts";

// Four workers that are killed, stopped and ended at random while campaigns go out, and a database that crashes amid it.
// The receivers are a process of their own: what they saw is what counts. Short with `npm test`, ten minutes with
// `npm run soak`; SOAK_SEED plays the same faults again (not the same milliseconds), SOAK_SECONDS makes it as long as you like.
const IS_LONG = process.env.SOAK === "1";
const SECONDS = Number(process.env.SOAK_SECONDS ?? (IS_LONG ? 600 : 18));
const SEED = Number(process.env.SOAK_SEED ?? (IS_LONG ? Math.floor(Math.random() * 1_000_000) : 7));
const BLOCK = "127.76";
const WORKERS = 4;
const DOMAINS = 400;
const PEOPLE = IS_LONG ? 2_000 : 1_200;
/** Between two campaigns. */
const LAUNCH_MS = IS_LONG ? 12_000 : 9_000;
const TAIL_MS = Number(process.env.SOAK_TAIL ?? 240_000);
const KNOWN = ["gmail.com", "outlook.com", "yahoo.com", "gmx.de", "icloud.com", "aol.com"];
/** What one in twenty people at small sites does, told by the address; at providers a word of these may rest a lane. */
const HABITS = ["unknown", "full", "defer", "dropbefore", "dropmid", "dropafter"];

let w: FaultWorld;

beforeAll(async () => {
  process.stdout.write(`soak: seed ${SEED}, ${SECONDS} s\n`);
  w = await faultWorld({ block: BLOCK, sources: 2, behaviours: { paceMs: 100 } });
}, 120_000);
afterAll(() => w?.stop(), 60_000);

const domains = domainsWithServers("soak", DOMAINS, BLOCK);

function people(name: string): string[] {
  return Array.from({ length: PEOPLE }, (_, i) => {
    if (i % 10 < 3) return `${name}${i}@${KNOWN[i % KNOWN.length]}`;
    if (i % 20 !== 5) return `${name}${i}@${domains[i % domains.length]}`;
    const turn = (i - 5) / 20;
    return `${name}${i}+${HABITS[turn % HABITS.length]}@${domains[turn % domains.length]}`;
  });
}

test(
  "killed, stopped, ended and without a database at random: nobody is lost, copies are those in flight, limits hold",
  async () => {
    const blows = new Blows(w, {
      random: seeded(SEED),
      workers: WORKERS,
      every: IS_LONG ? [3_000, 14_000] : [2_000, 5_000],
      crashes: IS_LONG ? [0.3, 0.65] : [0.5],
    });
    const watch = watchLedger(w);
    await w.startWorkers(WORKERS);
    const addresses: string[] = [];
    const campaigns: number[] = [];
    const began = Date.now();
    const over = began + SECONDS * 1_000;
    const striking = blows.strike(over);
    for (let n = 1; Date.now() < over; n++) {
      const next = people(`soak${n}-`);
      campaigns.push(await blows.alone(() => w.launch(next)));
      addresses.push(...next);
      await pause(Math.min(LAUNCH_MS, Math.max(0, over - Date.now())));
      // No more than what goes soon: the run ends with nobody waiting.
      await until(async () => Date.now() >= over || (await unsent(campaigns)) < PEOPLE * 2, SECONDS * 1_000);
    }
    await striking;
    await until(async () => (await unsent(campaigns)) === 0, TAIL_MS).catch(async (error) => {
      console.table(blows.counts);
      console.table(await stuck());
      throw error;
    });
    await watch.stop();
    const seconds = Math.round((Date.now() - began) / 1_000);

    const log = await w.log();
    const rows = await w.sql<{ address: string; state: string }[]>`
      select address, state from deliveries where campaign_id = any(${campaigns}::int[])`;
    const { inFlight, copies, ...found } = judge(log, rows, blows.all);
    const { violationCounts, violations } = await w.stats();
    const excess = violations.filter((one) => !isBesideStill(one, blows.all));
    console.table(blows.counts);
    console.table([
      {
        seed: SEED,
        seconds,
        campaigns: campaigns.length,
        recipients: addresses.length,
        "mails/s": Math.round(log.length / seconds),
        looks: watch.looks,
        lost: found.lost.length,
        copies,
        "in flight": inFlight,
        "at most": blows.all
          .filter((one) => isCut(one) && one.inHand.size > 0)
          .reduce((sum, one) => sum + mostInFlight(one), 0),
        violations: excess.length,
        "beside a still one": violations.length - excess.length,
      },
    ]);
    for (const one of excess) console.log(one, blows.before(one.at));
    expect(watch.wrong).toEqual([]);
    expect(watch.looks).toBeGreaterThan(seconds / 4);
    expect(found).toEqual({ lost: [], untrue: [], unexplained: [], otherIds: 0, tooMuch: [] });
    expect(copies).toBeLessThanOrEqual(inFlight);
    expect(excess).toEqual([]);
    expect(Object.keys(violationCounts).filter((kind) => kind !== "connections")).toEqual([]);
  },
  (SECONDS + 60) * 1_000 + TAIL_MS,
);

/** Who has not been tried yet; those refused for now have turns of their own, some for days. */
async function unsent(campaigns: readonly number[]): Promise<number> {
  const [row] = await w.sql`select coalesce(sum(n), 0)::int as n from rollups
    where campaign_id = any(${campaigns as number[]}::int[]) and state = 'w'`;
  return Number(row?.n);
}

/** What waits where, for people. */
function stuck() {
  return w.sql`select l.id, l.bucket, l.worker_id is not null as owned, l.suspended_until, l.wake_at,
      (select count(*)::int from claims c where c.lane_id = l.id) as claims,
      (select count(*)::int from claims c where c.lane_id = l.id and c.set_aside_at is not null) as aside,
      (select coalesce(sum(last_seq - next_seq + 1), 0)::int from streams t where t.bucket = l.bucket and next_seq <= last_seq) as ahead,
      (select count(*)::int from due u where u.bucket = l.bucket) as due,
      (select count(*)::int from due u join deliveries d using (campaign_id, seq) where u.bucket = l.bucket and d.state = 'w') as untried,
      (select round(extract(epoch from min(u.due_at) - now()))::int from due u join deliveries d using (campaign_id, seq)
        where u.bucket = l.bucket and d.state = 'w') as untried_in
    from lanes l where exists (select from claims c where c.lane_id = l.id)
      or exists (select from streams t where t.bucket = l.bucket and next_seq <= last_seq)
      or exists (select from due u join deliveries d using (campaign_id, seq) where u.bucket = l.bucket and d.state = 'w') order by l.bucket limit 30`;
}
