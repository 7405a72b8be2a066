import { afterAll, beforeAll, expect, test } from "vitest";
import { noteSourceSign } from "#core/delivery/suspend-source.ts";
import { ledgerInvariant } from "#core/ledger/invariant.ts";
import { releaseSource } from "#core/source/hold.ts";
import { adminCtx, makeSource, makeUser } from "#db/testing/factories.ts";
import { type DeliveryWorld, deliveryWorld, until } from "./testing/delivery-world.ts";

// Two addresses; receivers say of one that it is listed.
const BLOCK = "127.84";
let w: DeliveryWorld;
let listed: number;
let other: number;

beforeAll(async () => {
  w = await deliveryWorld({ block: BLOCK });
  listed = Number((await w.sql`select id from sources`)[0]?.id);
  other = (await makeSource(w.db, { ip: `${BLOCK}.1.9` })).id;
  await w.engine();
});
afterAll(() => w.stop());

const people = (n: number, tag: string) => Array.from({ length: n }, (_, i) => `${tag}${i}@gmail.com`);
const by = (tag: string, ip: string) =>
  w.log().filter((mail) => mail.address.startsWith(tag) && mail.clientIp === `${BLOCK}.1.${ip}`).length;
const done = async (id: number) => (await ledgerInvariant(w.db, id)).open === 0;
const sign = (siteId: number, sourceId = listed) =>
  noteSourceSign(w.sql, { sourceId, siteId, reply: "550 5.7.1 listed by zen.spamhaus.org" });

test("one site, however often, and signs of yesterday are no fact about the address; three sites are", async () => {
  for (let i = 0; i < 5; i++) expect(await sign(1)).toBeNull();
  expect(await sign(2)).toBeNull();
  await w.sql`update source_signs set at = now() - interval '2 hours' where site_id = 1`;
  expect(await sign(3)).toBeNull();
  expect(await sign(1)).toBeGreaterThan(Date.now() + 50 * 60_000);
  // Said once.
  expect(await sign(4)).toBeNull();
  expect(await sign(5, other)).toBeNull();
});

test("nothing leaves by it anywhere, the others carry its mail, and a person may try again", async () => {
  const first = await w.launch(people(40, "away"));
  await until(() => done(first));
  expect([by("away", "1"), by("away", "9")]).toEqual([0, 40]);
  const ctx = adminCtx(w.db, (await makeUser(w.db, { isAdministrator: true })).id);
  expect(await releaseSource(ctx, { sourceId: listed })).toEqual({ ok: true });
  expect(await sign(9)).toBeNull();
  await w.sql`update sources set state = 'held' where id = ${other}`;
  const second = await w.launch(people(20, "back"));
  await until(() => done(second));
  expect(by("back", "1")).toBe(20);
});

test("a lane at work stops when its source is suspended, and goes on by itself when that is over", async () => {
  const id = await w.launch(people(600, "stop"));
  await until(() => by("stop", "1") > 0);
  await sign(10);
  expect(await sign(11)).not.toBeNull();
  await until(
    async () =>
      (await w.sql`select from lanes where source_id = ${listed} and worker_id is not null`).length === 0,
  );
  expect(await ledgerInvariant(w.db, id)).toMatchObject({ ok: true });
  expect(by("stop", "1")).toBeLessThan(600);
  await w.sql`update sources set suspended_until = now() where id = ${listed}`;
  await until(() => done(id));
  expect(by("stop", "1")).toBe(600);
});

test("said by receivers over the wire: three sites with a public list suspend it, and retries meant for it alone are freed", async () => {
  await w.sql`update sources set suspended_until = null`;
  await w.sql`delete from source_signs`;
  await w.sql`update sources set state = 'active'`;
  await w.sql`update sources set state = 'held' where id = ${other}`;
  const names = [
    "mail-four.example",
    "mail-five.example",
    "mail-six.example",
    "mail-seven.example",
    "mail-eight.example",
  ];
  const id = await w.launch(names.map((name) => `no+blocked@${name}`));
  await w.sql`insert into due (campaign_id, seq, pool_id, bucket, class, due_at, source_id)
    select ${id}, 9999, id, ${1}, 5, now() + interval '1 hour', ${listed} from pools limit 1`;
  await until(
    async () =>
      (await w.sql`select from sources where id = ${listed} and suspended_until > now()`).length === 1,
  );
  const [sign] =
    await w.sql`select count(*)::int as n, max(reply) as reply from source_signs where source_id = ${listed}`;
  expect(sign?.n).toBeGreaterThanOrEqual(3);
  expect(sign?.reply).toContain("zen.spamhaus.org");
  expect(await w.sql`select from due where seq = 9999 and source_id is null`).toHaveLength(1);
  expect(await w.sql`select from audit_events where action = 'source.suspend'`).not.toHaveLength(0);
});
