import { afterAll, beforeAll, expect, test } from "vitest";
import { ledgerInvariant } from "#core/ledger/invariant.ts";
import { type DeliveryWorld, deliveryWorld, until } from "./testing/delivery-world.ts";

// Servers that take all of a mail and hang up without an answer.
let w: DeliveryWorld;

beforeAll(async () => {
  w = await deliveryWorld({ block: "127.82" });
  await w.engine();
});
afterAll(() => w.stop());

const row = async (id: number) =>
  (await w.sql`select state::text as state, attempts from deliveries where campaign_id = ${id}`)[0];
const tries = (address: string) => w.log().filter((mail) => mail.address === address).length;

test("nobody gets a second mail where nobody knows about the first", async () => {
  const id = await w.launch(["once+dropafter@mail-four.example"]);
  await until(async () => (await row(id))?.state === "x");
  expect(await row(id)).toEqual({ state: "x", attempts: 1 });
  expect(await w.sql`select from due`).toHaveLength(0);
});

test("a workspace that wants it sends once more", async () => {
  await w.sql`update workspaces set repeat_uncertain = true`;
  const address = "twice+dropafter@mail-four.example";
  const id = await w.launch([address]);
  await until(async () => (await row(id))?.state === "d");
  expect(await ledgerInvariant(w.db, id)).toMatchObject({ ok: true, open: 1 });
  const [due] = await w.sql`select due_at from due where campaign_id = ${id}`;
  expect(due?.due_at.getTime() - Date.now()).toBeGreaterThan(5 * 60_000);
  await w.sql`update due set due_at = now()`;
  await until(async () => (await row(id))?.state === "a");
  expect(await row(id)).toEqual({ state: "a", attempts: 2 });
  expect(tries(address)).toBe(2);
  expect(await ledgerInvariant(w.db, id)).toMatchObject({ ok: true, open: 0 });
});
