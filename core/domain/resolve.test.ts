import { createSocket } from "node:dgram";
import { decode, encode, type Answer as Record } from "dns-packet";
import { eq, inArray } from "drizzle-orm";
import { afterAll, describe, expect, it } from "vitest";
import { domains, sites } from "#db/schema/index.ts";
import { anotherDatabase, testDatabase, uniqueId } from "#db/testing/database.ts";
import { makeSubscriber, makeWorkspace, systemCtx } from "#db/testing/factories.ts";
import { type Dns, type DnsAnswer, makeDns } from "./dns.ts";
import { noteDomains, noteDomainsOf } from "./note.ts";
import { lookUpDomain, resolveDomains } from "./resolve.ts";

const { db } = await testDatabase();

type Mx = { host: string; preference: number };
const none = async (): Promise<DnsAnswer<never>> => ({ kind: "no-data" });
const answering = (mx: DnsAnswer<Mx>, addresses: DnsAnswer<string> = { kind: "no-data" }): Dns => ({
  mx: async () => mx,
  addresses: async () => addresses,
  txt: none,
  cname: none,
  ptr: none,
});
const found = (...hosts: string[]): DnsAnswer<Mx> => ({
  kind: "found",
  records: hosts.map((host, i) => ({ host, preference: i * 10 })),
});
const failed = { kind: "failed" as const, error: "SERVFAIL" };

describe("lookUpDomain", () => {
  const ask = async (...answers: Parameters<typeof answering>) =>
    (await lookUpDomain("a.example", answering(...answers))).status;
  it("tells dead from silent", async () => {
    expect(await ask({ kind: "no-domain" })).toBe("no-domain");
    expect(await ask(found(""))).toBe("null-mx");
    expect(await ask({ kind: "no-data" })).toBe("no-servers");
    expect(await ask(failed)).toBe("temporary");
    expect(await ask({ kind: "no-data" }, failed)).toBe("temporary");
  });
  it("takes the domain itself without MX, and knows providers", async () => {
    expect(
      await lookUpDomain(
        "a.example",
        answering({ kind: "no-data" }, { kind: "found", records: ["192.0.2.1"] }),
      ),
    ).toMatchObject({
      status: "ok",
      siteName: "a.example",
      providerId: null,
    });
    expect(await lookUpDomain("a.example", answering(found("aspmx.l.google.com")))).toMatchObject({
      status: "ok",
      siteName: "aspmx.l.google.com",
      providerId: 1,
    });
  });
});

describe("resolveDomains", () => {
  const row = async (name: string) => (await db.select().from(domains).where(eq(domains.name, name)))[0]!;

  it("shares one site between domains, keeps what was known when a look-up fails, and comes back when it is old", async () => {
    const [a, b] = [uniqueId("a"), uniqueId("b")].map((n) => `${n}.example`) as [string, string];
    const ctx = systemCtx(db);
    await resolveDomains(ctx, { names: [a, b] }, answering(found(`mx.${a}`, `mx2.${a}`)));
    const first = await row(a);
    expect(first).toMatchObject({ status: "ok", siteId: (await row(b)).siteId });
    expect(first.mx).toHaveLength(2);
    expect(first.expiresAt.getTime()).toBeGreaterThan(Date.now() + 20 * 3_600_000);
    await resolveDomains(ctx, { names: [a] }, answering(failed));
    const after = await row(a);
    expect(after).toMatchObject({
      status: "ok",
      siteId: first.siteId,
      error: "SERVFAIL",
      resolvedAt: first.resolvedAt,
    });
    expect(after.expiresAt.getTime()).toBeLessThan(Date.now() + 16 * 60_000);
    await resolveDomains(ctx, { names: [a] }, answering({ kind: "no-domain" }));
    expect(await row(a)).toMatchObject({ status: "no-domain", siteId: null, mx: [] });
    // A domain of a site that turned out to belong to a provider.
    await resolveDomains(ctx, { names: [b] }, answering(found("aspmx.l.google.com")));
    const [site] = await db
      .select()
      .from(sites)
      .where(eq(sites.id, (await row(b)).siteId!));
    expect(site).toMatchObject({ name: "aspmx.l.google.com", providerId: 1 });
  });

  it("takes those never asked and those too old, each once, also with two workers", async () => {
    const other = await anotherDatabase();
    const names = Array.from({ length: 700 }, (_, i) => `d${i}.example`);
    await other.db.insert(domains).values(names.map((name) => ({ name, status: "unknown" as const })));
    await other.db
      .insert(domains)
      .values({ name: "fresh.example", status: "ok", expiresAt: new Date(Date.now() + 1e6) });
    const asked: string[] = [];
    const dns: Dns = {
      ...answering({ kind: "no-data" }),
      mx: async (name) => {
        asked.push(name);
        return { kind: "found", records: [{ host: `mx.${name}`, preference: 10 }] };
      },
    };
    const ctx = systemCtx(other.db);
    await Promise.all([resolveDomains(ctx, { stale: true }, dns), resolveDomains(ctx, { stale: true }, dns)]);
    expect(asked.toSorted()).toEqual(names.toSorted());
    expect(await resolveDomains(ctx, { stale: true }, dns)).toEqual({ asked: 0, more: false });
  });

  it("notes new domains once, of a mail and of a whole workspace", async () => {
    const name = `${uniqueId("n")}.example`;
    await noteDomains(db, [name, name]);
    await noteDomains(db, [name, 'it\'s "odd"']);
    expect(await row(name)).toMatchObject({ status: "unknown" });
    const workspace = await makeWorkspace(db);
    const mine = `${uniqueId("m")}.example`;
    await makeSubscriber(db, workspace.id, { address: `a@${mine}` });
    await noteDomainsOf(db, workspace.id);
    await noteDomainsOf(db, workspace.id);
    expect(await db.$count(domains, inArray(domains.name, [mine]))).toBe(1);
  });
});

