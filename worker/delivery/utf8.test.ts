import { dkimVerify } from "mailauth/lib/dkim/verify.js";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dkimPublicKey } from "#core/mail/dkim/key.ts";
import { decryptSecret } from "#core/platform/secrets.ts";
import { dkimPurpose } from "#core/sender/rules.ts";
import { type DeliveryWorld, deliveryWorld, TEST_SECRET, until } from "./testing/delivery-world.ts";

let w: DeliveryWorld;

beforeAll(async () => {
  w = await deliveryWorld({ block: "127.81" });
  await w.engine();
});
afterAll(() => w.stop());

test("an address in another script goes where SMTPUTF8 is offered, signed; elsewhere it is refused and not suppressed", async () => {
  const id = await w.launch(["jörg@gmail.com", "用户@small.example", "jörg@yahoo.com", "plain@yahoo.com"]);
  const rows = () => w.sql<{ address: string; state: string; enhanced: string | null }[]>`
    select address, state::text as state, enhanced from deliveries where campaign_id = ${id} order by address`;
  await until(async () => (await rows()).every((row) => row.state !== "w"));
  expect(await rows()).toEqual([
    expect.objectContaining({ address: "jörg@gmail.com", state: "a" }),
    expect.objectContaining({ address: "jörg@yahoo.com", state: "b", enhanced: "5.6.7" }),
    expect.objectContaining({ address: "plain@yahoo.com", state: "a" }),
    expect.objectContaining({ address: "用户@small.example", state: "a" }),
  ]);
  expect(await w.sql`select from suppressions`).toHaveLength(0);
  const mail = w.taken.find((one) => one.address === "jörg@gmail.com");
  expect(mail?.raw?.toString("utf8")).toMatch(/^To: jörg@gmail\.com\r$/m);
  const [domain] =
    await w.sql`select id, dkim_private_key as sealed from sender_domains where dkim_private_key is not null`;
  const key = dkimPublicKey(decryptSecret(TEST_SECRET, dkimPurpose(domain?.id), domain?.sealed));
  const verified = await dkimVerify(mail?.raw as Buffer, {
    resolver: async () => [[`v=DKIM1; k=rsa; p=${key}`]],
  });
  expect(verified.results.map((one) => one.status.result)).toEqual(["pass"]);
  expect(mail?.transcript).toMatch(/MAIL FROM:<[^>]+> SIZE=\d+ BODY=8BITMIME SMTPUTF8/);
  expect(w.taken.find((one) => one.address === "plain@yahoo.com")?.transcript).not.toContain("SMTPUTF8");
});
