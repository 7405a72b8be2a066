import { dnsOf } from "#core/domain/dns.ts";
import { wakeResolver } from "#core/domain/note.ts";
import { resolveDomains } from "#core/domain/resolve.ts";
import type { Ctx } from "#core/platform/context.ts";
import { env } from "#core/platform/env.ts";
import { log } from "#core/platform/log.ts";
import { readNetwork } from "#core/platform/network.ts";

const logger = log("domains");

/** Looks up recipient domains that were never asked or whose answer is too old, by the network chosen now. */
export async function resolveDomainsTask(ctx: Ctx): Promise<void> {
  const network = await readNetwork(ctx.db, env());
  const started = performance.now();
  const { asked, more } = await resolveDomains(ctx, { stale: true }, dnsOf(network));
  if (asked > 0) logger.info({ asked, ms: Math.round(performance.now() - started) }, "looked up");
  if (more) await wakeResolver(ctx.db);
}
