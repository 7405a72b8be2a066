import { type FindTlsa, guardedOf, stsRecordOf } from "./guarded.ts";
import type { FindRecords, MailExchange, PublishedRecord } from "./types.ts";
import { normal, type World } from "./world.ts";

export type AnswerRecord = PublishedRecord & { name: string };

/** An answer as DNS means it; `drop` stands for a server that never answers. */
export interface Answer {
  code: "NOERROR" | "NXDOMAIN" | "SERVFAIL" | "drop";
  records: AnswerRecord[];
  /** Whether a SOA record is the answer itself, not only the reason for an empty one. */
  soa: boolean;
  /** The zone is signed, and the answer was checked. */
  isSigned?: boolean;
}

const empty: Answer = { code: "NOERROR", records: [], soa: false };
const missing: Answer = { code: "NXDOMAIN", records: [], soa: false };

/** Where mail to our own domains goes, such as bounces: the inbound listener. */
export interface InboundHost {
  /** Loopback address of the inbound listener. */
  address: string;
  /** Its name in the sandbox. */
  host: string;
}

/**
 * The sandbox's DNS as a function. What is published from outside comes first, then the inbound listener, then the
 * world. AAAA exists nowhere; every other name has an address, and that is a loopback address.
 */
export function makeResolver(
  world: World,
  find: FindRecords | undefined,
  inbound: InboundHost | undefined,
  findTlsa: FindTlsa = () => null,
) {
  return async function answer(question: string, type: string): Promise<Answer> {
    const name = normal(question);
    const published = await find?.(name, type);
    if (published) {
      return { ...empty, records: published.map((record) => ({ name, ...record })), soa: type === "SOA" };
    }
    if (type === "PTR") return reverse(world, inbound, name);
    if (inbound && name === inbound.host) {
      return type === "A" ? found({ name, type: "A", data: inbound.address }) : empty;
    }
    if (inbound && name.startsWith("bounces.")) {
      if (type === "MX") return found({ name, type, data: { preference: 10, exchange: inbound.host } });
      return type === "A" ? found({ name, type, data: inbound.address }) : empty;
    }
    return guardedAnswer(world, findTlsa, name, type) ?? inWorld(world, name, type);
  };
}

/** What domains say that ask for encryption, and all below them; null for every other name. */
function guardedAnswer(world: World, findTlsa: FindTlsa, name: string, type: string): Answer | null {
  const host = name.replace(/^_25\._tcp\./, "");
  const guarded = guardedOf(host);
  if (!guarded) return null;
  const isSigned = guarded.dane?.isSigned ?? false;
  const record = stsRecordOf(name);
  if (record) return { ...(type === "TXT" ? found({ name, type, data: record }) : empty), isSigned };
  if (host !== name) {
    const tlsa = findTlsa(name);
    if (tlsa === "no-answer") return { ...empty, code: "SERVFAIL" };
    if (!tlsa) return { ...missing, isSigned };
    return { ...(type === "TLSA" ? found({ name, type, data: tlsa }) : empty), isSigned };
  }
  // What belongs to such a domain has an address and nothing else: its mail server, its policy host.
  if (guarded.domain === name || name.startsWith("_")) return { ...inWorld(world, name, type), isSigned };
  return { ...(type === "A" ? found({ name, type, data: world.addressOf(name) }) : empty), isSigned };
}

function inWorld(world: World, name: string, type: string): Answer {
  const place = world.place(name);
  switch (place.kind) {
    case "missing":
      return missing;
    case "servfail":
      return { ...empty, code: "SERVFAIL" };
    case "timeout":
      return { ...empty, code: "drop" };
    case "loop":
      return found({ name, type: "CNAME", data: name });
  }
  if (/(^|\.)_[^.]+\./.test(`.${name}`)) return missing;
  if (type === "SOA") return { ...empty, soa: true };
  if (type === "A") return found({ name, type, data: world.addressOf(name) });
  if (type !== "MX") return empty;
  if (place.kind === "null-mx") return found({ name, type, data: { preference: 0, exchange: "." } });
  return place.kind === "mail"
    ? found(...place.mx.map((data: MailExchange) => ({ name, type, data }) as const))
    : empty;
}

function reverse(world: World, inbound: InboundHost | undefined, name: string): Answer {
  const digits = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\.in-addr\.arpa$/.exec(name);
  if (!digits) return missing;
  const address = digits.slice(1).reverse().join(".");
  const host = inbound?.address === address ? inbound.host : world.nameOf(address);
  return host ? found({ name, type: "PTR", data: host }) : missing;
}

function found(...records: AnswerRecord[]): Answer {
  return { ...empty, records };
}
