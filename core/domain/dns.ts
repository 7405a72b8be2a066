import { promises } from "node:dns";
import { isIPv6 } from "node:net";
import type { Mx } from "#core/mail/site/key.ts";
import type { HostPort } from "#core/platform/env.ts";
import { type EffectiveNetwork, isLoopback } from "#core/platform/network.ts";
import { askDane, type DaneAnswer } from "./ask-dane.ts";
import { makeDnssec, type SignedAnswer } from "./dnssec.ts";
import { fetchPolicy, type PolicyAnswer } from "./fetch-policy.ts";

/**
 * What DNS said. `no-domain` (NXDOMAIN) and `no-data` (the name exists, such records do not) are facts;
 * `failed` (SERVFAIL, refused, timed out) says nothing about the domain and is asked again later.
 */
export type DnsAnswer<T> =
  | { kind: "found"; records: T[] }
  | { kind: "no-data" }
  | { kind: "no-domain" }
  | { kind: "failed"; error: string };

/** The questions that the engine asks; names are A-labels. */
export type Dns = {
  mx(name: string): Promise<DnsAnswer<Mx>>;
  /** A and AAAA, IPv4 first. */
  addresses(name: string): Promise<DnsAnswer<string>>;
  /** Each record as one text, its strings joined. */
  txt(name: string): Promise<DnsAnswer<string>>;
  cname(name: string): Promise<DnsAnswer<string>>;
  /** By the name of an address in reverse DNS. */
  ptr(name: string): Promise<DnsAnswer<string>>;
  /** What the MTA-STS policy of a domain says; without it nobody's policy is asked for. */
  policy?: (domain: string) => Promise<PolicyAnswer>;
  /** Only where the resolver validates and may be believed: whether the MX records of a domain are proved. */
  signedMx?: (domain: string) => Promise<SignedAnswer<never>>;
  /** What DNS proves about the certificate of an MX host; kept for minutes. */
  dane?: (host: string) => Promise<DaneAnswer>;
};

const DANE_KEEP_MS = 5 * 60_000;
const DANE_KEEP_FAILED_MS = 30_000;
const DANE_KEPT = 20_000;

/**
 * Whether what our DNS servers call signed is. Anybody on the way could set the flag of one elsewhere (RFC 7672
 * §2.1.1), unless somebody vouches for it.
 */
export function believesDnssec({
  hasOwnDns,
  dnsServers,
}: Pick<EffectiveNetwork, "hasOwnDns" | "dnsServers">): boolean {
  return hasOwnDns || dnsServers.every(({ host }) => isLoopback(host));
}

/** All that can be asked about a recipient domain in this network. */
export function dnsOf(network: EffectiveNetwork): Dns {
  const dns = makeDns(network.dnsServers);
  const asked = { ...dns, policy: (domain: string) => fetchPolicy(domain, { dns, network }) };
  if (!believesDnssec(network)) return asked;
  const dnssec = makeDnssec(network.dnsServers);
  const known = new Map<string, { answer: Promise<DaneAnswer>; until: number }>();
  return {
    ...asked,
    signedMx: (domain) => dnssec.isSigned(domain, "MX"),
    dane(host) {
      const found = known.get(host);
      if (found && found.until > Date.now()) return found.answer;
      const entry = { answer: askDane(host, dnssec), until: Date.now() + DANE_KEEP_MS };
      known.delete(host);
      known.set(host, entry);
      for (const oldest of known.keys()) {
        if (known.size <= DANE_KEPT) break;
        known.delete(oldest);
      }
      entry.answer.then(({ kind }) => {
        if (kind === "failed") entry.until = Date.now() + DANE_KEEP_FAILED_MS;
      });
      return entry.answer;
    },
  };
}

/** A resolver that asks these servers and no others, whatever the machine's own settings are. */
export function makeDns(
  servers: readonly HostPort[],
  options: { timeoutMs?: number; tries?: number } = {},
): Dns {
  const resolver = new promises.Resolver({ timeout: options.timeoutMs ?? 5_000, tries: options.tries ?? 2 });
  resolver.setServers(
    servers.map(({ host, port }) => (isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`)),
  );
  return {
    mx: (name) =>
      ask(async () =>
        (await resolver.resolveMx(name)).map(({ exchange, priority }) => ({
          host: exchange,
          preference: priority,
        })),
      ),
    async addresses(name) {
      const [four, six] = await Promise.all([
        ask(() => resolver.resolve4(name)),
        ask(() => resolver.resolve6(name)),
      ]);
      const records = [four, six].flatMap((answer) => (answer.kind === "found" ? answer.records : []));
      if (records.length > 0) return { kind: "found", records };
      // One family failed and the other has none: the failed one might have had some.
      return four.kind === "failed" ? four : six.kind === "failed" ? six : four;
    },
    txt: (name) => ask(async () => (await resolver.resolveTxt(name)).map((parts) => parts.join(""))),
    cname: (name) => ask(() => resolver.resolveCname(name)),
    ptr: (name) => ask(() => resolver.resolvePtr(name)),
  };
}

async function ask<T>(question: () => Promise<T[]>): Promise<DnsAnswer<T>> {
  try {
    const records = await question();
    return records.length > 0 ? { kind: "found", records } : { kind: "no-data" };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (code === "ENOTFOUND") return { kind: "no-domain" };
    if (code === "ENODATA") return { kind: "no-data" };
    return { kind: "failed", error: WORDS[code] ?? `The lookup failed (${code || String(error)}).` };
  }
}

const WORDS: Record<string, string> = {
  ESERVFAIL: "The domain's name servers failed (SERVFAIL).",
  ETIMEOUT: "The name servers did not answer in time.",
  EREFUSED: "The name server refused to answer.",
  ECONNREFUSED: "No name server is reachable.",
  EBADNAME: "This is not a name that DNS can look up.",
};
