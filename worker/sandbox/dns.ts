import { createSocket, type RemoteInfo, type Socket as UdpSocket } from "node:dgram";
import { createServer, type Server, type Socket } from "node:net";
import {
  AUTHENTIC_DATA,
  AUTHORITATIVE_ANSWER,
  decode,
  encode,
  type Packet,
  type Answer as PacketAnswer,
  TRUNCATED_RESPONSE,
} from "dns-packet";
import type { Answer, AnswerRecord } from "./resolve.ts";

const ttl = 300;
const rcodes = { NOERROR: 0, SERVFAIL: 2, NXDOMAIN: 3 };
const recursionAvailable = 1 << 7;
const idleMs = 10_000;

export interface DnsServer {
  host: string;
  port: number;
  close(): Promise<void>;
}

/**
 * A DNS server over UDP and TCP (RFC 1035, RFC 7766) on one address and port; port 0 takes a free one.
 * Answers that do not fit a UDP packet are cut and marked, so that the client asks again over TCP.
 */
export async function startDns(options: {
  host: string;
  port: number;
  answer: (name: string, type: string) => Promise<Answer>;
}): Promise<DnsServer> {
  const { host, answer } = options;
  const tcp = createServer((socket) => serveTcp(socket, answer));
  const open = new Set<Socket>();
  tcp.on("connection", (socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
  });
  await listen(tcp, host, options.port);
  const bound = tcp.address();
  const port = typeof bound === "object" && bound ? bound.port : options.port;
  const udp = createSocket("udp4");
  udp.on("message", (packet, peer) => serveUdp(udp, packet, peer, answer));
  await new Promise<void>((resolve, reject) => {
    udp.once("error", reject);
    udp.bind(port, host, () => {
      udp.off("error", reject);
      udp.on("error", () => {});
      resolve();
    });
  });
  return {
    host,
    port,
    async close() {
      for (const socket of open) socket.destroy();
      await Promise.all([
        new Promise<void>((resolve) => tcp.close(() => resolve())),
        new Promise<void>((resolve) => udp.close(() => resolve())),
      ]);
    },
  };
}

type Answerer = (name: string, type: string) => Promise<Answer>;

async function serveUdp(udp: UdpSocket, packet: Buffer, peer: RemoteInfo, answer: Answerer): Promise<void> {
  const query = read(packet);
  if (!query) return;
  const reply = await respond(query, answer);
  if (!reply) return;
  const room = Math.max(512, sizeOffered(query));
  let bytes = encode(reply);
  if (bytes.length > room) {
    bytes = encode({ ...reply, flags: (reply.flags ?? 0) | TRUNCATED_RESPONSE, answers: [] });
  }
  udp.send(bytes, peer.port, peer.address, () => {});
}

function serveTcp(socket: Socket, answer: Answerer): void {
  let input: Buffer = Buffer.alloc(0);
  socket.on("error", () => socket.destroy());
  socket.setTimeout(idleMs, () => socket.destroy());
  socket.on("data", async (chunk: Buffer) => {
    input = Buffer.concat([input, chunk]);
    while (input.length >= 2 && input.length >= 2 + input.readUInt16BE(0)) {
      const size = input.readUInt16BE(0);
      const query = read(input.subarray(2, 2 + size));
      input = input.subarray(2 + size);
      const reply = query && (await respond(query, answer));
      if (!reply) continue;
      const bytes = encode(reply);
      const prefix = Buffer.alloc(2);
      prefix.writeUInt16BE(bytes.length);
      if (!socket.destroyed) socket.write(Buffer.concat([prefix, bytes]));
    }
  });
}

function read(packet: Buffer): Packet | null {
  try {
    const query = decode(packet);
    return query.type === "query" && query.questions?.length === 1 ? query : null;
  } catch {
    return null;
  }
}

/** The reply to a query; null when the name is one that nobody answers for. */
async function respond(query: Packet, answer: Answerer): Promise<Packet | null> {
  const question = query.questions?.[0];
  if (!question) return null;
  const { name, type } = question;
  const result = await answer(name, type).catch(
    (): Answer => ({ code: "SERVFAIL", records: [], soa: false }),
  );
  if (result.code === "drop") return null;
  const nothing = result.records.length === 0;
  const start: PacketAnswer = { name, type: "SOA", ttl, data: startOfAuthority };
  return {
    id: query.id,
    type: "response",
    flags:
      AUTHORITATIVE_ANSWER |
      recursionAvailable |
      (result.isSigned ? AUTHENTIC_DATA : 0) |
      ((query.flags ?? 0) & (1 << 8)) |
      rcodes[result.code],
    questions: [question],
    answers: result.soa ? [start] : result.records.map(toPacket),
    authorities: nothing && !result.soa && result.code !== "SERVFAIL" ? [start] : [],
  };
}

const startOfAuthority = {
  mname: "ns.sandbox.example",
  rname: "hostmaster.sandbox.example",
  serial: 1,
  refresh: 3_600,
  retry: 600,
  expire: 86_400,
  minimum: 60,
};

function toPacket(record: AnswerRecord): PacketAnswer {
  const { name } = record;
  const common = { name, ttl: record.ttl ?? ttl };
  switch (record.type) {
    case "MX":
      return { ...common, type: "MX", data: record.data };
    case "TLSA":
      return { ...common, type: "TLSA", data: record.data };
    case "TXT":
      return { ...common, type: "TXT", data: pieces(record.data) };
    default:
      return { ...common, type: record.type, data: record.data };
  }
}

/** A TXT record's strings hold 255 octets each (RFC 1035 §3.3). */
function pieces(text: string): Buffer[] {
  const bytes = Buffer.from(text);
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length || at === 0; at += 255) parts.push(bytes.subarray(at, at + 255));
  return parts;
}

function sizeOffered(query: Packet): number {
  for (const record of query.additionals ?? [])
    if (record.type === "OPT") return record.udpPayloadSize ?? 512;
  return 512;
}

/** Resolves when `server` listens; rejects with the system's error, such as a port that is taken. */
export function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port, backlog: 1_024 }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}
