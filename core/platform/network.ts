import { getServers } from "node:dns";
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
  /** Why the switch on the page cannot be used, in a sentence; null where it can. */
  locked: string | null;
};

type NetworkEnv = Pick<
  Env,
  "network" | "dnsServers" | "smtpPort" | "sandboxBlock" | "sandboxDnsPort" | "sandboxSmtpPort"
>;

/**
 * Which network mail leaves to: the environment where it says so, else the installation's row.
 * In the sandbox the resolver is the sandbox's own, so that no name typed there is asked of the world.
 */
export function effectiveNetwork(env: NetworkEnv, row: { network: Network }): EffectiveNetwork {
  const network = env.network ?? row.network;
  const locked = env.network
    ? `NETWORK is set to ${env.network} in the environment; change it there and start again.`
    : null;
  if (network === "sandbox") {
    return {
      network,
      dnsServers: env.dnsServers ?? [{ host: `${env.sandboxBlock}.0.53`, port: env.sandboxDnsPort }],
      smtpPort: env.smtpPort ?? env.sandboxSmtpPort,
      locked,
    };
  }
  return {
    network,
    dnsServers: env.dnsServers ?? getServers().map(parseServer),
    smtpPort: env.smtpPort ?? 25,
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
  const [row] = await db.select({ network: installation.network }).from(installation);
  return effectiveNetwork(env, row ?? { network: "sandbox" });
}
