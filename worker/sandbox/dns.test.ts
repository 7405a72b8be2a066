import { Resolver } from "node:dns/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Sandbox, startSandbox } from "./start.ts";

const longKey = `v=DKIM1; k=rsa; p=${"A".repeat(700)}`;
let sandbox: Sandbox;
let resolver: Resolver;

beforeAll(async () => {
  sandbox = await startSandbox({
    block: "127.91",
    smtpPort: 0,
    dnsPort: 0,
    world: "quiet",
    keepBodies: false,
    inbound: { address: "127.91.0.25" },
    records: async (name, type) => {
      if (name === "brand.example")
        return type === "TXT" ? [{ type, data: "v=spf1 ip4:127.0.0.1 -all" }] : [];
      if (name === "s1._domainkey.brand.example") return type === "TXT" ? [{ type, data: longKey }] : [];
      return null;
    },
  });
  resolver = new Resolver({ timeout: 300, tries: 1 });
  resolver.setServers([`${sandbox.dns.host}:${sandbox.dns.port}`]);
});
afterAll(() => sandbox.stop());

const mx = async (domain: string) =>
  (await resolver.resolveMx(domain)).sort((a, b) => a.priority - b.priority).map((record) => record.exchange);

test("providers have the MX hosts they have in the world", async () => {
  expect(await mx("gmail.com")).toContain("gmail-smtp-in.l.google.com");
  expect(await mx("aol.com")).toContain("mta5.am0.yahoodns.net");
  expect(await mx("Hotmail.co.uk")).toEqual(["hotmail-co-uk.olc.protection.outlook.com"]);
  expect(await mx("me.com")).toEqual(["mx01.mail.icloud.com", "mx02.mail.icloud.com"]);
});

test("every domain whatever leads to loopback and stays where it was", async () => {
  for (let i = 0; i < 300; i += 1) {
    const domain = `company${i}.example`;
    const hosts = await mx(domain).catch(() => [domain]);
    expect(hosts.length).toBeGreaterThan(0);
    for (const host of hosts) {
      const addresses = await resolver.resolve4(host);
      expect(addresses.every((address) => address.startsWith("127.91."))).toBe(true);
      expect(sandbox.world.providerAt(addresses[0] ?? "")).not.toBeUndefined();
    }
  }
});

test("domains divide among small sites and hosted mail", () => {
  const names = Array.from({ length: 2_000 }, (_, i) => `firm-${i}.test`);
  const kinds = new Map<string, number>();
  for (const name of names) {
    const place = sandbox.world.place(name);
    const key = place.kind === "mail" ? place.provider : place.kind;
    kinds.set(key, (kinds.get(key) ?? 0) + 1);
  }
  for (const key of ["google", "office365", "mimecast", "hosting", "small", "implicit"]) {
    expect(kinds.get(key) ?? 0, key).toBeGreaterThan(20);
  }
});

test("names that mean trouble", async () => {
  await expect(resolver.resolveMx("nxdomain.example")).rejects.toMatchObject({ code: "ENOTFOUND" });
  await expect(resolver.resolveMx("anything.invalid")).rejects.toMatchObject({ code: "ENOTFOUND" });
  await expect(resolver.resolveMx("servfail.example")).rejects.toMatchObject({ code: "ESERVFAIL" });
  await expect(resolver.resolveMx("timeout.example")).rejects.toMatchObject({ code: "ETIMEOUT" });
  expect(await resolver.resolveMx("loop.example")).toEqual([]);
  expect(await resolver.resolveCname("loop.example")).toEqual(["loop.example"]);
  expect(await resolver.resolveMx("null-mx.example")).toMatchObject([{ priority: 0, exchange: "" }]);
  await expect(resolver.resolveMx("no-mx.example")).rejects.toMatchObject({ code: "ENODATA" });
  expect(await resolver.resolve4("no-mx.example")).toHaveLength(1);
});

test("no IPv6 and no TLSA anywhere", async () => {
  await expect(resolver.resolve6("gmail-smtp-in.l.google.com")).rejects.toMatchObject({ code: "ENODATA" });
  await expect(resolver.resolveTlsa("_25._tcp.mx01.mail.icloud.com")).rejects.toBeDefined();
});

test("records of sender domains are published, long ones by TCP", async () => {
  expect(await resolver.resolveTxt("brand.example")).toEqual([["v=spf1 ip4:127.0.0.1 -all"]]);
  const key = await resolver.resolveTxt("s1._domainkey.brand.example");
  expect(key[0]?.join("")).toBe(longKey);
  expect(await resolver.resolveSoa("brand.example")).toMatchObject({ nsname: "ns.sandbox.example" });
  await expect(resolver.resolveTxt("_dmarc.brand.example")).rejects.toMatchObject({ code: "ENOTFOUND" });
});

test("bounces go to the inbound listener", async () => {
  const [host] = await mx("bounces.brand.example");
  expect(host).toBe("inbound.sandbox.example");
  expect(await resolver.resolve4(host ?? "")).toEqual(["127.91.0.25"]);
});

test("forward and reverse agree", async () => {
  const [address = ""] = await resolver.resolve4("mx01.mail.icloud.com");
  expect(await resolver.reverse(address)).toEqual(["mx01.mail.icloud.com"]);
  const [client = ""] = await resolver.reverse("127.0.0.7");
  expect(await resolver.resolve4(client)).toEqual(["127.0.0.7"]);
});
