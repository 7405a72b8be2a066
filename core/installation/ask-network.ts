import { isIPv4, isIPv6 } from "node:net";
import ipaddr from "ipaddr.js";
import type { Dns, DnsAnswer } from "../domain/dns.ts";
import { hostsInOrder, normalHost } from "../mail/site/key.ts";
import { isLoopback } from "../platform/network.ts";
import { expectedRecords, judgeRecord } from "../sender-domain/check.ts";
import type { NetworkCheck } from "./types.ts";

export type NetworkFacts = {
  /** Sender domains that somebody sends from. */
  domains: { name: string; dkimSelector: string; dkimPublicKey: string }[];
  /** Sources that are addresses of this machine or another of ours. */
  sources: { ip: string; heloName: string }[];
};

/**
 * One connection out: `answered` by a greeting of any kind, `silent`, or `not-here`, where the address it should leave from
 * belongs to another machine.
 */
export type Probe = (from: string, to: string) => Promise<"answered" | "silent" | "not-here">;

export type AskWith = {
  dns: Dns;
  probe: Probe;
  /** Why an address is not gone to; null where it is. */
  refuses: (address: string) => string | null;
};

type Answer = Omit<NetworkCheck, "id">;
type Question = { id: string; ask: (how: AskWith) => Promise<Answer> };

/** Receivers with many servers: one of them that answers says that the way out is open. */
const ANSWERING = ["gmail.com", "outlook.com", "yahoo.com"];
/** RFC 7208 §4.6.4 wants a limit of at least 20 seconds. */
const SPF_MS = 20_000;

const pass = (sentence: string): Answer => ({ state: "pass", sentence });
const fail = (sentence: string): Answer => ({ state: "fail", sentence });
const unknown = (sentence: string): Answer => ({ state: "unknown", sentence });

/** Loopback addresses never reach anybody; what they would have to publish is nobody's business. */
export const reaching = (sources: NetworkFacts["sources"]): NetworkFacts["sources"] =>
  sources.filter((source) => !isLoopback(source.ip));

/** What has to be asked of the world. An id names all that the answer depends on: who changes it has to ask again. */
export function networkQuestions(facts: NetworkFacts): Question[] {
  const sources = reaching(facts.sources);
  const ips = sources.map((source) => source.ip).sort();
  return [
    ...facts.domains.flatMap((domain) => [
      { id: `dkim:${domain.name}:${domain.dkimSelector}`, ask: ({ dns }: AskWith) => askDkim(domain, dns) },
      ...(ips.length > 0
        ? [
            {
              id: `spf:${domain.name}:${ips.join(",")}`,
              ask: ({ dns }: AskWith) => askSpf(domain.name, sources, dns),
            },
          ]
        : []),
      { id: `dmarc:${domain.name}`, ask: ({ dns }: AskWith) => askDmarc(domain.name, dns) },
    ]),
    ...sources.flatMap((source) => [
      { id: `ptr:${source.ip}:${source.heloName}`, ask: ({ dns }: AskWith) => askReverse(source, dns) },
      { id: `port:${source.ip}`, ask: (how: AskWith) => askPort(source.ip, how) },
    ]),
  ];
}

async function askDkim(domain: NetworkFacts["domains"][number], dns: Dns): Promise<Answer> {
  const record = expectedRecords(domain, [], "").find((one) => one.record === "dkim")!;
  const answer = await dns.txt(record.name);
  if (answer.kind === "failed") return unknown(`${domain.name}: DKIM could not be asked. ${answer.error}`);
  const { verdict } = judgeRecord(record, answer, []);
  if (verdict === "ok") return pass(`${domain.name}: the DKIM key at ${record.name} is ours.`);
  return fail(
    `${domain.name}: ${verdict === "missing" ? "there is no DKIM key" : "another DKIM key stands"} at ${record.name}. Publish the TXT record that the page of the domain shows.`,
  );
}

