import { afterAll, beforeAll, expect, test } from "vitest";
import { ledgerInvariant } from "#core/ledger/invariant.ts";
import { changeLimits } from "#core/limit/change.ts";
import { ChangeLimitsInput } from "#core/limit/input.ts";
import { getLimits } from "#core/limit/read.ts";
import type { AdminCtx } from "#core/platform/context.ts";
import { adminCtx, makeUser } from "#db/testing/factories.ts";
import { type DeliveryWorld, deliveryWorld, until } from "./testing/delivery-world.ts";

const GOOGLE = 1;
let w: DeliveryWorld;
let admin: AdminCtx;

beforeAll(async () => {
  // Each mail takes a while, so that there is a campaign under way to change something about.
  w = await deliveryWorld({ block: "127.92", behaviours: { paceMs: 40 } });
  admin = adminCtx(w.db, (await makeUser(w.db, { isAdministrator: true })).id);
  await w.engine();
});
afterAll(() => w.stop());

const people = (n: number, tag: string) => Array.from({ length: n }, (_, i) => `${tag}${i}@gmail.com`);
const lane = async () =>
  (await w.sql`select worker_id, epoch, connections from lanes where bucket = ${GOOGLE}`)[0];
const got = (tag: string) => w.log().filter((mail) => mail.address.startsWith(tag));
const open = () => w.sandbox.stats().connections.open;

async function set(fields: Partial<ChangeLimitsInput>): Promise<void> {
  const { revision } = await getLimits(admin, "google");
  const input = ChangeLimitsInput.parse({ key: "google", revision, ...fields });
  expect(await changeLimits(admin, input)).toMatchObject({ ok: true, isChanged: true });
}

/** Another owner, with the limits that were set: the one before is gone with its connections. */
async function takenAgain(before: number): Promise<void> {
  await until(async () => {
    const now = await lane();
    return Number(now?.epoch) > before && now?.worker_id !== null;
  }, 10_000);
}

test("fewer connections while a campaign goes out: kept within seconds as receivers see it; nobody lost, no copies", async () => {
  const id = await w.launch(people(700, "first"));
  await until(() => open() === 5 && got("first").length > 30);
  const { epoch } = (await lane()) as { epoch: number };
  const asked = performance.now();
  await set({ connections: 1, messagesPerConnection: 10 });
  await takenAgain(epoch);
  const changedAt = Date.now();
  expect(performance.now() - asked).toBeLessThan(6_000);
  let most = 0;
  await until(() => {
    most = Math.max(most, open());
    return got("first").filter((mail) => mail.startedAt > changedAt).length >= 60;
  });
  expect(most).toBe(1);
  const since = got("first").filter((mail) => mail.startedAt > changedAt);
  // One after the other, on connections that end after ten.
  for (const [i, mail] of since.slice(1).entries())
    expect(mail.startedAt).toBeGreaterThanOrEqual(since[i]?.at ?? 0);
  const counts = Map.groupBy(since, (mail) => mail.connection);
  expect(Math.max(...[...counts.values()].map((mails) => mails.length))).toBe(10);

  const lowered = (await lane()) as { epoch: number };
  await set({});
  await takenAgain(lowered.epoch);
  await until(() => open() === 5, 10_000);
  await until(() => new Set(got("first").map((mail) => mail.address)).size === 700, 30_000);
  await until(async () => (await ledgerInvariant(w.db, id)).open === 0);
  expect(await ledgerInvariant(w.db, id)).toMatchObject({ ok: true });
  expect(got("first")).toHaveLength(700);
  expect(got("first").every((mail) => mail.outcome === "accepted")).toBe(true);
  expect(w.sandbox.stats().copies).toEqual([]);
  expect(w.sandbox.stats().violationCounts).toEqual({});
}, 90_000);

test("a lane that is taken later begins with what is set, and others' limits do not end it", async () => {
  await until(async () => (await lane())?.worker_id === null);
  await set({ messagesPerSecond: 5, connections: 2 });
  const began = Date.now();
  const id = await w.launch(people(30, "later"));
  await until(() => got("later").length > 3);
  const { epoch } = (await lane()) as { epoch: number };
  const other = ChangeLimitsInput.parse({ key: "yahoo", revision: 0, connections: 1 });
  expect(await changeLimits(admin, other)).toMatchObject({ ok: true });
  await until(() => got("later").length === 30);
  expect(await lane()).toMatchObject({ epoch });
  // 29 gaps of 200 ms, less a burst of one.
  expect((got("later").at(-1)?.startedAt ?? 0) - (got("later")[0]?.startedAt ?? began)).toBeGreaterThan(
    5_000,
  );
  await until(async () => (await ledgerInvariant(w.db, id)).open === 0);
}, 60_000);

test("TLS: mail waits for a provider that offers less than is set, and goes when less is allowed; a test of the source too", async () => {
  const bare = await deliveryWorld({ block: "127.93", behaviours: { tls: false } });
  try {
    const by = adminCtx(bare.db, (await makeUser(bare.db, { isAdministrator: true })).id);
    const { engine } = await bare.engine();
    const [source] = await bare.sql`select id from sources`;
    const sourceId = Number(source?.id);
    const from = "mara@nordkai.example";
    const probe = () => engine.testSource({ sourceId, from, to: "probe@gmail.com", onLine: () => {} });
    const id = await bare.launch(["reader@gmail.com"]);
    const state = async () =>
      (await bare.sql`select state from deliveries where campaign_id = ${id}`)[0]?.state;
    await until(async () => (await state()) === "d");
    expect(await probe()).toMatchObject({ ok: false, result: expect.stringMatching(/TLS/i) });
    const lax = ChangeLimitsInput.parse({ key: "google", revision: 0, tls: "opportunistic", laxerTls: true });
    expect(await changeLimits(by, lax)).toMatchObject({ ok: true });
    expect(await probe()).toMatchObject({ ok: true });
    // Whoever began before the change knows that nobody answers there.
    await until(async () => (await bare.sql`select from lanes where worker_id is not null`).length === 0);
    await bare.sql`update due set due_at = now() where campaign_id = ${id}`;
    await until(async () => (await state()) === "a");
    expect(bare.log().map((mail) => mail.tls)).toEqual([false, false]);
  } finally {
    await bare.stop();
  }
}, 60_000);
