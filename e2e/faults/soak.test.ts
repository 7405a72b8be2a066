import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { afterAll, beforeAll, expect, test } from "vitest";
import { behavioursOf } from "#worker/sandbox/behaviours.ts";
import { DEFAULT_SEED } from "#worker/sandbox/start.ts";
import type { MailRecord } from "#worker/sandbox/types.ts";
import { makeWorld } from "#worker/sandbox/world.ts";
import { type FaultWorld, faultWorld, seeded, until, watchLedger } from "./world.ts";

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
/** Outcomes that a worker may have unwritten before its lanes wait (`FULL_AT` of its settler). */
const UNWRITTEN = 250;
/** What a dead process had written to its sockets arrives for so long. */
const ARRIVES_MS = 5_000;
const LEASE_MS = 15_000;
/** The last sign of life may be so old when somebody is stopped: the time between two, and a slow database. */
const BEAT_MS = 4_000;

/** Something done to workers: who was in their hands unsettled, and until when their mails could still arrive. */
type Blow = { what: string; at: number; end: number; inHand: Set<string>; open: number; victims: number };

let w: FaultWorld;
const random = seeded(SEED);
const between = (least: number, most: number) => least + random() * (most - least);
const blows: Blow[] = [];
const stopped = new Set<ChildProcess>();

beforeAll(async () => {
  process.stdout.write(`soak: seed ${SEED}, ${SECONDS} s\n`);
  w = await faultWorld({ block: BLOCK, sources: 2, behaviours: { paceMs: 100 } });
}, 120_000);
afterAll(() => w?.stop(), 60_000);

const world = makeWorld({ block: BLOCK, seed: DEFAULT_SEED, shares: behavioursOf("quiet").shares });
// With a server of their own: hosts that many share, or that count connections a minute, would fall behind.
const domains = Array.from({ length: DOMAINS }, (_, i) => `soak${i}.example`).filter((domain) => {
  const place = world.place(domain);
  return place.kind === "mail" && place.provider === "small";
});

function people(name: string): string[] {
  return Array.from({ length: PEOPLE }, (_, i) => {
    if (i % 10 < 3) return `${name}${i}@${KNOWN[i % KNOWN.length]}`;
    if (i % 20 !== 5) return `${name}${i}@${domains[i % domains.length]}`;
    const turn = (i - 5) / 20;
    return `${name}${i}+${HABITS[turn % HABITS.length]}@${domains[turn % domains.length]}`;
  });
}

const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

/** Whose mail is claimed by these workers and not settled. */
async function inHand(pids: number[]): Promise<Set<string>> {
  const rows = await w.sql<{ address: string }[]>`
    select distinct d.address from workers k join lanes l on l.worker_id = k.id join claims c on c.lane_id = l.id
      join deliveries d on d.campaign_id = c.campaign_id and d.seq = any(c.seqs) and d.state in ('w', 'd')
    where k.pid = any(${pids}::int[])
      and not exists (select from due u where u.campaign_id = d.campaign_id and u.seq = d.seq)`;
  return new Set(rows.map((row) => row.address));
}

/** Some of those that run, in an order drawn. */
function draw(n: number): ChildProcess[] {
  const running = w.workers.filter((one) => !stopped.has(one));
  return running
    .map((one) => ({ one, turn: random() }))
    .sort((a, b) => a.turn - b.turn)
    .slice(0, n)
    .map(({ one }) => one);
}

async function forget(victims: ChildProcess[], signal: "SIGKILL" | "SIGTERM"): Promise<void> {
  const ends = victims.map((one) => once(one, "exit"));
  for (const one of victims) one.kill(signal);
  await Promise.all(ends);
  for (const one of victims) w.workers.splice(w.workers.indexOf(one), 1);
}

async function kill(n: number): Promise<void> {
  const victims = draw(n);
  const { open } = await w.stats();
  const at = Date.now();
  await forget(victims, "SIGKILL");
  const held = await retried(() => inHand(victims.map((one) => one.pid ?? 0)));
  blows.push({
    what: `kill ${victims.length}`,
    at,
    end: at + ARRIVES_MS,
    inHand: held,
    open,
    victims: victims.length,
  });
  await pause(between(0, 3_000));
  await w.startWorkers(victims.length);
}

