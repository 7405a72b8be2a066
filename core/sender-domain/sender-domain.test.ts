import { eq } from "drizzle-orm";
import { beforeAll, expect, test } from "vitest";
import type { Dns, DnsAnswer } from "#core/domain/dns.ts";
import { dkimRecord } from "#core/mail/dkim/key.ts";
import type { AdminCtx } from "#core/platform/context.ts";
import type { Db } from "#db/client.ts";
import { senderDomains } from "#db/schema/index.ts";
import { testDatabase } from "#db/testing/database.ts";
import { adminCtx, makeSender, makeSource, makeUser, makeWorkspace } from "#db/testing/factories.ts";
import { checkSenderDomain, expectedRecords, judgeRecord } from "./check.ts";
import { getSenderDomain, listSenderDomains } from "./read.ts";

let db: Db;
let ctx: AdminCtx;

beforeAll(async () => {
  ({ db } = await testDatabase());
  ctx = adminCtx(db, (await makeUser(db)).id);
});

const IPS = ["192.0.2.4", "2001:db8::a"];
const KEY = "MIIBIjANBgkqh";
const [dkim, spf, dmarc, back] = expectedRecords(
  { name: "nordkai.example", dkimSelector: "lm1", dkimPublicKey: KEY },
  IPS,
  "mail.example.com",
);
const found = (...records: string[]): DnsAnswer<string> => ({ kind: "found", records });
const verdict = (record: typeof spf, answer: DnsAnswer<string>, ips = IPS) =>
  judgeRecord(record!, answer, ips).verdict;

test("what could not be asked is no pass and no fail; what is not there is missing", () => {
  for (const record of [dkim, spf, dmarc, back]) {
    expect(verdict(record, { kind: "failed", error: "ESERVFAIL" })).toBe("could-not-ask");
    expect(verdict(record, { kind: "no-domain" })).toBe("missing");
    expect(verdict(record, { kind: "no-data" })).toBe("missing");
  }
  for (const record of [dkim, spf, dmarc])
    expect(verdict(record, found("google-site-verification=x"))).toBe("missing");
});

test("what we ask people to publish passes", () => {
  for (const record of [dkim, spf, dmarc, back]) expect(verdict(record, found(record!.expected))).toBe("ok");
});

test("SPF has to allow each address, by itself or by what is not read here", () => {
  const both = "ip4:192.0.2.4 ip6:2001:DB8::A";
  for (const text of [
    `v=spf1 mx ~all`,
    `v=spf1 include:spf.example.com -all`,
    `v=spf1 +${both} -all`,
    `v=spf1 a:mail.example.com -all`,
    `v=spf1 redirect=spf.example.com`,
    `v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 -all`,
  ])
    expect(verdict(spf, found(text)), text).toBe("ok");
  for (const text of [
    "v=spf1 -all",
    "v=spf1 ip4:192.0.2.4 -all",
    "v=spf1 ip4:192.0.2.45 ip6:2001:db8::a -all",
    "v=spf1 ip6:2001:db8::ab -all",
    `v=spf1 -mx -all`,
    "v=spf1 exp=a.example -all",
  ])
    expect(verdict(spf, found(text)), text).toBe("different");
  expect(verdict(spf, found(spf!.expected, "v=spf1 -all")), "two records are an error").toBe("different");
});

test("a wrong or a revoked key, a policy that is none, and a null MX do not pass", () => {
  expect(verdict(dkim, found("v=DKIM1; k=rsa; p=other"))).toBe("different");
  expect(verdict(dkim, found("v=DKIM1; p="))).toBe("different");
  expect(verdict(dkim, found(dkimRecord(KEY).replace(KEY, `${KEY.slice(0, 4)} ${KEY.slice(4)}`)))).toBe("ok");
  expect(verdict(dmarc, found("v=DMARC1; rua=mailto:a@example.com"))).toBe("different");
  expect(verdict(back, found("0 "))).toBe("different");
  expect(verdict(back, found("0 ."))).toBe("different");
  expect(verdict(back, found("5 other.example.com"))).toBe("ok");
});

test("a check is kept with its time, and read beside what is expected", async () => {
  const workspace = await makeWorkspace(db);
  const sender = await makeSender(db, workspace.id);
  await makeSource(db, { ip: "192.0.2.77" });
  const none = async () => ({ kind: "no-data" }) as const;
  const dns: Dns = {
    mx: async (name) => {
      expect(name).toBe(`bounces.${sender.domain}`);
      return { kind: "found", records: [{ host: "localhost", preference: 10 }] };
    },
    txt: async (name) =>
      name.startsWith("_dmarc.")
        ? { kind: "found", records: ["v=DMARC1; p=none"] }
        : name.includes("._domainkey.")
          ? { kind: "failed", error: "ETIMEOUT" }
          : { kind: "no-data" },
    addresses: none,
    cname: none,
    ptr: none,
  };
  const input = { senderDomainId: sender.senderDomainId };
  const verdicts = { dkim: "could-not-ask", spf: "missing", dmarc: "ok", "return-path": "ok" };
  for (let i = 0; i < 2; i++) {
    const result = await checkSenderDomain(ctx, input, dns);
    if (!result.ok) throw new Error(result.reason);
    expect(Object.fromEntries(result.checks.map((check) => [check.record, check.verdict]))).toEqual(verdicts);
  }
  const shown = await getSenderDomain(ctx, sender.domain);
  expect(shown.checkedAt).toBeInstanceOf(Date);
  expect(Object.fromEntries(shown.records.map((row) => [row.record, row.check?.verdict]))).toEqual(verdicts);
  expect(shown.records.find((row) => row.record === "spf")?.expected).toContain("ip4:192.0.2.77");
  expect((await listSenderDomains(ctx)).find((row) => row.name === sender.domain)).toMatchObject({
    workspace: workspace.name,
  });
  const rows = await db.select().from(senderDomains).where(eq(senderDomains.id, sender.senderDomainId));
  expect(JSON.stringify(shown)).not.toContain(
    rows[0]!.dkimPrivateKey === "none" ? "PRIVATE" : rows[0]!.dkimPrivateKey,
  );
});

test("a domain that is gone", async () => {
  const dns = {} as Dns;
  expect((await checkSenderDomain(ctx, { senderDomainId: 999_999 }, dns)).ok).toBe(false);
  await expect(getSenderDomain(ctx, "gone.example")).rejects.toMatchObject({ code: "not-found" });
});
