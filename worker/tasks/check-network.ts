import { makeDns } from "#core/domain/dns.ts";
import { checkNetwork } from "#core/installation/check-network.ts";
import type { Ctx } from "#core/platform/context.ts";
import { env } from "#core/platform/env.ts";
import { effectiveNetwork, readNetwork, refusesReceiver } from "#core/platform/network.ts";
import { makeProbe } from "#worker/delivery/probe.ts";

/**
 * Asks the internet's DNS, also while the sandbox is on where an administrator asked for it, to see what would be there. Our
 * own names and addresses are all that it tells anybody. By the clock (`daily`) only where mail goes to the internet.
 */
export async function checkNetworkTask(ctx: Ctx, payload: unknown): Promise<void> {
  const isDaily = typeof payload === "object" && payload !== null && "daily" in payload;
  if (isDaily && (await readNetwork(ctx.db, env())).network === "sandbox") return;
  const internet = effectiveNetwork({ ...env(), network: "internet" }, { network: "internet" });
  await checkNetwork(ctx, {
    dns: makeDns(internet.dnsServers, { timeoutMs: 3_000, tries: 2 }),
    probe: makeProbe(internet.smtpPort),
    refuses: (address) => refusesReceiver(internet, address),
  });
}
