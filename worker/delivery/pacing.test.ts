import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { holdLaneFor, restoreFullPace } from "#core/lane/hold.ts";
import { listLanes } from "#core/lane/read.ts";
import { ledgerInvariant } from "#core/ledger/invariant.ts";
import { adminCtx, makeUser } from "#db/testing/factories.ts";
import { type DnsServer, startDns } from "../sandbox/dns.ts";
import { type DeliveryWorld, deliveryWorld, until } from "./testing/delivery-world.ts";
import { type ScriptedServer, scriptedServer } from "./testing/scripted-server.ts";

// Receivers of a provider with a lane of its own, that say what a test wants. MX of yahoodns.net: bucket 4.
const BUCKET = 4;
const MX = "mta5.am0.yahoodns.net";

let w: DeliveryWorld;
let server: ScriptedServer;
let dns: DnsServer;
let answer: (body: string) => string;
/** At each greeting of a client: how many connections had their first mail taken before. */
let greetings: number[];
let begun: WeakSet<object>;
let firsts = 0;

beforeAll(async () => {
  server = await scriptedServer({
    line: (line) => {
      if (/^EHLO/.test(line)) greetings.push(firsts);
      return undefined;
    },
    body: (socket) => {
      const said = answer(server.bodies.at(-1) ?? "");
      if (said.startsWith("250") && !begun.has(socket)) {
        begun.add(socket);
        firsts += 1;
      }
      return said;
    },
  });
  dns = await startDns({
    host: "127.0.0.1",
    port: 0,
    answer: async (name, type) => {
      const data = type === "MX" ? { preference: 1, exchange: MX } : "127.0.0.1";
      const records = type === "MX" || type === "A" ? [{ name, type, data } as never] : [];
      return { code: "NOERROR", records, soa: false };
    },
  });
  w = await deliveryWorld({ block: "127.76", network: { dns, smtpPort: server.port } });
  await w.engine();
});
afterAll(async () => {
  await w.stop();
  await dns.close();
  await server.close();
});
beforeEach(() => {
  greetings = [];
  begun = new WeakSet();
  firsts = 0;
  answer = () => "250 ok";
});

const people = (n: number, tag: string) =>
  Array.from({ length: n }, (_, i) => `p${i}@${tag}${i % 7}.example`);
const events = async (kind: string) =>
  w.sql`select e.* from lane_events e join lanes l on l.id = e.lane_id where l.bucket = ${BUCKET} and e.kind = ${kind} order by e.id`;
const lane = async () => (await w.sql`select * from lanes where bucket = ${BUCKET}`)[0];
/** Nobody runs it: what it knew in memory is gone. */
const ended = () => until(async () => (await lane())?.worker_id === null);
const count = async (campaignId: number, state: string) =>
  Number(
    (
      await w.sql`select coalesce(sum(n), 0)::int as n from rollups where campaign_id = ${campaignId} and state = ${state}`
    )[0]?.n,
  );

test("Gmail's way back: the lane stops at once, nobody but the refused is tried, then one connection more at a time", async () => {
  answer = () => "421 4.7.28 Gmail has detected an unusual rate of mail originating from your IP address.";
  const id = await w.launch(people(120, "stop"));
  await until(async () => (await lane())?.suspended_until !== null && (await lane())?.worker_id === null);
  const stopped = await lane();
  expect(stopped?.suspended_until.getTime() - Date.now()).toBeGreaterThan(9 * 60_000);
  expect(stopped?.mood).toMatchObject({ recovery: { phase: "stopped" } });
  // Those in flight were tried, at most one a connection; the others have no attempt.
  const [tried] =
    await w.sql`select count(*)::int as n from deliveries where campaign_id = ${id} and attempts > 0`;
  expect(Number(tried?.n)).toBeLessThanOrEqual(10);
  expect(await ledgerInvariant(w.db, id)).toMatchObject({ ok: true });

  answer = () => "250 ok";
  greetings = [];
  await w.sql`update lanes set suspended_until = null`;
  await w.sql`update due set due_at = now() where campaign_id = ${id}`;
  await until(async () => (await count(id, "a")) === 120);
  expect(greetings.length).toBeGreaterThan(1);
  for (const [n, taken] of greetings.entries()) expect(taken).toBeGreaterThanOrEqual(n);
  const [suspended] = await events("suspended");
  expect(suspended).toMatchObject({ user_id: null, reply: expect.stringContaining("4.7.28") });
  expect(suspended?.detail.until).toBeGreaterThan(Date.now() + 8 * 60_000);
  expect(await events("climbing")).toHaveLength(1);
});