/** Receivers look at the domain of the return path, with all that it includes; every one of our addresses has to pass. */
async function askSpf(domain: string, sources: NetworkFacts["sources"], dns: Dns): Promise<Answer> {
  const name = `bounces.${domain}`;
  const wanted = expectedRecords(
    { name: domain, dkimSelector: "", dkimPublicKey: "" },
    sources.map(({ ip }) => ip),
    "",
  ).find((one) => one.record === "spf")!.expected;
  // Loaded where it is needed: a worker asks this once in its life, if ever.
  const { spf } = await import("mailauth");
  const results = await Promise.all(
    sources.map(async ({ ip, heloName }) => {
      const { status } = await spf({
        sender: `bounce@${name}`,
        ip,
        helo: heloName,
        resolver: asResolver(dns),
        strict: true,
        maxElapsedTime: SPF_MS,
      });
      return { ip, result: status.result, comment: status.comment ?? "" };
    }),
  );
  const wrong = results.filter(({ result }) => result !== "pass");
  if (wrong.length === 0) return pass(`${name}: SPF allows ${listed(sources.map(({ ip }) => ip))}.`);
  const [first] = wrong.toSorted(
    (a, b) => Number(a.result === "temperror") - Number(b.result === "temperror"),
  );
  if (first!.result === "temperror")
    return unknown(`${name}: SPF could not be asked. ${sentence(first!.comment)}`);
  if (first!.result === "none")
    return fail(`${name}: there is no SPF record. Publish the TXT record ${wanted}`);
  if (first!.result === "permerror") {
    return fail(
      `${name}: the SPF record is an error to receivers. ${sentence(first!.comment)} Mend it, or publish ${wanted}`,
    );
  }
  const left = wrong.filter(({ result }) => result !== "temperror").map(({ ip }) => ip);
  return fail(
    `${name}: SPF does not allow ${listed(left)} (${first!.result}). Add ${left.map(mechanism).join(" ")} to the record.`,
  );
}

const mechanism = (ip: string): string => `${isIPv6(ip) ? "ip6" : "ip4"}:${ip}`;

/** A domain without a record of its own has that of the nearest domain above it (RFC 7489 §6.6.3; here by walking up). */
async function askDmarc(domain: string, dns: Dns): Promise<Answer> {
  const labels = domain.split(".");
  for (let i = 0; i === 0 || labels.length - i >= 2; i++) {
    const name = `_dmarc.${labels.slice(i).join(".")}`;
    const answer = await dns.txt(name);
    if (answer.kind === "failed") return unknown(`${domain}: DMARC could not be asked. ${answer.error}`);
    const { verdict, found } = judgeRecord({ record: "dmarc", name, type: "TXT", expected: "" }, answer, []);
    if (verdict === "ok") return pass(`${domain}: the DMARC record at ${name} is valid.`);
    if (verdict === "different") {
      return fail(
        found.length > 1
          ? `${domain}: ${name} has ${found.length} DMARC records, and receivers then use none. Keep one.`
          : `${domain}: the DMARC record at ${name} has no valid policy. Publish for instance v=DMARC1; p=none`,
      );
    }
  }
  return fail(
    `${domain}: there is no DMARC record. Publish the TXT record v=DMARC1; p=none at _dmarc.${domain}.`,
  );
}

/** Receivers want a name for the address, that leads back to it, and the same in our greeting. */
async function askReverse({ ip, heloName }: NetworkFacts["sources"][number], dns: Dns): Promise<Answer> {
  const reverse = await dns.ptr(arpaName(ip));
  if (reverse.kind === "failed") return unknown(`${ip}: reverse DNS could not be asked. ${reverse.error}`);
  if (reverse.kind !== "found") {
    return fail(
      `${ip} has no name in reverse DNS. Ask whoever gave you the address for the PTR record ${heloName}.`,
    );
  }
  const names = reverse.records.map(normalHost);
  if (!names.includes(normalHost(heloName))) {
    return fail(
      `${ip} is ${listed(names)} in reverse DNS, but says ${heloName} in its greeting. Make both the same.`,
    );
  }
  const forward = await dns.addresses(heloName);
  if (forward.kind === "failed")
    return unknown(`${heloName}: its address could not be asked. ${forward.error}`);
  const addresses = forward.kind === "found" ? forward.records : [];
  if (!addresses.some((address) => sameAddress(address, ip))) {
    const where = addresses.length > 0 ? `leads to ${listed(addresses)}` : "has no address";
    return fail(
      `${heloName} ${where}, not back to ${ip}. Add the ${isIPv6(ip) ? "AAAA" : "A"} record ${ip} to it.`,
    );
  }
  const generic = isGeneric(heloName, ip)
    ? " It looks like the name of a dialled-in customer, which some receivers refuse: better is one such as mail.your-domain."
    : "";
  return pass(`${ip} is ${heloName} in reverse DNS, and ${heloName} leads back to it.${generic}`);
}

