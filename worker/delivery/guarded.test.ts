import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeProtection } from "#core/domain/protection.ts";
import { findRecipientDomain, listGuardedDomains } from "#core/domain/read.ts";
import { ledgerInvariant } from "#core/ledger/invariant.ts";
import { VERDICTS } from "#core/mail/reply/types.ts";
import { adminCtx, makeUser } from "#db/testing/factories.ts";
import { type DeliveryWorld, deliveryWorld, until } from "./testing/delivery-world.ts";

// Mail to domains with MTA-STS or DANE, from the freeze to the receivers, over real sockets: DNS, HTTPS, SMTP with TLS.
const POLICY = VERDICTS.indexOf("policy");
let w: DeliveryWorld;

beforeAll(async () => {
  w = await deliveryWorld({ block: "127.73" });
  await w.engine();
});
afterAll(() => w.stop());

const settled = (campaignId: number) => async () => {
  const [row] = await w.sql`select
    (select count(*)::int from claims where campaign_id = ${campaignId}) + (select count(*)::int from streams where campaign_id = ${campaignId} and next_seq <= last_seq)
    + (select count(*)::int from due where campaign_id = ${campaignId} and due_at <= now()) as n`;
  return Number(row?.n) === 0;
};

async function send(...addresses: string[]) {
  const id = await w.launch(addresses);
  await until(settled(id), 25_000);
  const rows = await w.sql`select address, state, verdict, reply from deliveries where campaign_id = ${id}`;
  await ledgerInvariant(w.db, id);
  return Object.fromEntries(rows.map((row) => [row.address.split("@")[1], row]));
}

const policy = async (domain: string) =>
  (await w.sql`select mode, mx, error from sts_policies where domain = ${domain}`)[0];

/** What the page of a domain says. */
async function told(name: string) {
  const facts = await findRecipientDomain({ db: w.db }, name);
  if (!facts) throw new Error(`${name} is unknown`);
  return describeProtection(facts, new Date(), true);
}

describe("a domain with a policy", () => {
  test("gets mail where the policy is kept, and none where it is not: that waits, with the reason in words", async () => {
    const found = await send(
      "ann@sts-enforce.example",
      "bob@sts-mismatch.example",
      "cat@sts-badcert.example",
      "dan@sts-testing.example",
      "eve@sts-unread.example",
      "fay@mail-plain.example",
    );
    expect(found).toMatchObject({
      "sts-enforce.example": { state: "a" },
      "sts-mismatch.example": {
        state: "d",
        verdict: POLICY,
        reply:
          "mail.sts-mismatch.example is none of the mail servers that the domain's policy (MTA-STS) allows.",
      },
      "sts-badcert.example": {
        state: "d",
        verdict: POLICY,
        reply:
          "The certificate is not for mail.sts-badcert.example: it names DNS:mail.somebody-else.example. The domain's policy (MTA-STS, enforce) lets no mail go without.",
      },
      "sts-testing.example": { state: "a" },
      "sts-unread.example": { state: "a" },
      "mail-plain.example": { state: "a" },
    });
    // Nothing of what waits was shown to anybody.
    expect(w.log().filter((mail) => /mismatch|badcert/.test(mail.domain))).toEqual([]);
    const kept = w.log().find((mail) => mail.domain === "sts-enforce.example");
    expect(kept?.encryption).toMatch(/^TLSv1\.3, \S+, asked for mail\.sts-enforce\.example$/);
    expect(await policy("sts-enforce.example")).toMatchObject({ mode: "enforce", error: null });
    expect(await policy("sts-unread.example")).toMatchObject({
      mode: null,
      error: expect.stringMatching(
        /^mta-sts\.sts-unread\.example could not be read: Hostname\/IP does not match/,
      ),
    });
    expect(await policy("mail-plain.example")).toBeUndefined();
    const [barred] = await told("sts-mismatch.example");
    expect(barred).toMatchObject({ isBarred: true, since: expect.any(Date), until: expect.any(Date) });
    expect((await told("sts-enforce.example"))[0]).toMatchObject({ isBarred: false });
  });

  test("shares its site with domains that ask for nothing, but no connection", async () => {
    const names = ["badcert", "neighbour"].flatMap((one) =>
      Array.from({ length: 6 }, (_, i) => `p${i}@sts-${one}.example`),
    );
    const id = await w.launch(names);
    await until(settled(id), 25_000);
    const sites = await w.sql`select count(distinct site_id)::int as n from domains
      where name in ('sts-badcert.example', 'sts-neighbour.example')`;
    expect(sites[0]?.n).toBe(1);
    const rows =
      await w.sql`select split_part(address, '@', 2) as domain, state, count(*)::int as n from deliveries
      where campaign_id = ${id} group by 1, 2 order by 1`;
    expect(rows.map(({ domain, state, n }) => [domain, state, n])).toEqual([
      ["sts-badcert.example", "d", 6],
      ["sts-neighbour.example", "a", 6],
    ]);
    expect(w.log().some((mail) => mail.domain === "sts-badcert.example")).toBe(false);
  });
});

