import { guardedOf } from "./guarded.ts";
import { fraction, hash } from "./hash.ts";
import { googleHosted, providers, smallSite } from "./providers.ts";
import type { Behaviours, MailExchange, Place, Provider } from "./types.ts";

export interface World {
  /** Where mail for `domain` goes. */
  place(domain: string): Place;
  /** The loopback address of a host; every name has one, so that nothing ever leaves the machine. */
  addressOf(host: string): string;
  /** Who answers on an address: null where many small sites share it, undefined where nobody does. */
  providerAt(address: string): Provider | null | undefined;
  provider(name: string): Provider;
  providers: Provider[];
  /** All addresses with a mail server. */
  addresses: string[];
  /** Where the hosts with MTA-STS policies answer. */
  webAddress: string;
  /** A name for an address, the inverse of `addressOf` (RFC 1912 §2.1: forward and reverse agree). */
  nameOf(address: string): string | null;
}

/** Names that behave the same in every world; they work as the first label of any domain. */
const special: Record<string, Place["kind"] | "refused" | "mute"> = {
  nxdomain: "missing",
  missing: "missing",
  "null-mx": "null-mx",
  nullmx: "null-mx",
  servfail: "servfail",
  timeout: "timeout",
  loop: "loop",
  "no-mx": "implicit",
  refused: "refused",
  mute: "mute",
};

const inReverse = /^(\d+)-(\d+)-(\d+)-(\d+)\.client\.example$/;

/**
 * The sandbox's world: a pure function from names to places. Known mailbox domains go to their provider, every
 * other domain to a small server, to hosted mail or to a company's gateway, decided by a hash of its name.
 * `block` is the first half of a loopback network, or a whole address where a machine has only that one.
 */
export function makeWorld(options: { block: string; seed: string; shares: Behaviours["shares"] }): World {
  const { block, seed, shares } = options;
  const single = block.split(".").length === 4;
  const known = new Map(providers.map((provider) => [provider.name, provider]));
  known.set(smallSite.name, smallSite);
  const byDomain = new Map<string, Provider>();
  for (const provider of providers) for (const domain of provider.domains) byDomain.set(domain, provider);

  const at = new Map<string, Provider | null>();
  const groups = new Map<string, string[]>();
  for (const [index, provider] of [...providers, smallSite].entries()) {
    const own = Array.from({ length: provider.addresses }, (_, i) =>
      single ? block : `${block}.${index + 1}.${i + 1}`,
    );
    groups.set(provider.name, own);
    for (const address of own) at.set(address, single || provider === smallSite ? null : provider);
  }
  const webAddress = single ? block : `${block}.0.44`;
  const names = new Map<string, string>();
  for (const provider of providers) for (const host of provider.mx) names.set(addressOf(host), host);

  function addressOf(host: string): string {
    const name = normal(host);
    if (name.startsWith("refused.") || name.startsWith("mail.refused."))
      return single ? block : `${block}.254.254`;
    if (name.startsWith("mta-sts.") && guardedOf(name)) return webAddress;
    const client = inReverse.exec(name);
    if (client) return client.slice(1).join(".");
    const provider = ownerOf(name) ?? smallSite;
    const own = groups.get(provider.name) ?? [];
    const listed = provider.mx.indexOf(name);
    return own[(listed >= 0 ? listed : hash(name)) % own.length] ?? block;
  }

  function provider(name: string): Provider {
    return known.get(name) ?? smallSite;
  }

  function place(domain: string): Place {
    const name = normal(domain);
    const first = name.slice(0, name.indexOf("."));
    const kind = special[first];
    if (kind === "refused") return mail(smallSite.name, [`mail.${name}`]);
    if (kind === "mute") return mail("mute", [`${first}.mute.example`]);
    if (kind === "implicit") return { kind, provider: smallSite.name, site: name };
    if (kind && kind !== "mail") return { kind };
    if (!name.includes(".") || name.endsWith(".invalid")) return { kind: "missing" };
    const guarded = guardedOf(name);
    if (guarded?.domain === name) return mail(smallSite.name, [guarded.host ?? `mail.${name}`]);
    const owner = byDomain.get(name);
    if (owner?.name === "outlook") return mail("outlook", [`${dashed(name)}.olc.protection.outlook.com`]);
    if (owner) return mail(owner.name, owner.mx);
    if (name === "web.de") return mail("gmx", ["mx-ha02.web.de", "mx-ha03.web.de"]);
    if (fraction(seed, "missing", name) < shares.missingDomain) return { kind: "missing" };
    if (fraction(seed, "null-mx", name) < shares.nullMx) return { kind: "null-mx" };
    return hosted(name, fraction(seed, "host", name));
  }

  function hosted(name: string, at: number): Place {
    if (at < 0.22) return mail("google", googleHosted);
    if (at < 0.42) return mail("office365", [`${dashed(name)}.mail.protection.outlook.com`]);
    if (at < 0.46)
      return mail("mimecast", ["eu-smtp-inbound-1.mimecast.com", "eu-smtp-inbound-2.mimecast.com"]);
    if (at < 0.48) return mail("barracuda", [`d${hash(name) % 100}.ess.barracudanetworks.com`]);
    if (at < 0.58) return mail("hosting", provider("hosting").mx);
    if (at < 0.61) return { kind: "implicit", provider: smallSite.name, site: name };
    if (at < 0.8) return mail(smallSite.name, [`mx1.${name}`, `mx2.${name}`]);
    return mail(smallSite.name, [`mail.${name}`]);
  }

  return {
    place,
    addressOf,
    provider,
    providers: [...known.values()],
    providerAt: (address) => at.get(address),
    addresses: [...at.keys()],
    webAddress,
    nameOf(address) {
      if (names.has(address)) return names.get(address) ?? null;
      return address.startsWith("127.") ? `${address.replaceAll(".", "-")}.client.example` : null;
    },
  };
}

/** The provider whose suffix `host` is at or below; whole labels only. */
function ownerOf(host: string): Provider | undefined {
  return providers.find((provider) =>
    provider.suffixes.some((suffix) => host === suffix || host.endsWith(`.${suffix}`)),
  );
}

function mail(provider: string, hosts: string[]): Place {
  const mx: MailExchange[] = hosts.map((exchange, i) => ({ preference: i === 0 ? 5 : i * 10, exchange }));
  return { kind: "mail", provider, site: hosts[0] ?? provider, mx };
}

/** Office 365's host name for a domain: its labels joined by dashes. */
function dashed(domain: string): string {
  return domain.replaceAll(".", "-");
}

/** Lower case, without the root dot. */
export function normal(name: string): string {
  const lower = name.toLowerCase();
  return lower.endsWith(".") ? lower.slice(0, -1) : lower;
}
