import { env } from "#core/platform/env.ts";
import { log } from "#core/platform/log.ts";
import { makeDb } from "#db/client.ts";
import { publishSenderDomains } from "./published.ts";
import { type Sandbox, startSandbox } from "./start.ts";
import { makeMailStore } from "./store.ts";

// The sandbox as a process: where the mail of a new installation goes.
const settings = env();
const logger = log("sandbox");
const { sql, end } = makeDb(settings.databaseUrl, { max: 3, applicationName: "lettermill sandbox" });
const records = publishSenderDomains(sql);

/** The inbound listener as seen from here: in the sandbox it has an address of its own unless told otherwise. */
function inboundAddress(): { address: string; port: number } {
  const { inboundListen, sandboxBlock, sandboxSmtpPort } = settings;
  if (!inboundListen) return { address: `${sandboxBlock}.0.25`, port: sandboxSmtpPort };
  const everywhere = /^(0\.0\.0\.0|::)$/.test(inboundListen.host);
  return { address: everywhere ? "127.0.0.1" : inboundListen.host, port: inboundListen.port };
}

let sandbox: Sandbox | null = null;
const store = makeMailStore({
  sql,
  log: logger,
  answer: async (name, type) => sandbox?.resolve(name, type) ?? { code: "SERVFAIL", records: [], soa: false },
});

async function stop(code: number): Promise<never> {
  await sandbox?.stop();
  await store.stop();
  await end();
  process.exit(code);
}

try {
  sandbox = await startSandbox({
    block: settings.sandboxBlock,
    smtpPort: settings.sandboxSmtpPort,
    dnsPort: settings.sandboxDnsPort,
    httpsPort: settings.sandboxHttpsPort,
    records,
    inbound: inboundAddress(),
    appUrl: settings.appUrl,
    keepBodies: true,
    onMail: (mail) => store.add(mail),
    onLater: (action, mail) => store.noteLater(action, mail),
  });
  const { dns, smtpPort, certificate } = sandbox;
  // Receivers that want to be verified can be, as in the real network.
  await sql`update installation set sandbox_certificate = ${certificate}`;
  logger.info({ dns: `${dns.host}:${dns.port}`, smtpPort }, "the sandbox is ready");
} catch (error) {
  const { code, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  if (code !== "EADDRINUSE" && code !== "EADDRNOTAVAIL") throw error;
  logger.fatal(
    code === "EADDRINUSE"
      ? `${address}:${port} is taken: another sandbox may be running; set SANDBOX_BLOCK to another block, such as 127.54.`
      : `${address} is not an address of this machine: the sandbox needs the whole loopback network 127.0.0.0/8.`,
  );
  await stop(1);
}

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void stop(0));
