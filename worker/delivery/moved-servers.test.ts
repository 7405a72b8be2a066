import { afterAll, beforeAll, expect, test } from "vitest";
import { dnsOf } from "#core/domain/dns.ts";
import { resolveDomains } from "#core/domain/resolve.ts";
import { readEnv } from "#core/platform/env.ts";
import { readNetwork } from "#core/platform/network.ts";
import { systemCtx } from "#db/testing/factories.ts";
import { type DeliveryWorld, deliveryWorld, until } from "./testing/delivery-world.ts";

let w: DeliveryWorld;

beforeAll(async () => {
  w = await deliveryWorld({ block: "127.86" });
});
afterAll(() => w.stop());

test("servers that moved since DNS was asked are found before the next try", async () => {
  const id = await w.launch(["a@moved.example", "b@moved.example"]);
  // What DNS said an hour ago: a host at which nobody answers.
  await w.sql`update domains set mx = '[{"host":"127.86.200.1","preference":0}]'::jsonb, resolved_at = now() - interval '1 hour',
    expires_at = now() + interval '1 day' where name = 'moved.example'`;
  await w.engine();
  const states = async () =>
    (await w.sql`select distinct state::text as state from deliveries where campaign_id = ${id}`).map(
      (row) => row.state,
    );
  await until(async () => (await states()).join() === "d");
  const due = () => w.sql`select from domains where name = 'moved.example' and expires_at <= now()`;
  await until(async () => (await due()).length === 1);
  await resolveDomains(systemCtx(w.db), { stale: true }, dnsOf(await readNetwork(w.db, readEnv(w.env))));
  await w.sql`update due set due_at = now()`;
  // The old servers rest for a minute; the new ones need not wait for that.
  await until(async () => (await states()).join() === "a");
  expect(
    w
      .log()
      .map((mail) => mail.address)
      .sort(),
  ).toEqual(["a@moved.example", "b@moved.example"]);
}, 40_000);
