import { env } from "#core/platform/env.ts";
import { log } from "#core/platform/log.ts";
import { releaseStartUpMemory } from "#core/platform/memory.ts";
import { makeDb } from "#db/client.ts";
import { type Inbound, startInbound } from "./listener.ts";

// The inbound listener as a process: what is said about our mail comes in here.
const settings = env();
const logger = log("inbound");
const { db, end } = makeDb(settings.databaseUrl, { max: 4, applicationName: "lettermill inbound" });
const ctx = {
  db,
  now: () => new Date(),
  actor: { kind: "system" as const },
  settings: { appUrl: settings.appUrl, secret: settings.appSecret },
};

let inbound: Inbound | null = null;

async function stop(code: number): Promise<never> {
  await inbound?.stop();
  await end();
  process.exit(code);
}

// In the sandbox it has an address of its own on the sandbox's port, which the sandbox's DNS names as the bounces' MX.
const { host, port } = settings.inboundListen ?? {
  host: `${settings.sandboxBlock}.0.25`,
  port: settings.sandboxSmtpPort,
};
try {
  inbound = await startInbound(ctx, { host, port, name: new URL(settings.appUrl).hostname, log: logger });
  releaseStartUpMemory();
  logger.info({ host: inbound.host, port: inbound.port }, "the inbound listener is ready");
} catch (error) {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== "EADDRINUSE" && code !== "EADDRNOTAVAIL" && code !== "EACCES") throw error;
  const why = {
    EADDRINUSE: "is taken by another program",
    EADDRNOTAVAIL: "is not an address of this machine",
    EACCES: "needs more rights than this user has; give a port above 1023 and forward port 25 to it",
  }[code];
  logger.fatal(`${host}:${port} ${why}. Set INBOUND_LISTEN to host:port.`);
  await stop(1);
}

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void stop(0));
