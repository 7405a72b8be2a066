import { createSocket } from "node:dgram";
import { decode, encode, type Answer as Record } from "dns-packet";
import { afterAll, describe, expect, it } from "vitest";
import { makeDns } from "#core/domain/dns.ts";
import { type AskWith, arpaName, type NetworkFacts, networkQuestions } from "./ask-network.ts";

type Zone = { [question: string]: string[] | "SERVFAIL" };

/** A DNS server of our own: `TYPE name` to what it says; nothing said is NXDOMAIN. */
const socket = createSocket("udp4");
let zone: Zone = {};
socket.on("message", (bytes, peer) => {
  const query = decode(bytes);
  const { type, name } = query.questions![0]!;
  const said = zone[`${type} ${name}`];
  const isKnown = Object.keys(zone).some((key) => key.endsWith(` ${name}`));
  const rcode = said === "SERVFAIL" ? 2 : isKnown ? 0 : 3;
  const records = (Array.isArray(said) ? said : []).map((data) => ({
    type,
    name,
    ttl: 60,
    data: type === "TXT" ? [data] : type === "MX" ? { preference: 10, exchange: data } : data,
  })) as Record[];
  const reply = encode({
    type: "response",
    id: query.id!,
    flags: 0x0480 | rcode,
    questions: query.questions!,
    answers: records,
  });
  socket.send(reply, peer.port, peer.address);
});
await new Promise<void>((ready) => socket.bind(0, "127.0.0.1", ready));
afterAll(() => socket.close());
const dns = makeDns([{ host: "127.0.0.1", port: socket.address().port }], { timeoutMs: 1_000, tries: 1 });

const source = { ip: "192.0.2.4", heloName: "mail.a.example" };
const second = { ip: "2001:db8::25", heloName: "mail6.a.example" };
const domain = { name: "a.example", dkimSelector: "s1", dkimPublicKey: "TESTKEY" };

/** What is said to the one question whose id begins so. */
async function ask(
  kind: string,
  records: Zone,
  facts: Partial<NetworkFacts> = {},
  how: Partial<AskWith> = {},
) {
  zone = records;
  const all = networkQuestions({ domains: [domain], sources: [source], ...facts });
  const question = all.find(({ id }) => id.startsWith(`${kind}:`))!;
  return question.ask({ dns, probe: async () => "silent", refuses: () => null, ...how });
}

describe("SPF", () => {
  const at = "TXT bounces.a.example";
  it.each<[string, Zone]>([
    ["the address", { [at]: ["v=spf1 ip4:192.0.2.4 ~all"] }],
    ["a range", { [at]: ["v=spf1 ip4:192.0.2.0/24 -all"] }],
    ["a", { [at]: ["v=spf1 a:mail.a.example -all"], "A mail.a.example": ["192.0.2.4"] }],
    [
      "mx",
      { [at]: ["v=spf1 mx -all"], "MX bounces.a.example": ["in.a.example"], "A in.a.example": ["192.0.2.4"] },
    ],
    [
      "include",
      { [at]: ["v=spf1 include:_spf.a.example -all"], "TXT _spf.a.example": ["v=spf1 ip4:192.0.2.4 -all"] },
    ],
    [
      "redirect",
      { [at]: ["v=spf1 redirect=_spf.a.example"], "TXT _spf.a.example": ["v=spf1 ip4:192.0.2.4 -all"] },
    ],
  ])("passes by %s", async (_by, records) => {
    expect(await ask("spf", records)).toEqual({
      state: "pass",
      sentence: "bounces.a.example: SPF allows 192.0.2.4.",
    });
  });
  it("wants every address in it, and names those that are not", async () => {
    const sources = [source, second];
    expect(await ask("spf", { [at]: ["v=spf1 ip4:192.0.2.4 -all"] }, { sources })).toEqual({
      state: "fail",
      sentence:
        "bounces.a.example: SPF does not allow 2001:db8::25 (fail). Add ip6:2001:db8::25 to the record.",
    });
    expect(
      await ask("spf", { [at]: ["v=spf1 ip4:192.0.2.4 ip6:2001:db8::/32 -all"] }, { sources }),
    ).toMatchObject({ state: "pass" });
  });
  it("follows no more than ten lookups, as receivers do", async () => {
    const chain: Zone = { [at]: ["v=spf1 include:i1.example -all"] };
    for (let i = 1; i < 12; i++) chain[`TXT i${i}.example`] = [`v=spf1 include:i${i + 1}.example -all`];
    chain["TXT i12.example"] = ["v=spf1 ip4:192.0.2.4 -all"];
    const said = await ask("spf", chain);
    expect(said).toMatchObject({
      state: "fail",
      sentence: expect.stringMatching(/error to receivers.*Too many DNS requests/),
    });
  });
  it("tells what is missing or wrong from what could not be asked", async () => {
    expect(await ask("spf", {})).toMatchObject({
      state: "fail",
      sentence: expect.stringContaining("Publish the TXT record v=spf1 ip4:192.0.2.4 ~all"),
    });
    expect(await ask("spf", { [at]: ["v=spf1 -all", "v=spf1 ip4:192.0.2.4 -all"] })).toMatchObject({
      state: "fail",
    });
    expect(await ask("spf", { [at]: "SERVFAIL" })).toMatchObject({
      state: "unknown",
      sentence: expect.stringContaining("could not be asked"),
    });
    expect(
      await ask("spf", { [at]: ["v=spf1 include:sick.example -all"], "TXT sick.example": "SERVFAIL" }),
    ).toMatchObject({ state: "unknown" });
  });
});

