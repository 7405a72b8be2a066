import { eq } from "drizzle-orm";
import { dkimVerify } from "mailauth/lib/dkim/verify.js";
import { beforeAll, expect, test } from "vitest";
import { switchNetwork } from "#core/installation/sending.ts";
import { dkimRecord, generateDkimKey } from "#core/mail/dkim/key.ts";
import type { AdminCtx } from "#core/platform/context.ts";
import { encryptSecret } from "#core/platform/secrets.ts";
import { dkimPurpose } from "#core/sender/rules.ts";
import { senderDomains } from "#db/schema/index.ts";
import { anotherDatabase, type TestDatabase } from "#db/testing/database.ts";
import { adminCtx, makeCampaign, makeSender, makeUser, makeWorkspace } from "#db/testing/factories.ts";
import { Messages } from "#worker/delivery/messages.ts";
import { Metrics } from "#worker/delivery/metrics.ts";
import type { Dns, DnsAnswer } from "../domain/dns.ts";
import { addEd25519 } from "./add-ed25519.ts";
import { checkSenderDomain } from "./check.ts";
import { getSenderDomain } from "./read.ts";
import { removeEd25519 } from "./remove-ed25519.ts";

let t: TestDatabase;
let ctx: AdminCtx;

beforeAll(async () => {
  t = await anotherDatabase();
  ctx = adminCtx(t.db, (await makeUser(t.db)).id);
});

const none = async (): Promise<DnsAnswer<never>> => ({ kind: "no-data" });

/** A sender domain with an RSA key, a campaign of it, and a DNS that publishes what the test puts there. */
async function signing() {
  const workspace = await makeWorkspace(t.db);
  const { privateKeyPem, publicKeyBase64 } = await generateDkimKey();
  const sender = await makeSender(t.db, workspace.id, { publicKey: publicKeyBase64 });
  const { senderDomainId, domain } = sender;
  const sealed = encryptSecret(ctx.settings.secret, dkimPurpose(senderDomainId), privateKeyPem);
  await t.db
    .update(senderDomains)
    .set({ dkimPrivateKey: sealed })
    .where(eq(senderDomains.id, senderDomainId));
  const campaign = await makeCampaign(t.db, workspace.id, { senderId: sender.id });
  const published = new Map<string, string>([[`lm1._domainkey.${domain}`, dkimRecord(publicKeyBase64)]]);
  let isSilent = false;
  const dns: Dns = {
    txt: async (name) => {
      if (isSilent) return { kind: "failed", error: "timeout" };
      const text = published.get(name);
      return text === undefined ? { kind: "no-data" } : { kind: "found", records: [text] };
    },
    mx: none,
    addresses: none,
    cname: none,
    ptr: none,
  };
  const row = async () =>
    (await t.db.select().from(senderDomains).where(eq(senderDomains.id, senderDomainId)))[0]!;
  return {
    senderDomainId,
    domain,
    published,
    row,
    record: async () =>
      (await getSenderDomain(ctx, domain)).records.find((one) => one.record === "dkim-ed25519"),
    silence: (value: boolean) => {
      isSilent = value;
    },
    check: async () => {
      const checked = await checkSenderDomain(ctx, { senderDomainId }, dns);
      if (!checked.ok) throw new Error(checked.reason);
      return checked.checks.find((one) => one.record === "dkim-ed25519")?.verdict;
    },
    /** What a receiver makes of the signatures of a mail that a worker renders now, by algorithm. */
    async mail() {
      const messages = new Messages(t.db, ctx.settings, new Metrics());
      const { message, problem } = await messages.campaign(campaign.id);
      if (!message) throw new Error(problem ?? "no message");
      const recipient = { campaignId: campaign.id, seq: 1, subscriberId: 1, address: "a@b.example" };
      const { bytes } = messages.render(
        message,
        { ...recipient, attributes: {}, listId: null } as unknown as Parameters<Messages["render"]>[1],
        [],
      );
      const { results } = await dkimVerify(bytes, {
        resolver: async (name: string) => {
          const text = published.get(name);
          if (text === undefined) throw Object.assign(new Error("none"), { code: "ENOTFOUND" });
          return [[text]];
        },
      });
      return results.map((one) => `${one.algo} ${one.status.result}`);
    },
  };
}

test("a second key signs from when its record was found, and both signatures are good", async () => {
  const d = await signing();
  expect(await d.mail()).toEqual(["rsa-sha256 pass"]);
  expect(await d.record()).toBeUndefined();
  await addEd25519(ctx, d);
  expect(await d.mail()).toEqual(["rsa-sha256 pass"]);
  const record = (await d.record())!;
  expect(record.name).toMatch(/^lm1-ed25519-[0-9a-f]{6}\._domainkey\./);
  expect(record.expected).toMatch(/^v=DKIM1; k=ed25519; p=[A-Za-z0-9+/]{43}=$/);
  expect(await d.check()).toBe("missing");
  expect(await d.mail()).toEqual(["rsa-sha256 pass"]);
  // The right key that claims to be RSA is none.
  d.published.set(record.name, record.expected.replace("k=ed25519; ", ""));
  expect(await d.check()).toBe("different");
  d.published.set(record.name, record.expected);
  expect(await d.check()).toBe("ok");
  expect(await d.mail()).toEqual(["rsa-sha256 pass", "ed25519-sha256 pass"]);
});

test("silence changes nothing; a record that is gone ends the second signature", async () => {
  const d = await signing();
  await addEd25519(ctx, d);
  const record = (await d.record())!;
  d.silence(true);
  expect(await d.check()).toBe("could-not-ask");
  expect(await d.mail()).toHaveLength(1);
  d.silence(false);
  d.published.set(record.name, record.expected);
  await d.check();
  const { ed25519FoundAt } = await d.row();
  d.silence(true);
  await d.check();
  expect((await d.row()).ed25519FoundAt).toEqual(ed25519FoundAt);
  expect(await d.mail()).toHaveLength(2);
  d.silence(false);
  d.published.delete(record.name);
  await d.check();
  expect(await d.mail()).toEqual(["rsa-sha256 pass"]);
});

test("adding twice keeps the first key, removing twice is nothing new, and the next key has another name", async () => {
  const d = await signing();
  expect(await addEd25519(ctx, d)).toEqual({ ok: true });
  const first = await d.row();
  await addEd25519(ctx, d);
  expect(await d.row()).toEqual(first);
  expect(first.ed25519PrivateKey).not.toContain("PRIVATE");
  expect(JSON.stringify(await getSenderDomain(ctx, d.domain))).not.toContain(first.ed25519PrivateKey);
  expect(await removeEd25519(ctx, d)).toEqual({ ok: true });
  expect(await removeEd25519(ctx, d)).toEqual({ ok: true });
  expect(await d.row()).toMatchObject({ ed25519Selector: null, ed25519PrivateKey: null });
  await addEd25519(ctx, d);
  expect((await d.row()).ed25519Selector).not.toBe(first.ed25519Selector);
  expect((await addEd25519(ctx, { senderDomainId: 999_999 })).ok).toBe(false);
});

test("what was found in one network does not count in the other", async () => {
  const d = await signing();
  await addEd25519(ctx, d);
  const record = (await d.record())!;
  d.published.set(record.name, record.expected);
  await d.check();
  const facts = { locked: null, problems: [] };
  await switchNetwork(ctx, { network: "internet", confirmation: "internet" }, facts);
  expect(await d.mail()).toEqual(["rsa-sha256 pass"]);
});