test("a quota of the signing domain lets that domain rest in the bucket, and the others go on", async () => {
  const other = await w.sender();
  answer = (body) =>
    body.includes(`d=${other.domain};`)
      ? "421 4.7.28 Gmail has detected an unusual rate of mail originating from your DKIM domain."
      : "250 ok";
  const held = await w.launch(people(40, "rest"), { senderId: other.id });
  await until(async () => (await w.sql`select from sender_holds`).length > 0);
  const [hold] = await w.sql`select * from sender_holds`;
  expect(hold).toMatchObject({ sender_domain_id: other.senderDomainId, bucket: BUCKET });
  expect(hold?.until.getTime() - Date.now()).toBeGreaterThan(9 * 60_000);
  const going = await w.launch(people(40, "goes"));
  await until(async () => (await count(going, "a")) === 40);
  expect((await lane())?.suspended_until ?? null).toBeNull();
  const tries = Number(
    (await w.sql`select count(*)::int as n from attempts where campaign_id = ${held}`)[0]?.n,
  );
  expect(tries).toBeLessThanOrEqual(10);
  expect(await ledgerInvariant(w.db, held)).toMatchObject({ ok: true });

  await ended();
  answer = () => "250 ok";
  await w.sql`update sender_holds set until = now()`;
  await w.sql`update due set due_at = now() where campaign_id = ${held}`;
  await until(async () => (await count(held, "a")) === 40);
});

test("a lowered pace is the next owner's too", async () => {
  let refusals = 0;
  answer = () => (refusals++ < 1 ? "451 4.7.1 rate limit exceeded, slow down" : "250 ok");
  const id = await w.launch(people(60, "slow"));
  await until(async () => (await count(id, "a")) === 59);
  await ended();
  expect(await lane()).toMatchObject({ mood: { pace: { connections: 5, messagesPerSecond: 50 } } });
  const next = await w.launch(people(60, "next"));
  await until(async () => (await count(next, "a")) === 60);
  await ended();
  expect(await lane()).toMatchObject({ mood: { pace: { connections: 5 } } });
  const slowed = await events("slowed");
  expect(slowed.at(-1)).toMatchObject({
    reply: expect.stringContaining("slow down"),
    detail: { before: { connections: 10 }, after: { connections: 5, messagesPerSecond: 50 } },
  });
});

test("a person sets the pace back while the lane runs: what its owner remembers does not come again", async () => {
  let refusals = 0;
  answer = () => (refusals++ < 1 ? "451 4.7.1 rate limit exceeded, slow down" : "250 ok");
  await w.sql`update lanes set mood = null where bucket = ${BUCKET}`;
  const slowed = (await events("slowed")).length;
  const id = await w.launch(people(200, "back"));
  await until(
    async () => (await events("slowed")).length > slowed && (await lane())?.mood?.pace?.connections === 5,
  );
  const ctx = adminCtx(w.db, (await makeUser(w.db)).id);
  expect(await restoreFullPace(ctx, { laneId: (await lane())?.id })).toEqual({ ok: true });
  await until(async () => (await count(id, "a")) === 199);
  await ended();
  expect(await lane()).toMatchObject({ mood: null });
  expect(await ledgerInvariant(w.db, id)).toMatchObject({ ok: true });
  expect(server.bodies.filter((body) => /^To: .*@back/m.test(body))).toHaveLength(200);
});

test("a lane held for a time gives back what it has, and goes on by itself", async () => {
  const id = await w.launch(people(400, "held"));
  await until(async () => (await count(id, "a")) > 0);
  const ctx = adminCtx(w.db, (await makeUser(w.db)).id);
  expect(await holdLaneFor(ctx, { laneId: (await lane())?.id, minutes: 5 })).toEqual({ ok: true });
  await ended();
  const before = await count(id, "a");
  expect(before).toBeLessThan(400);
  expect(await ledgerInvariant(w.db, id)).toMatchObject({ ok: true });
  expect((await listLanes(ctx)).find((one) => one.bucket === BUCKET)).toMatchObject({
    state: "held",
    isHeldForATime: true,
  });
  await w.sql`update lanes set suspended_until = now() where bucket = ${BUCKET}`;
  await until(async () => (await count(id, "a")) === 400);
});
