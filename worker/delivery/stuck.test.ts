import { afterAll, beforeAll, expect, test } from "vitest";
import { equation } from "#core/ledger/equation.ts";
import { ledgerInvariant } from "#core/ledger/invariant.ts";
import { type DeliveryWorld, deliveryWorld, until } from "./testing/delivery-world.ts";

// A mail server that takes connections and never says a word, with the deadlines of real life: minutes.
const MINUTES = { greeting: 300_000, hello: 300_000 };
let w: DeliveryWorld;

beforeAll(async () => {
  w = await deliveryWorld({ block: "127.77", timeouts: MINUTES });
  await w.engine();
});
afterAll(() => w.stop());

test("a site that is silent for minutes does not hold up the others of its lane", async () => {
  const silent = await w.launch(Array.from({ length: 300 }, (_, i) => `reader${i}@mute.stuck.example`));
  // Its lane has nothing else in hand by now.
  await until(async () => (await w.sql`select from claims where campaign_id = ${silent}`).length > 0);
  // Small sites are spread over sixteen lanes; the silent one is in one of them.
  const domains = Array.from({ length: 200 }, (_, i) => `other${i}.example`).filter((domain) => {
    const place = w.sandbox.world.place(domain);
    return place.kind === "mail" && place.provider === "small";
  });
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
