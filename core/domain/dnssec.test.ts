import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import { type Answer, AUTHENTIC_DATA, decode, encode, TRUNCATED_RESPONSE } from "dns-packet";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { askDane } from "./ask-dane.ts";
import { dnsOf } from "./dns.ts";
import { type Dnssec, makeDnssec } from "./dnssec.ts";
import type { Tlsa } from "./types.ts";

type Zone = { answers?: Answer[]; rcode?: number; signed?: boolean; how?: "silent" | "cut" | "forged" };

const digest = Buffer.alloc(32, 7);
const tlsa = (name: string, usage = 3): Answer => ({
  type: "TLSA",
  name,
  ttl: 60,
  data: { usage, selector: 1, matchingType: 1, certificate: digest },
});
const zones: Record<string, Zone> = {
  "TLSA _25._tcp.good.example": { answers: [tlsa("_25._tcp.good.example")], signed: true },
  "TLSA _25._tcp.unsigned.example": { answers: [tlsa("_25._tcp.unsigned.example")] },
  "TLSA _25._tcp.bogus.example": { rcode: 2 },
  "TLSA _25._tcp.refused.example": { rcode: 5 },
  "TLSA _25._tcp.absent.example": { rcode: 3, signed: true },
  "TLSA _25._tcp.silent.example": { how: "silent" },
  "TLSA _25._tcp.forged.example": { how: "forged", answers: [tlsa("_25._tcp.forged.example")], signed: true },
  "TLSA _25._tcp.long.example": {
    how: "cut",
    answers: Array.from({ length: 60 }, () => tlsa("_25._tcp.long.example")),
    signed: true,
  },
  "A good.example": {
    answers: [{ type: "A", name: "good.example", ttl: 60, data: "192.0.2.1" }],
    signed: true,
  },
  "MX good.example": { signed: true },
};
const udp = createSocket("udp4");
const tcp = createServer();
const heard: { ad: boolean; isTcp: boolean; question: string }[] = [];
let dnssec: Dnssec;
let server: { host: string; port: number };

function reply(bytes: Buffer, isTcp: boolean): Buffer | null {
  const query = decode(bytes);
  const question = query.questions?.[0];
  const key = `${question?.type} ${question?.name}`;
  const { answers = [], rcode = 0, signed, how } = zones[key] ?? { rcode: 3 };
  heard.push({ ad: query.flag_ad, isTcp, question: key });
  if (how === "silent") return null;
  const isCut = how === "cut" && !isTcp;
  return encode({
    type: "response",
    id: how === "forged" ? ((query.id ?? 0) + 1) % 65_536 : query.id,
    flags: rcode | (signed ? AUTHENTIC_DATA : 0) | (isCut ? TRUNCATED_RESPONSE : 0),
    questions: query.questions,
    answers: isCut ? [] : answers,
  });
}

beforeAll(async () => {
  await new Promise<void>((ready) => tcp.listen(0, "127.0.0.1", ready));
  server = { host: "127.0.0.1", port: (tcp.address() as { port: number }).port };
  tcp.on("connection", (socket) => {
    socket.on("data", (chunk: Buffer) => {
      const bytes = reply(chunk.subarray(2), true);
      if (!bytes) return;
      const size = Buffer.alloc(2);
      size.writeUInt16BE(bytes.length);
      // In two pieces, as the network may have it.
      socket.write(Buffer.concat([size, bytes.subarray(0, 9)]));
      setImmediate(() => socket.write(bytes.subarray(9)));
    });
    socket.on("error", () => {});
  });
  udp.on("message", (bytes, peer) => {
    const answer = reply(bytes, false);
    if (answer) udp.send(answer, peer.port, peer.address);
  });
  await new Promise<void>((ready) => udp.bind(server.port, "127.0.0.1", ready));
  dnssec = makeDnssec([server], { timeoutMs: 200, tries: 1 });
});
afterAll(() => {
  udp.close();
  tcp.close();
});

const RECORD: Tlsa = { usage: 3, selector: 1, matching: 1, data: digest.toString("hex") };

