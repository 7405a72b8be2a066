import { afterAll, beforeAll, expect, test } from "vitest";
import { equation } from "#core/ledger/equation.ts";
import { ledgerInvariant } from "#core/ledger/invariant.ts";
import { type DeliveryWorld, deliveryWorld, until } from "./testing/delivery-world.ts";

const RECIPIENTS = 400;

let w: DeliveryWorld;
beforeAll(async () => {
  w = await deliveryWorld({ block: "127.80", behaviours: { paceMs: 20 } });
});
afterAll(() => w.stop());

test("a worker that was taken for dead gets its lanes back, and sends nothing of what it has not written down yet", async () => {
  const { engine, drain } = await w.engine();
  const first = engine.workerId;
  const id = await w.launch(Array.from({ length: RECIPIENTS }, (_, i) => `kept${i}@gmail.com`));
  await until(() => w.taken.length > RECIPIENTS / 8, 20_000);
  let sent = 0;
  await w.sql.begin(async (tx) => {
    // Outcomes wait; claims may be looked at.
    await tx`select from rollups where campaign_id = ${id} for update`;
    await until(() => engine.settler.pending > 50, 20_000);
    await w.sql`delete from workers where id = ${first}`;
    await until(() => engine.workerId !== first, 20_000);
    // Time enough to take the lane again: it looks once a second, and beats every two.
    const lease = async () => {
      const [row] = await w.sql`select lease_until from workers where id = ${engine.workerId}`;
      return Number(row?.lease_until ?? 0);
    };
    await until(async () => (await lease()) > 0, 20_000);
    const enrolled = await lease();
    await until(async () => (await lease()) > enrolled + 3_000, 20_000);
    sent = w.taken.length;
  });
  await until(async () => (await equation(w.db, id)).waiting === 0, 40_000);
  expect(sent).toBeLessThan(RECIPIENTS);
  expect(w.taken.length).toBe(RECIPIENTS);
  expect(new Set(w.taken.map(({ address }) => address)).size).toBe(RECIPIENTS);
  expect(await equation(w.db, id)).toMatchObject({ accepted: RECIPIENTS, difference: 0 });
  expect(await ledgerInvariant(w.db, id)).toMatchObject({ ok: true, open: 0 });
  await drain();
});

test("claims whose answer was lost are found by their lane itself, while it has other mail", async () => {
  const { engine } = await w.engine();
  const before = w.taken.length;
  const begin = engine.sql.begin.bind(engine.sql) as (...args: unknown[]) => Promise<unknown>;
  const claims = async () => Number((await w.sql`select coalesce(max(id), 0)::int as id from claims`)[0]?.id);
  let toLose = 1;
  engine.sql.begin = (async (...args: unknown[]) => {
    const had = await claims();
    const done = await begin(...args);
    if (toLose > 0 && w.taken.length > before && (await claims()) > had) {
      toLose -= 1;
      throw new Error("the connection was lost");
    }
    return done;
  }) as typeof engine.sql.begin;
  const id = await w.launch(Array.from({ length: RECIPIENTS }, (_, i) => `lost${i}@gmail.com`));
  const epoch = async () =>
    Number((await w.sql`select sum(epoch)::int as n from lanes where bucket = 1`)[0]?.n);
  await until(() => w.taken.length > before, 20_000);
  const taken = await epoch();
  await until(async () => (await equation(w.db, id)).waiting === 0, 40_000);
  // By the same owner.
  expect(await epoch()).toBe(taken);
  expect(toLose).toBe(0);
  expect(w.taken.length - before).toBe(RECIPIENTS);
  expect(new Set(w.taken.slice(before).map(({ address }) => address)).size).toBe(RECIPIENTS);
  expect(await ledgerInvariant(w.db, id)).toMatchObject({ ok: true, open: 0 });
});
