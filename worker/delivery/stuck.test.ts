import { afterAll, beforeAll, expect, test } from "vitest";
import { equation } from "#core/ledger/equation.ts";
import { ledgerInvariant } from "#core/ledger/invariant.ts";
import { type DeliveryWorld, deliveryWorld, type RunningEngine, until } from "./testing/delivery-world.ts";

// What stands still must not stop the rest: a mail server that takes connections and never says a word, with the deadlines
// of real life, and a database without room.
const MINUTES = { greeting: 300_000, hello: 300_000 };
let w: DeliveryWorld;
let engine: RunningEngine["engine"];

beforeAll(async () => {
  w = await deliveryWorld({ block: "127.77", behaviours: { paceMs: 20 }, timeouts: MINUTES });
  ({ engine } = await w.engine());
});
afterAll(() => w.stop());

/** Of so many, those with a server of their own. */
function smallDomains(n: number): string[] {
  return Array.from({ length: n }, (_, i) => `other${i}.example`).filter((domain) => {
    const place = w.sandbox.world.place(domain);
    return place.kind === "mail" && place.provider === "small";
  });
}

test("a database whose disk is full costs time, and nothing else", async () => {
  const domains = smallDomains(150);
  const people = Array.from({ length: 600 }, (_, i) => `reader${i}@${domains[i % domains.length]}`);
  await w.sql.unsafe(`create function no_room() returns trigger language plpgsql as
    $$ begin raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$`);
  const id = await w.launch(people);
  const mine = () => w.taken.filter((mail) => mail.address.startsWith("reader"));
  await until(() => mine().length > 20);
  // Neither what became of mails can be written, nor that more are taken.
  await w.sql.unsafe("create trigger no_room before update on deliveries execute function no_room()");
  await w.sql.unsafe("create trigger no_room before insert on claims execute function no_room()");
  await until(() => engine.settler.pending >= 5);
  await w.sql.unsafe("drop trigger no_room on claims; drop trigger no_room on deliveries");
  await until(async () => (await equation(w.db, id)).accepted === people.length, 40_000);
  expect(mine()).toHaveLength(people.length);
  expect(new Set(mine().map((mail) => mail.address)).size).toBe(people.length);
  expect(await ledgerInvariant(w.db, id)).toMatchObject({ ok: true, open: 0 });
}, 60_000);

test("a site that is silent for minutes does not hold up the others of its lane", async () => {
  const silent = await w.launch(Array.from({ length: 300 }, (_, i) => `reader${i}@mute.stuck.example`));
  // Its lane has nothing else in hand by now.
  await until(async () => (await w.sql`select from claims where campaign_id = ${silent}`).length > 0);
  // Small sites are spread over sixteen lanes; the silent one is in one of them.
  const domains = smallDomains(200);
  const others = await w.launch(domains.map((domain) => `reader@${domain}`));
  await until(async () => (await equation(w.db, others)).accepted === domains.length, 40_000);
  expect(await equation(w.db, silent)).toMatchObject({
    waiting: 300,
    accepted: 0,
    uncertain: 0,
    difference: 0,
  });
  expect(await ledgerInvariant(w.db, silent)).toMatchObject({ ok: true, open: 300 });
  // What went back was not tried, so that it costs nobody an attempt.
  expect(await w.sql`select from deliveries where campaign_id = ${silent} and attempts > 0`).toEqual([]);
}, 60_000);