describe("makeDnssec", () => {
  test("asks for the flag and hands it out, with what it stands over", async () => {
    expect(await dnssec.tlsa("_25._tcp.good.example")).toEqual({
      kind: "answered",
      isSigned: true,
      records: [RECORD],
    });
    expect(heard.at(-1)).toMatchObject({ ad: true, isTcp: false });
    expect(await dnssec.tlsa("_25._tcp.unsigned.example")).toMatchObject({
      isSigned: false,
      records: [RECORD],
    });
    expect(await dnssec.tlsa("_25._tcp.absent.example")).toEqual({
      kind: "answered",
      isSigned: true,
      records: [],
    });
    expect(await dnssec.isSigned("good.example", "MX")).toEqual({
      kind: "answered",
      isSigned: true,
      records: [],
    });
  });
  test("asks again over TCP where the answer was cut", async () => {
    const answer = await dnssec.tlsa("_25._tcp.long.example");
    expect(answer).toMatchObject({ kind: "answered", isSigned: true });
    expect(answer.kind === "answered" && answer.records).toHaveLength(60);
    expect(heard.at(-1)?.isTcp).toBe(true);
  });
  test("knows nothing from SERVFAIL, a refusal, silence, or an answer to another question", async () => {
    for (const [name, words] of [
      ["bogus", /SERVFAIL/],
      ["refused", /REFUSED/],
      ["silent", /in time/],
      ["forged", /in time/],
    ] as const)
      expect(await dnssec.tlsa(`_25._tcp.${name}.example`)).toEqual({
        kind: "failed",
        error: expect.stringMatching(words),
      });
    const nobody = makeDnssec([{ host: "127.0.0.1", port: 1 }], { timeoutMs: 200, tries: 1 });
    expect(await nobody.isSigned("good.example", "A")).toMatchObject({ kind: "failed" });
  });
});

describe("dnsOf", () => {
  const network = {
    network: "internet",
    smtpPort: 25,
    policyPort: 443,
    certificates: "",
    locked: null,
  } as const;
  test("believes the flag of a resolver on this machine, or one that somebody chose, and of no other", () => {
    const here = [{ host: "127.0.0.1", port: 53 }];
    const there = [{ host: "192.0.2.53", port: 53 }];
    expect(dnsOf({ ...network, dnsServers: here, hasOwnDns: false }).dane).toBeTypeOf("function");
    expect(dnsOf({ ...network, dnsServers: there, hasOwnDns: true }).dane).toBeTypeOf("function");
    const dns = dnsOf({ ...network, dnsServers: [...here, ...there], hasOwnDns: false });
    expect([dns.dane, dns.signedMx]).toEqual([undefined, undefined]);
  });
  test("asks about a host once in a while", async () => {
    const dns = dnsOf({ ...network, dnsServers: [server], hasOwnDns: true });
    const before = heard.length;
    expect(await dns.dane?.("good.example")).toEqual({ kind: "records", records: [RECORD] });
    await dns.dane?.("good.example");
    expect(heard.length - before).toBe(2);
  });
});

describe("askDane", () => {
  const zone = (records: Tlsa[], address: { isSigned: boolean } | "failed" = { isSigned: true }): Dnssec => ({
    isSigned: async () =>
      address === "failed" ? { kind: "failed", error: "x" } : { kind: "answered", ...address, records: [] },
    tlsa: async () => ({ kind: "answered", isSigned: true, records }),
  });
  const kindOf = async (...of: Parameters<typeof zone>) => (await askDane("mx.example", zone(...of))).kind;

  test("wants proof of the address first, and never asks for records without", async () => {
    expect(await kindOf([RECORD])).toBe("records");
    expect(await kindOf([RECORD], "failed")).toBe("failed");
    const unasked: Dnssec = {
      ...zone([], { isSigned: false }),
      tlsa: async () => {
        throw new Error("asked");
      },
    };
    expect(await askDane("mx.example", unasked)).toEqual({ kind: "none" });
    expect(await kindOf([])).toBe("none");
  });
  test("takes what can be used; where nothing can, it says so", async () => {
    const bad: Tlsa[] = [
      { ...RECORD, usage: 0 },
      { ...RECORD, usage: 1 },
      { ...RECORD, selector: 2 },
      { ...RECORD, matching: 3 },
      { ...RECORD, data: "07" },
      { ...RECORD, matching: 2 },
      { ...RECORD, matching: 0, data: "" },
    ];
    expect(await kindOf(bad)).toBe("unusable");
    expect(await askDane("mx.example", zone([...bad, RECORD]))).toEqual({
      kind: "records",
      records: [RECORD],
    });
  });
});