async function standStill(ms: number): Promise<void> {
  const [victim] = draw(1);
  if (!victim) return;
  stopped.add(victim);
  const { open } = await w.stats();
  const at = Date.now();
  victim.kill("SIGSTOP");
  const held = await retried(() => inHand([victim.pid ?? 0]));
  const what = ms > LEASE_MS ? "stand still past the lease" : "stand still";
  const blow: Blow = { what, at, end: at + ms + ARRIVES_MS, inHand: held, open, victims: 1 };
  blows.push(blow);
  await pause(ms);
  victim.kill("SIGCONT");
  blow.end = Date.now() + ARRIVES_MS;
  stopped.delete(victim);
}

async function end(): Promise<void> {
  const victims = draw(1);
  blows.push({ what: "end", at: Date.now(), end: 0, inHand: new Set(), open: 0, victims: 0 });
  await forget(victims, "SIGTERM");
  for (const one of victims) expect(one.exitCode).toBe(0);
  await w.startWorkers(victims.length);
}

async function crash(): Promise<void> {
  blows.push({ what: "crash of PostgreSQL", at: Date.now(), end: 0, inHand: new Set(), open: 0, victims: 0 });
  await alone(() => w.crashPostgres());
}

let queue: Promise<unknown> = Promise.resolve();

/** A launch is one person's doing and is not repeated: the database does not go away amid it. */
function alone<T>(work: () => Promise<T>): Promise<T> {
  const done = queue.then(work);
  queue = done.catch(() => {});
  return done;
}

/** One blow after the other; whoever stands still does so beside the others. */
async function strike(over: number): Promise<void> {
  const still: Promise<void>[] = [];
  const begun = Date.now();
  const crashes = IS_LONG ? [0.3, 0.65] : [0.5];
  while (Date.now() < over) {
    await pause(between(IS_LONG ? 3_000 : 2_000, IS_LONG ? 14_000 : 5_000));
    const part = (Date.now() - begun) / (over - begun);
    const die = random();
    if (part >= (crashes[0] ?? 2)) {
      crashes.shift();
      await crash();
    } else if (die < 0.4) await kill(1);
    else if (die < 0.5) await kill(Math.ceil(between(1, WORKERS - 1)));
    else if (die < 0.55) await kill(WORKERS);
    else if (die < 0.75) still.push(standStill(between(500, 8_000)));
    else if (die < 0.9 && stopped.size === 0) still.push(standStill(LEASE_MS + between(2_000, 15_000)));
    else await end();
  }
  await Promise.all(still);
}

test(
  "killed, stopped, ended and without a database at random: nobody is lost, copies are those in flight, limits hold",
  async () => {
    const watch = watchLedger(w);
    await w.startWorkers(WORKERS);
    const addresses: string[] = [];
    const campaigns: number[] = [];
    const began = Date.now();
    const over = began + SECONDS * 1_000;
    const striking = strike(over);
    for (let n = 1; Date.now() < over; n++) {
      const next = people(`soak${n}-`);
      campaigns.push(await alone(() => w.launch(next)));
      addresses.push(...next);
      await pause(Math.min(LAUNCH_MS, Math.max(0, over - Date.now())));
      // No more than what goes soon: the run ends with nobody waiting.
      await until(async () => Date.now() >= over || (await unsent(campaigns)) < PEOPLE * 2, SECONDS * 1_000);
    }
    await striking;
    await until(async () => (await unsent(campaigns)) === 0, TAIL_MS).catch(async (error) => {
      console.table(count(blows.map((one) => one.what)));
      console.table(await stuck());
      throw error;
    });
    await watch.stop();
    const seconds = Math.round((Date.now() - began) / 1_000);

    const log = await w.log();
    const found = await judge(log, campaigns);
    const { violationCounts, violations } = await w.stats();
    const still = blows.filter((one) => one.what === "stand still past the lease");
    // A process that stands still keeps its connections, and whoever takes its lanes over opens others: receivers count both.
    const kept = violations.filter(
      (one) =>
        one.kind === "connections" &&
        still.some(({ at, end }) => one.at > at + LEASE_MS - BEAT_MS && one.at < end),
    );
    console.table(count(blows.map((one) => one.what)));
    console.table([
      {
        seed: SEED,
        seconds,
        campaigns: campaigns.length,
        recipients: addresses.length,
        "mails/s": Math.round(log.length / seconds),
        looks: watch.looks,
        lost: found.lost.length,
        copies: found.copies,
        "in flight": found.inFlight,
        "at most": blows
          .filter(isCut)
          .reduce((sum, one) => sum + (one.inHand.size > 0 ? one.open + one.victims * UNWRITTEN : 0), 0),
        violations: violations.length - kept.length,
        "beside a still one": kept.length,
      },
    ]);
    for (const one of violations.filter((it) => !kept.includes(it))) console.log(one, before(one.at));
    expect(watch.wrong).toEqual([]);
    expect(watch.looks).toBeGreaterThan(seconds / 4);
    expect(found).toMatchObject({ lost: [], untrue: [], unexplained: [], otherIds: 0 });
    expect(found.copies).toBeLessThanOrEqual(found.inFlight);
    expect(violations.filter((one) => !kept.includes(one))).toEqual([]);
    expect(Object.keys(violationCounts).filter((kind) => kind !== "connections")).toEqual([]);
    for (const one of blows.filter(({ inHand: held }) => held.size > 0).filter(isCut))
      expect(found.inFlightOf(one), one.what).toBeLessThanOrEqual(one.open + one.victims * UNWRITTEN);
  },
  (SECONDS + 60) * 1_000 + TAIL_MS,
);