/** All parts of the address stand in its name, as providers name addresses that nobody asked a name for. */
function isGeneric(name: string, ip: string): boolean {
  if (!isIPv4(ip)) return false;
  const numbers: string[] = name.match(/\d+/g)?.map((digits) => String(Number(digits))) ?? [];
  return ip.split(".").every((part) => numbers.includes(part));
}

async function askPort(ip: string, { dns, probe, refuses }: AskWith): Promise<Answer> {
  const hosts = await Promise.all(ANSWERING.map((domain) => firstHost(domain, ip, dns)));
  const reachable = hosts
    .flatMap((host) => (host.kind === "found" ? host.records : []))
    .filter((one) => refuses(one.address) === null);
  if (reachable.length === 0) {
    const failed = hosts.find((host) => host.kind === "failed");
    return unknown(
      `${ip}: port 25 could not be tried. ${failed?.kind === "failed" ? failed.error : "None of the receivers asked has an address of this kind."}`,
    );
  }
  const answers = await Promise.all(reachable.map(({ address }) => probe(ip, address)));
  const open = answers.indexOf("answered");
  if (open >= 0) return pass(`${ip} reaches port 25 of ${reachable[open]!.host}.`);
  if (answers.includes("not-here")) {
    return unknown(
      `${ip} is no address of the machine that tried. Test the source on its page, where its worker runs.`,
    );
  }
  return fail(
    `${ip} gets no answer on port 25 of ${listed(reachable.map(({ host }) => host))}. Ask your provider to open port 25 outward, or send over a relay.`,
  );
}

async function firstHost(
  domain: string,
  from: string,
  dns: Dns,
): Promise<DnsAnswer<{ host: string; address: string }>> {
  const mx = await dns.mx(domain);
  if (mx.kind !== "found") return mx;
  for (const host of hostsInOrder(mx.records)) {
    const addresses = await dns.addresses(host);
    if (addresses.kind === "failed") return addresses;
    const address =
      addresses.kind === "found" ? addresses.records.find((one) => isIPv6(one) === isIPv6(from)) : undefined;
    if (address) return { kind: "found", records: [{ host, address }] };
  }
  return { kind: "no-data" };
}

/** The name of an address in reverse DNS (RFC 1035 §3.5, RFC 3596 §2.5). */
export function arpaName(ip: string): string {
  const bytes = ipaddr.parse(ip).toByteArray();
  if (isIPv4(ip)) return `${bytes.reverse().join(".")}.in-addr.arpa`;
  const nibbles = bytes.flatMap((byte) => [byte >> 4, byte & 15]).map((nibble) => nibble.toString(16));
  return `${nibbles.reverse().join(".")}.ip6.arpa`;
}

const sameAddress = (a: string, b: string): boolean =>
  ipaddr.isValid(a) && ipaddr.parse(a).toNormalizedString() === ipaddr.parse(b).toNormalizedString();

/** Our answers as those of Node, which mailauth wants. */
function asResolver(dns: Dns): (name: string, type: string) => Promise<string[]> {
  const ask = async (name: string, type: string): Promise<unknown[]> => {
    switch (type) {
      case "TXT":
        return unwrap(await dns.txt(name)).map((text) => [text]);
      case "MX":
        return unwrap(await dns.mx(name)).map((mx) => ({ exchange: mx.host, priority: mx.preference }));
      case "PTR":
        return unwrap(await dns.ptr(name));
      case "A":
      case "AAAA": {
        const all = unwrap(await dns.addresses(name)).filter(
          (address) => isIPv6(address) === (type === "AAAA"),
        );
        return unwrap(all.length > 0 ? { kind: "found", records: all } : { kind: "no-data" });
      }
      default:
        return unwrap({ kind: "no-data" });
    }
  };
  // Its types know no MX records.
  return async (name, type) => (await ask(name, type)) as string[];
}

function unwrap<T>(answer: DnsAnswer<T>): T[] {
  if (answer.kind === "found") return answer.records;
  const code = { "no-domain": "ENOTFOUND", "no-data": "ENODATA", failed: "ESERVFAIL" }[answer.kind];
  throw Object.assign(new Error(answer.kind === "failed" ? answer.error : answer.kind), { code });
}

/** mailauth's comments end without a full stop. */
const sentence = (text: string): string => (text === "" || /[.!?]$/.test(text) ? text : `${text}.`);

const listed = (items: string[]): string =>
  items.length < 2 ? (items[0] ?? "") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