describe("DMARC", () => {
  it.each<[string, Zone, string]>([
    ["a record", { "TXT _dmarc.a.example": ["v=DMARC1; p=quarantine; rua=mailto:d@a.example"] }, "pass"],
    ["none", {}, "fail"],
    ["one without a policy", { "TXT _dmarc.a.example": ["v=DMARC1; rua=mailto:d@a.example"] }, "fail"],
    ["two", { "TXT _dmarc.a.example": ["v=DMARC1; p=none", "v=DMARC1; p=reject"] }, "fail"],
    ["another text", { "TXT _dmarc.a.example": ["hello"] }, "fail"],
    ["no answer", { "TXT _dmarc.a.example": "SERVFAIL" }, "unknown"],
  ])("%s", async (_what, records, state) => {
    expect(await ask("dmarc", records)).toMatchObject({ state });
  });
  it("of a subdomain may stand at the domain above it", async () => {
    const domains = [{ ...domain, name: "news.a.example" }];
    expect(await ask("dmarc", { "TXT _dmarc.a.example": ["v=DMARC1; p=none"] }, { domains })).toMatchObject({
      state: "pass",
    });
  });
});

it("DKIM is our own key", async () => {
  const at = "TXT s1._domainkey.a.example";
  expect(await ask("dkim", { [at]: ["v=DKIM1; k=rsa; p=TESTKEY"] })).toMatchObject({ state: "pass" });
  expect(await ask("dkim", { [at]: ["v=DKIM1; k=rsa; p=OTHER"] })).toMatchObject({
    state: "fail",
    sentence: expect.stringContaining("another DKIM key"),
  });
  expect(await ask("dkim", {})).toMatchObject({ state: "fail" });
  expect(await ask("dkim", { [at]: "SERVFAIL" })).toMatchObject({ state: "unknown" });
});

describe("reverse DNS", () => {
  const ptr = "PTR 4.2.0.192.in-addr.arpa";
  const back = { "A mail.a.example": ["192.0.2.4"] };
  it.each<[string, Zone, string, RegExp]>([
    ["both ways and in the greeting", { [ptr]: ["mail.a.example"], ...back }, "pass", /leads back/],
    ["no name", {}, "fail", /no name in reverse DNS.*mail\.a\.example/],
    [
      "another name",
      { [ptr]: ["host4.isp.example"], ...back },
      "fail",
      /is host4\.isp\.example in reverse DNS, but says mail\.a\.example/,
    ],
    [
      "one that leads elsewhere",
      { [ptr]: ["mail.a.example"], "A mail.a.example": ["192.0.2.9"] },
      "fail",
      /leads to 192\.0\.2\.9, not back/,
    ],
    ["one that leads nowhere", { [ptr]: ["mail.a.example"] }, "fail", /has no address/],
    ["no answer", { [ptr]: "SERVFAIL" }, "unknown", /could not be asked/],
    [
      "no answer on the way back",
      { [ptr]: ["mail.a.example"], "A mail.a.example": "SERVFAIL", "AAAA mail.a.example": "SERVFAIL" },
      "unknown",
      /could not be asked/,
    ],
  ])("%s", async (_what, records, state, said) => {
    expect(await ask("ptr", records)).toEqual({ state, sentence: expect.stringMatching(said) });
  });
  it("of IPv6 goes by nibbles", async () => {
    expect(arpaName("2001:db8::25")).toBe(
      "5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
    );
    const records = {
      [`PTR ${arpaName(second.ip)}`]: ["mail6.a.example"],
      "AAAA mail6.a.example": ["2001:db8:0::25"],
    };
    expect(await ask("ptr", records, { sources: [second] })).toMatchObject({ state: "pass" });
  });
});

describe("port 25", () => {
  const receivers = {
    "MX gmail.com": ["mx.g.example"],
    "A mx.g.example": ["198.51.100.1"],
    "MX yahoo.com": ["mx.y.example"],
    "A mx.y.example": ["198.51.100.2"],
  };
  it("is open where one of them answers", async () => {
    const probe: AskWith["probe"] = async (from, to) =>
      from === "192.0.2.4" && to === "198.51.100.2" ? "answered" : "silent";
    expect(await ask("port", receivers, {}, { probe })).toEqual({
      state: "pass",
      sentence: "192.0.2.4 reaches port 25 of mx.y.example.",
    });
  });
  it("is closed where none does, and unknown where nobody could be tried", async () => {
    expect(await ask("port", receivers)).toMatchObject({
      state: "fail",
      sentence: expect.stringContaining("open port 25 outward"),
    });
    expect(await ask("port", receivers, {}, { probe: async () => "not-here" })).toMatchObject({
      state: "unknown",
    });
    expect(await ask("port", receivers, {}, { refuses: () => "Not there." })).toMatchObject({
      state: "unknown",
    });
    expect(await ask("port", { "MX gmail.com": "SERVFAIL" })).toMatchObject({
      state: "unknown",
      sentence: expect.stringContaining("SERVFAIL"),
    });
    expect(await ask("port", receivers, { sources: [second] })).toMatchObject({ state: "unknown" });
  });
});

it("asks nothing about addresses of this machine alone, nor SPF of relays", () => {
  const ids = networkQuestions({ domains: [domain], sources: [{ ip: "127.0.0.1", heloName: "x" }] }).map(
    ({ id }) => id,
  );
  expect(ids).toEqual(["dkim:a.example:s1", "dmarc:a.example"]);
});