describe("makeDns", () => {
  const socket = createSocket("udp4");
  afterAll(() => socket.close());

  it("asks the servers that it was given and tells their answers apart", async () => {
    const zone: { [key: string]: Record[] | "NXDOMAIN" | "SERVFAIL" | "silence" } = {
      "MX one.example": [
        { type: "MX", name: "one.example", ttl: 60, data: { exchange: "mx.one.example", preference: 5 } },
      ],
      "MX none.example": [
        { type: "MX", name: "none.example", ttl: 60, data: { exchange: ".", preference: 0 } },
      ],
      "MX gone.example": "NXDOMAIN",
      "MX sick.example": "SERVFAIL",
      "MX mute.example": "silence",
      "A one.example": [{ type: "A", name: "one.example", ttl: 60, data: "192.0.2.7" }],
      "MX alias.example": [
        { type: "CNAME", name: "alias.example", ttl: 60, data: "one.example" },
        { type: "MX", name: "one.example", ttl: 60, data: { exchange: "mx.one.example", preference: 5 } },
      ],
      "TXT one.example": [{ type: "TXT", name: "one.example", ttl: 60, data: ["v=spf1 ", "-all"] }],
    };
    socket.on("message", (bytes, peer) => {
      const query = decode(bytes);
      const question = query.questions![0]!;
      const answer = zone[`${question.type} ${question.name}`] ?? [];
      if (answer === "silence") return;
      const rcode = answer === "NXDOMAIN" ? 3 : answer === "SERVFAIL" ? 2 : 0;
      const packet = encode({
        type: "response",
        id: query.id!,
        flags: 0x0480 | rcode,
        questions: query.questions!,
        answers: typeof answer === "string" ? [] : answer,
      });
      socket.send(packet, peer.port, peer.address);
    });
    await new Promise<void>((ready) => socket.bind(0, "127.0.0.1", ready));
    const dns = makeDns([{ host: "127.0.0.1", port: socket.address().port }], { timeoutMs: 200, tries: 1 });
    const mx = { kind: "found", records: [{ host: "mx.one.example", preference: 5 }] };
    expect(await dns.mx("one.example")).toEqual(mx);
    expect(await dns.mx("alias.example")).toEqual(mx);
    expect((await lookUpDomain("none.example", dns)).status).toBe("null-mx");
    expect(await dns.mx("gone.example")).toEqual({ kind: "no-domain" });
    expect(await dns.mx("sick.example")).toMatchObject({
      kind: "failed",
      error: expect.stringMatching(/SERVFAIL/),
    });
    expect(await dns.mx("mute.example")).toMatchObject({ kind: "failed" });
    expect(await dns.mx("empty.example")).toEqual({ kind: "no-data" });
    expect(await dns.addresses("one.example")).toEqual({ kind: "found", records: ["192.0.2.7"] });
    expect(await dns.addresses("empty.example")).toEqual({ kind: "no-data" });
    expect(await dns.txt("one.example")).toEqual({ kind: "found", records: ["v=spf1 -all"] });
  });
});