/** Nothing more came of what it held. Who stands still for a short time goes on with it, so that all of it may arrive. */
const isCut = (one: Blow): boolean => one.what !== "stand still";

/** What was done in the half minute before a moment: how many ms before it began, and ended. */
const before = (at: number): string[] =>
  blows
    .filter((one) => one.at < at && Math.max(one.at, one.end) > at - 30_000)
    .map((one) => `${one.what}: ${at - one.at} ms before${one.end > 0 ? `, until ${at - one.end}` : ""}`);

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

/** Compares what receivers took with what the ledger says. */
async function judge(log: readonly MailRecord[], campaigns: readonly number[]) {
  const taken = Map.groupBy(
    log.filter(({ outcome }) => outcome === "accepted" || outcome === "dropped-after-dot"),
    (mail) => mail.address,
  );
  // That those who wait stand in one place each was looked at every second.
  const rows = await w.sql<{ address: string; state: string }[]>`
    select address, state from deliveries where campaign_id = any(${campaigns as number[]}::int[])`;
  const lost: string[] = [];
  const untrue: string[] = [];
  for (const { address, state } of rows) {
    const has = taken.has(address);
    const habit = /\+(\w+)@/.exec(address)?.[1] ?? null;
    if (state === "w" || (habit === null && !(state === "a" && has) && !(state === "d" && !has)))
      lost.push(`${address} ${state}`);
    if ((state === "a" && !has) || (state === "b" && has) || (state === "x" && habit === null))
      untrue.push(`${address} ${state}`);
    if (habit === "unknown" && state !== "b") untrue.push(`${address} ${state}`);
  }
  let copies = 0;
  let otherIds = 0;
  const unexplained: string[] = [];
  for (const [address, mails] of taken) {
    copies += mails.length - 1;
    if (new Set(mails.map((mail) => mail.messageId)).size > 1) otherIds += 1;
    const causes = blows.filter((one) => one.inHand.has(address));
    for (let i = 1; i < mails.length; i++) {
      const [first, second] = [mails[i - 1]?.at ?? 0, mails[i]?.at ?? 0];
      const cause = causes.findIndex((one) => first <= one.end && second >= one.at);
      if (cause < 0) unexplained.push(`${address} at ${first} and ${second}`);
      else causes.splice(cause, 1);
    }
  }
  const inFlightOf = (one: Blow) =>
    [...one.inHand].filter((address) => taken.get(address)?.some(({ at }) => at <= one.at + ARRIVES_MS))
      .length;
  // Who stood still past the lease finishes afterwards what was on its connections, beside the new owner.
  const mayDouble = (one: Blow) =>
    one.what === "stand still past the lease"
      ? Math.min(one.inHand.size, one.open + UNWRITTEN)
      : inFlightOf(one);
  const inFlight = blows.filter(isCut).reduce((sum, one) => sum + mayDouble(one), 0);
  return { lost, untrue, unexplained, copies, otherIds, inFlight, inFlightOf };
}

function count(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

/** Again where the database is away. */
async function retried<T>(work: () => Promise<T>): Promise<T> {
  let result: T | undefined;
  await until(async () => {
    result = await work();
    return true;
  }, 60_000);
  return result as T;
}
