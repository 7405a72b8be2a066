import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { connect, isIPv6 } from "node:net";
import { AUTHENTIC_DATA, type DecodedPacket, decode, encode, RECURSION_DESIRED } from "dns-packet";
import type { HostPort } from "#core/platform/env.ts";
import type { Tlsa } from "./types.ts";

/**
 * What a resolver that validates said. `isSigned`: it set the AD flag, so that answer, or the absence of one, is
 * proved (RFC 4035 §3.2.3). `failed` is SERVFAIL too: what a forged answer to a signed question comes back as.
 */
export type SignedAnswer<T> =
  | { kind: "answered"; isSigned: boolean; records: T[] }
  | { kind: "failed"; error: string };

/** Questions whose answers count only with proof; Node's own resolver does not hand out the flag. */
export type Dnssec = {
  isSigned(name: string, type: "MX" | "A"): Promise<SignedAnswer<never>>;
  tlsa(name: string): Promise<SignedAnswer<Tlsa>>;
};

/** What fits one packet on most ways (DNS flag day 2020). */
const UDP_SIZE = 1_232;

type Options = { timeoutMs?: number; tries?: number };

/** Asks these servers and believes their AD flag: for those on this machine, or chosen by somebody. */
export function makeDnssec(servers: readonly HostPort[], options: Options = {}): Dnssec {
  const { timeoutMs = 5_000, tries = 2 } = options;
  async function ask(name: string, type: "MX" | "A" | "TLSA"): Promise<SignedAnswer<DecodedPacket>> {
    let error = "No name server is known.";
    for (let i = 0; i < tries; i++) {
      for (const server of servers) {
        try {
          const reply = await query(server, name, type, timeoutMs);
          const { rcode } = reply as { rcode?: string };
          if (rcode === "NOERROR" || rcode === "NXDOMAIN")
            return { kind: "answered", isSigned: reply.flag_ad, records: [reply] };
          error =
            rcode === "SERVFAIL"
              ? "the name servers failed, or their answer was forged (SERVFAIL)"
              : `the name server answered ${rcode}`;
        } catch (cause) {
          error = cause instanceof Error ? cause.message : String(cause);
        }
      }
    }
    return { kind: "failed", error };
  }
  return {
    async isSigned(name, type) {
      const answer = await ask(name, type);
      return answer.kind === "failed" ? answer : { ...answer, records: [] };
    },
    async tlsa(name) {
      const answer = await ask(name, "TLSA");
      if (answer.kind === "failed") return answer;
      const records = (answer.records[0]?.answers ?? []).flatMap((one) =>
        one.type === "TLSA"
          ? [
              {
                usage: one.data.usage,
                selector: one.data.selector,
                matching: one.data.matchingType,
                data: one.data.certificate.toString("hex"),
              },
            ]
          : [],
      );
      return { ...answer, records };
    },
  };
}

/** One question; over UDP, and over TCP where the answer was cut (RFC 7766 §5). Throws in words. */
async function query(server: HostPort, name: string, type: "MX" | "A" | "TLSA", timeoutMs: number) {
  const id = randomInt(65_536);
  const bytes = encode({
    type: "query",
    id,
    // AD in a question asks for the flag without the signatures themselves (RFC 6840 §5.7).
    flags: RECURSION_DESIRED | AUTHENTIC_DATA,
    questions: [{ type, name }],
    additionals: [
      {
        type: "OPT",
        name: ".",
        udpPayloadSize: UDP_SIZE,
        extendedRcode: 0,
        ednsVersion: 0,
        flags: 0,
        flag_do: false,
        options: [],
      },
    ],
  });
  const read = (packet: Buffer): DecodedPacket | null => {
    try {
      const reply = decode(packet);
      const asked = reply.questions?.[0];
      const isOurs = reply.type === "response" && reply.id === id && asked?.type === type;
      return isOurs && asked.name.toLowerCase() === name.toLowerCase() ? reply : null;
    } catch {
      return null;
    }
  };
  const first = await overUdp(server, bytes, read, timeoutMs);
  return first.flag_tc ? overTcp(server, bytes, read, timeoutMs) : first;
}

type Read = (packet: Buffer) => DecodedPacket | null;

const SILENT = "the name servers did not answer in time";

function overUdp({ host, port }: HostPort, bytes: Buffer, read: Read, timeoutMs: number) {
  return new Promise<DecodedPacket>((resolve, reject) => {
    const socket = createSocket(isIPv6(host) ? "udp6" : "udp4");
    const end = (call: () => void) => {
      clearTimeout(timer);
      socket.close();
      call();
    };
    const timer = setTimeout(() => end(() => reject(new Error(SILENT))), timeoutMs);
    socket.on("error", (error) => end(() => reject(error)));
    // Connected: the system drops what others send. What does not fit the question is passed over, not believed.
    socket.on("message", (packet) => {
      const reply = read(packet);
      if (reply) end(() => resolve(reply));
    });
    socket.connect(port, host, () => socket.send(bytes));
  });
}

function overTcp({ host, port }: HostPort, bytes: Buffer, read: Read, timeoutMs: number) {
  return new Promise<DecodedPacket>((resolve, reject) => {
    const socket = connect({ host, port });
    let input: Buffer = Buffer.alloc(0);
    const end = (call: () => void) => {
      clearTimeout(timer);
      socket.destroy();
      call();
    };
    const timer = setTimeout(() => end(() => reject(new Error(SILENT))), timeoutMs);
    socket.on("error", (error) => end(() => reject(error)));
    socket.on("close", () => end(() => reject(new Error("the name server hung up"))));
    socket.on("data", (chunk: Buffer) => {
      input = Buffer.concat([input, chunk]);
      if (input.length < 2 || input.length < 2 + input.readUInt16BE(0)) return;
      const reply = read(input.subarray(2, 2 + input.readUInt16BE(0)));
      end(() => (reply ? resolve(reply) : reject(new Error("the name server answered something else"))));
    });
    socket.on("connect", () => {
      const size = Buffer.alloc(2);
      size.writeUInt16BE(bytes.length);
      socket.write(Buffer.concat([size, bytes]));
    });
  });
}
