import { dkimRecord } from "#core/mail/dkim/key.ts";
import type { Sql } from "#db/client.ts";
import type { FindRecords, PublishedRecord } from "./types.ts";

const freshMs = 1_000;
const shortTtl = 5;

const mailboxes: PublishedRecord[] = [
  { type: "MX", data: { preference: 10, exchange: "mx1.hosting.example" }, ttl: shortTtl },
  { type: "MX", data: { preference: 20, exchange: "mx2.hosting.example" }, ttl: shortTtl },
];

/**
 * What the owners of our sender domains would have put into DNS, read from the database: DKIM keys, SPF for every
 * loopback and source address, a DMARC policy, and the return path domain. Its MX is the resolver's own affair.
 */
export function publishSenderDomains(sql: Sql): FindRecords {
  let records = new Map<string, PublishedRecord[]>();
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | null = null;

  async function read(): Promise<void> {
    const domains = await sql<
      { name: string; selector: string; key: string; second: string | null; secondKey: string | null }[]
    >`
      select name, dkim_selector as selector, dkim_public_key as key,
        ed25519_selector as second, ed25519_public_key as "secondKey" from sender_domains`;
    const sources = await sql<{ ip: string }[]>`
      select host(ip) as ip from sources where ip is not null and removed_at is null`;
    const next = new Map<string, PublishedRecord[]>();
    const publish = (name: string, data: string) => next.set(name, [{ type: "TXT", data, ttl: shortTtl }]);
    for (const { name, selector, key, second, secondKey } of domains) {
      const spf = sendersAllowed(sources.map((source) => source.ip));
      publish(name, spf);
      publish(`bounces.${name}`, spf);
      publish(`_dmarc.${name}`, "v=DMARC1; p=none");
      publish(`${selector}._domainkey.${name}`, key.startsWith("v=DKIM1") ? key : dkimRecord(key));
      if (second && secondKey) publish(`${second}._domainkey.${name}`, dkimRecord(secondKey, "ed25519"));
    }
    records = next;
    readAt = performance.now();
  }

  return async (name, type) => {
    if (performance.now() - readAt > freshMs) {
      reading ??= read().finally(() => {
        reading = null;
      });
      await reading;
    }
    const found = records.get(name);
    if (!found) return null;
    if (type === "TXT") return found;
    if (name.includes("_")) return [];
    // People of the domain have mailboxes too: what is written to them arrives.
    if (type === "MX" && !name.startsWith("bounces.")) return mailboxes;
    return type === "SOA" ? [] : null;
  };
}

/** SPF for the machine's own addresses and those of the sources (RFC 7208). */
function sendersAllowed(addresses: string[]): string {
  const others = addresses.filter((address) => !address.startsWith("127."));
  const parts = others.map((address) => `${address.includes(":") ? "ip6" : "ip4"}:${address}`);
  return ["v=spf1", "ip4:127.0.0.0/8", ...parts, "-all"].join(" ");
}
