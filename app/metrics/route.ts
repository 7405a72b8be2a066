import { createHash, timingSafeEqual } from "node:crypto";
import { Registry } from "prom-client";
import { type Measurement, readMetrics } from "#core/installation/read-metrics.ts";
import { CoreError } from "#core/platform/context.ts";
import { env } from "#core/platform/env.ts";
import { authorizeAdministrator } from "../_server/authorize.ts";
import { publicRoute } from "../_server/route.ts";

export const dynamic = "force-dynamic";

/** For Prometheus (text format 0.0.4), by the token of METRICS_TOKEN; and for an administrator who is logged in. */
export const GET = publicRoute(async (ctx, request) => {
  const given = /^Bearer (.+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  if (given === undefined) await authorizeAdministrator();
  else if (!isToken(given)) throw new CoreError("forbidden", "This is not the token of METRICS_TOKEN.");
  const text = await print(await readMetrics(ctx));
  return new Response(text, {
    headers: { "content-type": Registry.PROMETHEUS_CONTENT_TYPE, "cache-control": "no-store" },
  });
});

function isToken(given: string): boolean {
  const { metricsToken } = env();
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return metricsToken !== undefined && timingSafeEqual(digest(given), digest(metricsToken));
}

function print(measurements: readonly Measurement[]): Promise<string> {
  const registry = new Registry();
  // A registry prints whatever can be asked for its values.
  for (const one of measurements) registry.registerMetric({ ...one, get: async () => one } as never);
  return registry.metrics();
}
