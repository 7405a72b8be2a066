import { createSocket, type RemoteInfo } from "node:dgram";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { type Answer, decode, encode, type Packet } from "dns-packet";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeDns } from "./dns.ts";
import { makeDnssec } from "./dnssec.ts";
import { lookUpDomain } from "./resolve.ts";

// Name servers that go wrong, over real sockets: none of it may make a domain dead, nor take long.

const TRUNCATED = 0x0200;
const GOOD = 0x8180;
const TRIES = { timeoutMs: 150, tries: 1 };

type Zone = (query: Packet, type: string) => Partial<Packet> | Buffer | null;
const code = (rcode: number): Zone => {
  return () => ({ flags: GOOD | rcode });
};
const alias = (from: string, to: string): Answer => ({ type: "CNAME", name: from, ttl: 60, data: to });
const manyMx = (name: string): Answer[] =>
  Array.from({ length: 60 }, (_, i) => ({
    type: "MX",
    name,
    ttl: 60,
    data: { preference: i, exchange: `mail-server-number-${i}.${name}` },
  }));

const UDP: Record<string, Zone> = {
  "servfail.example": code(2),
  "refused.example": code(5),
  "formerr.example": code(1),
  "notimp.example": code(4),
  "silent.example": () => null,
  "wrong-id.example": (query) => ({ id: ((query.id ?? 0) + 1) & 0xffff, flags: GOOD | 3 }),
  "wrong-question.example": () => ({ questions: [{ type: "MX", name: "other.example" }], flags: GOOD | 3 }),
  "garbage.example": () => Buffer.from("\u0000\u0001this is no answer", "latin1"),
  "empty.example": () => Buffer.alloc(0),
  "cut.example": () => ({ flags: GOOD | TRUNCATED }),
  "cut-mute.example": () => ({ flags: GOOD | TRUNCATED }),
  "cut-hung-up.example": () => ({ flags: GOOD | TRUNCATED }),
  "cut-half.example": () => ({ flags: GOOD | TRUNCATED }),
  "circle.example": () => ({ answers: [alias("circle.example", "b.circle.example")] }),
  "b.circle.example": () => ({ answers: [alias("b.circle.example", "circle.example")] }),
  "itself.example": () => ({ answers: [alias("itself.example", "itself.example")] }),
  "address-fails.example": (_query, type) => (type === "MX" ? {} : { flags: GOOD | 2 }),
};

const udp = createSocket("udp4");
const sockets = new Set<Socket>();
const tcp = createServer((socket) => {
  sockets.add(socket);
  socket.on("error", () => {});
  socket.on("data", (bytes) => {
    const query = decode(bytes.subarray(2));
    const name = query.questions?.[0]?.name ?? "";
    if (name === "cut-mute.example") return;
    if (name === "cut-hung-up.example") return void socket.resetAndDestroy();
    const answer = encode(response(query, { answers: manyMx(name) }));
    const size = Buffer.alloc(2);
    size.writeUInt16BE(answer.length);
    if (name === "cut-half.example") socket.end(Buffer.concat([size, answer.subarray(0, 100)]));
    else socket.write(Buffer.concat([size, answer]));
  });
});
let server: { host: string; port: number };

function response(query: Packet, answer: Partial<Packet>): Packet {
  return { type: "response", id: query.id ?? 0, flags: GOOD, questions: query.questions ?? [], ...answer };
}

function serve(bytes: Buffer, peer: RemoteInfo): void {
  const query = decode(bytes);
  const question = query.questions?.[0];
  const answer = UDP[question?.name.toLowerCase() ?? ""]?.(query, question?.type ?? "");
  if (!answer) return;
  udp.send(Buffer.isBuffer(answer) ? answer : encode(response(query, answer)), peer.port, peer.address);
}

beforeAll(async () => {
  udp.on("message", serve);
  udp.bind(0, "127.0.0.1");
  await once(udp, "listening");
  const { port } = udp.address();
  tcp.listen(port, "127.0.0.1");
  await once(tcp, "listening");
  server = { host: "127.0.0.1", port };
});
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  tcp.close();
  udp.close();
});

const failing = Object.keys(UDP).filter((name) => name !== "cut.example" && name !== "b.circle.example");
test.concurrent.each(failing)("%s is asked again later, and not called dead", async (name) => {
  const facts = await lookUpDomain(name, makeDns([server], TRIES));
  expect(facts).toMatchObject({ status: "temporary", mx: [], siteName: null });
  expect(facts.error).toMatch(/^[A-Z].*\.$/);
});

test("an answer that was cut is read over TCP", async () => {
  const facts = await lookUpDomain("cut.example", makeDns([server], TRIES));
  expect(facts.status).toBe("ok");
  expect(facts.mx).toHaveLength(60);
});

test.concurrent.each(failing.filter((name) => !/circle|itself|address/.test(name)))(
  "whether %s is signed is not known",
  async (name) => {
    expect(await makeDnssec([server], TRIES).isSigned(name, "MX")).toMatchObject({ kind: "failed" });
  },
);

test("a second name server answers where the first is silent, wrong or gone", async () => {
  const gone = createSocket("udp4");
  gone.bind(0, "127.0.0.1");
  await once(gone, "listening");
  const { port } = gone.address();
  gone.close();
  await once(gone, "close");
  const dns = makeDns([{ host: "127.0.0.1", port }, server], TRIES);
  expect((await lookUpDomain("cut.example", dns)).status).toBe("ok");
});