describe("a domain whose records are signed", () => {
  test("gets mail only where its TLSA records fit; they count before its policy", async () => {
    const found = await send(
      "ann@dane-good.example",
      "bob@dane-authority.example",
      "cat@dane-bad.example",
      "dan@dane-broken.example",
      "eve@dane-unusable.example",
      "fay@dane-unsigned.example",
      "gus@dane-first.example",
    );
    const waits = (words: RegExp) => ({ state: "d", verdict: POLICY, reply: expect.stringMatching(words) });
    expect(found).toMatchObject({
      "dane-good.example": { state: "a" },
      "dane-authority.example": { state: "a" },
      "dane-bad.example": waits(
        /^The certificate of mail\.dane-bad\.example is not the one that its TLSA records \(DANE\) name\./,
      ),
      "dane-broken.example": waits(
        /^mail\.dane-broken\.example is not used: whether it has TLSA records \(DANE\) could not be found out, .*SERVFAIL/,
      ),
      "dane-unusable.example": { state: "a" },
      "dane-unsigned.example": { state: "a" },
      "dane-first.example": waits(/TLSA records \(DANE\) name/),
    });
    expect(w.log().filter((mail) => /dane-(?:bad|broken|first)/.test(mail.domain))).toEqual([]);
    const encrypted = w.log().filter((mail) => mail.domain.startsWith("dane-"));
    expect(encrypted.every((mail) => mail.encryption !== null)).toBe(true);
    expect((await told("dane-good.example")).at(-1)?.sentences[0]).toMatch(/the server's own key, SHA-256/);
    expect((await told("dane-broken.example")).at(-1)).toMatchObject({ isBarred: true });
    const listed = await listGuardedDomains(adminCtx(w.db, (await makeUser(w.db)).id));
    const names = ["dane-broken", "dane-first", "dane-good", "sts-enforce", "sts-unread"];
    expect(listed.map((one) => one.name)).toEqual(
      expect.arrayContaining(names.map((one) => `${one}.example`)),
    );
    expect(listed.find((one) => one.name === "dane-first.example")).toMatchObject({
      hasPolicy: true,
      hasDane: true,
      mode: "enforce",
      since: expect.any(Date),
    });
    expect(listed.some((one) => /plain|neighbour|unsigned/.test(one.name))).toBe(false);
    const rows =
      await w.sql`select host, is_usable, error is null as ok, jsonb_array_length(records) as n from dane_hosts
      where host like 'mail.dane-%' order by host`;
    expect(rows.map(({ host, is_usable, ok, n }) => [host.slice(5, -8), is_usable, ok, n])).toEqual([
      ["dane-authority", true, true, 1],
      ["dane-bad", true, true, 1],
      ["dane-broken", false, false, 0],
      ["dane-first", true, true, 1],
      ["dane-good", true, true, 1],
      ["dane-unusable", false, true, 1],
    ]);
  });
});
