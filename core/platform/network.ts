import { getServers } from "node:dns";
import { isIPv4 } from "node:net";
import ipaddr from "ipaddr.js";
import type { Network } from "#core/source/types.ts";
import { installation } from "#db/schema/index.ts";
import type { Db } from "./db.ts";
import type { Env, HostPort } from "./env.ts";

export type EffectiveNetwork = {
  network: Network;
  /** Whom the engine asks about recipient domains, relays and records. */
  dnsServers: HostPort[];
  /** The port of receivers; relays have ports of their own. */
  smtpPort: number;
  /** The port of hosts that publish MTA-STS policies. */
  policyPort: number;
  /** Somebody chose the DNS servers, by DNS_SERVERS. */
  hasOwnDns: boolean;
  /** Authorities that this network's receivers are signed by, besides the public ones: PEM, empty for none. */
  certificates: string;
  /** Why the switch on the page cannot be used, in a sentence; null where it can. */
  locked: string | null;
};

/** What the installation's row says of it. */
export type NetworkRow = { network: Network; sandboxCertificate?: string | null };

type NetworkEnv = Pick<
  Env,
  | "network"
  | "smtpCertificates"
  | "dnsServers"
  | "smtpPort"
  | "sandboxBlock"
  | "sandboxDnsPort"
  | "sandboxSmtpPort"
  | "sandboxHttpsPort"
>;

/**
 * Which network mail leaves to: the environment where it says so, else the installation's row.
 * In the sandbox the resolver is the sandbox's own, so that no name typed there is asked of the world.
 */
export function effectiveNetwork(env: NetworkEnv, row: NetworkRow): EffectiveNetwork {
  const network = env.network ?? row.network;
  const hasOwnDns = env.dnsServers !== undefined;
  const locked = env.network
    ? `NETWORK is set to ${env.network} in the environment; change it there and start again.`
    : null;
  if (network === "sandbox") {
    return {
      network,
      hasOwnDns,
      dnsServers: env.dnsServers ?? [{ host: `${env.sandboxBlock}.0.53`, port: env.sandboxDnsPort }],
      smtpPort: env.smtpPort ?? env.sandboxSmtpPort,
      policyPort: env.sandboxHttpsPort,
      certificates: env.smtpCertificates ?? row.sandboxCertificate ?? "",
      locked,
    };
  }
  return {
    network,
    hasOwnDns,
    dnsServers: env.dnsServers ?? getServers().map(parseServer),
    smtpPort: env.smtpPort ?? 25,
    policyPort: 443,
    certificates: env.smtpCertificates ?? "",
    locked,
  };
}

/** Node writes servers as `1.2.3.4`, `1.2.3.4:54`, `2001:db8::1` or `[2001:db8::1]:54`. */
function parseServer(text: string): HostPort {
  const match = /^(?:\[(.+)\]|([^:]+)):(\d+)$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  return host ? { host, port: Number(match?.[3]) } : { host: text, port: 53 };
}

/** The network as the environment and the installation's row say it now. */
export async function readNetwork(db: Db, env: NetworkEnv): Promise<EffectiveNetwork> {
  const [row] = await db
    .select({ network: installation.network, sandboxCertificate: installation.sandboxCertificate })
    .from(installation);
  return effectiveNetwork(env, row ?? { network: "sandbox" });
}

/** Why this network does not go to the address of a relay; null where it does. */
export function refusesRelay(of: Pick<EffectiveNetwork, "network">, address: string): string | null {
  // A name is asked of the sandbox's DNS; an address needs nobody's answer to be reached.
  if (of.network !== "sandbox" || isLoopback(address)) return null;
  return `${address} is outside this machine, and the sandbox is on: nothing leaves it.`;
}

/** Why this network does not go to the address of a mail server that DNS named; null where it does. */
export function refusesReceiver(
  of: Pick<EffectiveNetwork, "network" | "hasOwnDns">,
  address: string,
): string | null {
  // The world's DNS may say what it likes; servers that somebody chose may name their own receivers here.
  if (of.network === "sandbox" || of.hasOwnDns) return null;
  if (!isLoopback(address) && address !== "0.0.0.0" && address !== "::") return null;
  return `DNS gives it the address ${address}, which is this machine.`;
}

/**
 * Why nothing is fetched from this address that a stranger's DNS named; null where it may be. Whoever chose the DNS
 * servers vouches for mail servers, not for all that strangers publish.
 */
export function refusesWebHost(of: Pick<EffectiveNetwork, "network">, address: string): string | null {
  if (of.network === "sandbox") {
    return isLoopback(address)
      ? null
      : `${address} is outside this machine, and the sandbox is on: nothing leaves it.`;
  }
  const parsed = ipaddr.isValid(address) ? ipaddr.process(address) : null;
  if (parsed?.range() === "unicast") return null;
  return `DNS gives it the address ${address}, which is not one of the public internet.`;
}

/** An address of this machine alone. */
export function isLoopback(address: string): boolean {
  return isIPv4(address) ? address.startsWith("127.") : /^(?:::1|::ffff:127\.[\d.]+)$/i.test(address);
}
