import { isIP } from "node:net";
import pLimit from "p-limit";
import type { Dns } from "#core/domain/dns.ts";
import { resolveDomains } from "#core/domain/resolve.ts";
import type { StsMode } from "#core/domain/types.ts";
import { type Mx, normalHost } from "#core/mail/site/key.ts";
import type { Ctx } from "#core/platform/context.ts";
import type { Sql } from "#db/client.ts";
import { type Demand, demandOf } from "./demand.ts";

/** Where mail for a domain goes, as far as it is known. */
export type Target = {
  /** The site's id; what connections are kept by. */
  siteId: number;
  providerId: number | null;
  /** MX hosts with their preference; the domain itself where it has none. */
  mx: Mx[];
  /** What the domain asks of the encryption; null: nothing. */
  demand: Demand | null;
};

export type TargetAnswer =
  | { kind: "site"; target: Target }
  /** A fact: no mail can go there. */
  | { kind: "dead"; enhanced: string; text: string }
  /** DNS did not answer. */
  | { kind: "unknown"; text: string };

const KEEP_MS = 10 * 60_000;
const KEEP_UNKNOWN_MS = 60_000;
/** A server that is down for longer is not asked about more often. */
const ASK_AGAIN_SECONDS = 300;
const ADDRESS_KEEP_MS = 5 * 60_000;
const ADDRESS_KEEP_FAILED_MS = 30_000;
const KEPT = 50_000;
/**
 * Hosts asked about at once. All lanes of a campaign to many small sites open their connections in one moment, and a name
 * server that gets a thousand questions in one burst drops some: their mail would be put off for minutes.
 */
const HOSTS_AT_ONCE = 50;
/** DNS gave these answers; the enhanced codes are RFC 3463's and RFC 7505's. */
const DEAD: Record<string, string> = { "null-mx": "5.1.10", "no-domain": "5.1.2", "no-servers": "5.4.4" };

type Row = {
  name: string;
  status: string;
  site_id: number | null;
  provider_id: number | null;
  mx: Mx[];
  error: string | null;
  is_old: boolean;
  is_signed: boolean;
  sts_mode: StsMode | null;
  sts_mx: string[] | null;
};

/** Domain → site → addresses, from the shared cache in the database, then from DNS; kept in memory for minutes. */
export class Targets {
  readonly #sql: Sql;
  readonly #ctx: Ctx;
  readonly #dns: () => Dns;
  readonly #domains = new Map<string, { answer: TargetAnswer; until: number }>();
  readonly #addresses = new Map<string, { answer: Promise<string[] | string>; until: number }>();

  readonly #asking = pLimit(HOSTS_AT_ONCE);

  /** `dns` is asked for again and again: the network may be switched on its page. */
  constructor(sql: Sql, ctx: Ctx, dns: () => Dns) {
    this.#sql = sql;
    this.#ctx = ctx;
    this.#dns = dns;
  }

  /** Forgets everything: the network was switched. */
  clear(): void {
    this.#domains.clear();
    this.#addresses.clear();
  }

  /** What is known without asking anybody. */
  known(domain: string): TargetAnswer | undefined {
    const found = this.#domains.get(domain);
    return found && found.until > Date.now() ? found.answer : undefined;
  }

  /** Reads these domains from the database. Those it does not know well enough are returned. */
  async load(domains: readonly string[]): Promise<string[]> {
    const missing = domains.filter((domain) => !this.known(domain));
    if (missing.length === 0) return [];
    const rows = await this.#sql<Row[]>`
      select d.name, d.status, d.site_id, s.provider_id, d.mx, d.is_signed, d.error, p.mode as sts_mode, p.mx as sts_mx,
        d.expires_at < now() - interval '1 day' or coalesce(p.expires_at < now(), false) as is_old
      from domains d left join sites s on s.id = d.site_id left join sts_policies p on p.domain = d.name
      where d.name = any(${missing}::text[])`;
    const usable = new Set<string>();
    for (const row of rows) {
      if (row.status === "unknown" || row.status === "temporary" || row.is_old) continue;
      this.#keep(row.name, answerOf(row));
      usable.add(row.name);
    }
    return missing.filter((domain) => !usable.has(domain));
  }

  /** Asks DNS about these domains, and keeps the answers for everybody. */
  async resolve(domains: readonly string[]): Promise<void> {
    await resolveDomains(this.#ctx, { names: [...new Set(domains)] }, this.#dns());
    const rows = await this.#sql<Row[]>`
      select d.name, d.status, d.site_id, s.provider_id, d.mx, d.is_signed, d.error, false as is_old, p.mode as sts_mode, p.mx as sts_mx
      from domains d left join sites s on s.id = d.site_id left join sts_policies p on p.domain = d.name and p.expires_at > now()
      where d.name = any(${domains as string[]}::text[])`;
    for (const row of rows) this.#keep(row.name, answerOf(row));
  }

  /**
   * None of their servers can be reached: they may have moved since DNS was asked, whatever time its answer was good for.
   * Asked again before their mail is tried again.
   */
  async doubt(domains: readonly string[]): Promise<void> {
    for (const domain of domains) this.#domains.delete(domain);
    await this.#sql`update domains set expires_at = now()
      where name in (select name from domains where name = any(${domains as string[]}::text[]) and expires_at > now()
        and resolved_at < now() - make_interval(secs => ${ASK_AGAIN_SECONDS}) order by name for update skip locked)`;
  }

  /** Addresses of a host, IPv4 first; in words why there are none. */
  addresses(host: string): Promise<string[] | string> {
    if (isIP(host)) return Promise.resolve([host]);
    const found = this.#addresses.get(host);
    if (found && found.until > Date.now()) return found.answer;
    const entry = {
      answer: this.#asking(() => this.#askAddresses(host)),
      until: Date.now() + ADDRESS_KEEP_MS,
    };
    this.#addresses.set(host, entry);
    trim(this.#addresses);
    entry.answer.then((answer) => {
      if (typeof answer === "string") entry.until = Date.now() + ADDRESS_KEEP_FAILED_MS;
    });
    return entry.answer;
  }

  async #askAddresses(host: string): Promise<string[] | string> {
    const answer = await this.#dns().addresses(host);
    if (answer.kind === "found") return answer.records;
    if (answer.kind === "failed") return `${host}: ${answer.error}`;
    return `${host} has no address.`;
  }

  #keep(domain: string, answer: TargetAnswer): void {
    const keep = answer.kind === "unknown" ? KEEP_UNKNOWN_MS : KEEP_MS;
    this.#domains.delete(domain);
    this.#domains.set(domain, { answer, until: Date.now() + keep });
    trim(this.#domains);
  }
}

function answerOf(row: Row): TargetAnswer {
  const dead = DEAD[row.status];
  if (dead) return { kind: "dead", enhanced: dead, text: row.error ?? "The domain takes no mail." };
  if (row.status !== "ok" || row.site_id === null) {
    return { kind: "unknown", text: row.error ?? "The domain could not be looked up." };
  }
  const named = row.mx.filter((record) => normalHost(record.host) !== "");
  const mx = named.length > 0 ? named : [{ host: row.name, preference: 0 }];
  const demand = demandOf(mx, {
    isSigned: row.is_signed,
    mode: row.sts_mode,
    patterns: row.sts_mx ?? [],
  });
  return {
    kind: "site",
    target: { siteId: row.site_id, providerId: row.provider_id, mx, demand },
  };
}

function trim<T>(map: Map<string, T>): void {
  for (const oldest of map.keys()) {
    if (map.size <= KEPT) return;
    map.delete(oldest);
  }
}
