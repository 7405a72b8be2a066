import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { z } from "zod";

/** Every mistake in the environment at once, one plain sentence each. */
export class EnvError extends Error {
  override name = "EnvError";
  readonly sentences: string[];
  constructor(sentences: string[]) {
    super(sentences.join("\n"));
    this.sentences = sentences;
  }
}

export interface HostPort {
  host: string;
  port: number;
}

export type Env = ReturnType<typeof readEnv>;

/** A text variable; an empty one counts as not set, as `.env` files leave them. */
const text = z.preprocess(
  (value) => (typeof value === "string" && value.trim() === "" ? undefined : value),
  z.string().trim().optional(),
);

function number(name: string, least: number, most: number) {
  return text.transform((value, ctx) => {
    if (value === undefined) return undefined;
    const parsed = Number(value);
    if (/^\d+$/.test(value) && parsed >= least && parsed <= most) return parsed;
    ctx.addIssue(`${name} must be a whole number from ${least} to ${most}, not "${value}".`);
    return z.NEVER;
  });
}

function choice<const T extends string>(name: string, values: readonly T[]) {
  return text.transform((value, ctx) => {
    if (value === undefined) return undefined;
    const found = values.find((one) => one === value);
    if (found) return found;
    ctx.addIssue(`${name} must be one of ${values.join(", ")}, not "${value}".`);
    return z.NEVER;
  });
}

const port = (name: string) => number(name, 1, 65_535);

const databaseUrl = text.transform((value, ctx) => {
  if (value === undefined) {
    ctx.addIssue(
      "DATABASE_URL is not set: give postgres://user:password@host/database, or start with `npm run up`.",
    );
    return z.NEVER;
  }
  if (/^postgres(ql)?:\/\/./.test(value) && URL.canParse(value)) return value;
  ctx.addIssue("DATABASE_URL must look like postgres://user:password@host:5432/database.");
  return z.NEVER;
});

const appUrl = text.transform((value, ctx) => {
  if (value === undefined) return undefined;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const isBare =
    url &&
    /^https?:$/.test(url.protocol) &&
    url.pathname === "/" &&
    !url.search &&
    !url.hash &&
    !url.username;
  if (isBare) return url.origin;
  ctx.addIssue(`APP_URL must be an address without a path, like https://mail.example.com, not "${value}".`);
  return z.NEVER;
});

const appSecret = text.transform((value, ctx) => {
  if (value !== undefined && value.length >= 32) return value;
  ctx.addIssue(
    value === undefined
      ? "APP_SECRET is not set: `npm run up` makes one and keeps it, elsewhere give the same text of 32 or more characters on every machine."
      : `APP_SECRET must have at least 32 characters, not ${value.length}.`,
  );
  return z.NEVER;
});

const dnsServers = text.transform((value, ctx): HostPort[] | undefined => {
  const servers: HostPort[] = [];
  for (const item of value?.split(/[\s,]+/).filter(Boolean) ?? []) {
    const server = isIP(item) ? { host: item, port: 53 } : parseHostPort(item);
    if (server && isIP(server.host)) servers.push(server);
    else
      ctx.addIssue(
        `DNS_SERVERS must list IP addresses, each with a port if it is not 53 (like 127.0.0.1:5300), not "${item}".`,
      );
  }
  return servers.length > 0 ? servers : undefined;
});

/** The text of a PEM file that a variable names. */
function certificates(name: string) {
  return text.transform((value, ctx) => {
    if (value === undefined) return undefined;
    const pem = readText(value);
    if (pem?.includes("-----BEGIN CERTIFICATE-----")) return pem;
    ctx.addIssue(`${name} must name a file with certificates in PEM that can be read, not "${value}".`);
    return z.NEVER;
  });
}

function readText(path: string): string | null {
  try {
    return readFileSync(/* turbopackIgnore: true */ path, "utf8");
  } catch {
    return null;
  }
}

const inboundListen = text.transform((value, ctx) => {
  if (value === undefined) return undefined;
  const listen = parseHostPort(value);
  if (listen) return listen;
  ctx.addIssue(`INBOUND_LISTEN must be an address and a port, like 0.0.0.0:25, not "${value}".`);
  return z.NEVER;
});

const sandboxBlock = text.transform((value, ctx) => {
  const block = value ?? "127.53";
  if (/^127\.\d{1,3}$/.test(block) && isIP(`${block}.0.1`)) return block;
  ctx.addIssue(
    `SANDBOX_BLOCK must be the first two numbers of a loopback address, like 127.53, not "${block}".`,
  );
  return z.NEVER;
});

const metricsToken = text.transform((value, ctx) => {
  if (value === undefined || value.length >= 16) return value;
  ctx.addIssue(`METRICS_TOKEN must have at least 16 characters, not ${value.length}.`);
  return z.NEVER;
});

const Variables = z.object({
  NODE_ENV: choice("NODE_ENV", ["development", "production", "test"]),
  DATABASE_URL: databaseUrl,
  APP_URL: appUrl,
  APP_SECRET: appSecret,
  HOST: text,
  PORT: port("PORT"),
  LOG_LEVEL: choice("LOG_LEVEL", ["trace", "debug", "info", "warn", "error", "fatal", "silent"]),
  DNS_SERVERS: dnsServers,
  SMTP_PORT: port("SMTP_PORT"),
  SMTP_CA_FILE: certificates("SMTP_CA_FILE"),
  INBOUND_LISTEN: inboundListen,
  NETWORK: choice("NETWORK", ["sandbox", "internet"]),
  TRUSTED_PROXIES: number("TRUSTED_PROXIES", 0, 16),
  WORKER_PROCESSES: number("WORKER_PROCESSES", 1, 256),
  SANDBOX_BLOCK: sandboxBlock,
  SANDBOX_SMTP_PORT: port("SANDBOX_SMTP_PORT"),
  SANDBOX_DNS_PORT: port("SANDBOX_DNS_PORT"),
  SANDBOX_HTTPS_PORT: port("SANDBOX_HTTPS_PORT"),
  METRICS_TOKEN: metricsToken,
  DATA_DIR: text,
});

/**
 * Parses every variable once. Reads nothing but `source` and the file that SMTP_CA_FILE names.
 * @throws EnvError with a sentence for each mistake, all of them at once
 */
export function readEnv(source: NodeJS.ProcessEnv = process.env) {
  const parsed = Variables.safeParse(
    Object.fromEntries(Object.keys(Variables.shape).map((name) => [name, source[name]])),
  );
  if (!parsed.success) throw new EnvError([...new Set(parsed.error.issues.map((issue) => issue.message))]);
  const seen = parsed.data;
  if (seen.NETWORK === "internet" && !seen.APP_URL?.startsWith("https://")) {
    throw new EnvError([
      "APP_URL must be set to an https address when NETWORK is internet, because every mail links to it.",
    ]);
  }
  const webPort = seen.PORT ?? 3000;
  return {
    nodeEnv: seen.NODE_ENV ?? "development",
    databaseUrl: seen.DATABASE_URL,
    /** Origin without a slash at the end. */
    appUrl: seen.APP_URL ?? `http://localhost:${webPort}`,
    /** True if APP_URL was given rather than guessed from PORT. */
    hasAppUrl: seen.APP_URL !== undefined,
    appSecret: seen.APP_SECRET,
    host: seen.HOST,
    port: webPort,
    logLevel: seen.LOG_LEVEL ?? "info",
    dnsServers: seen.DNS_SERVERS,
    smtpPort: seen.SMTP_PORT,
    /** Certificates of authorities that receivers are signed by, besides the public ones, in PEM. */
    smtpCertificates: seen.SMTP_CA_FILE,
    inboundListen: seen.INBOUND_LISTEN,
    /** Set: wins over the database's row and locks the switch. */
    network: seen.NETWORK,
    trustedProxies: seen.TRUSTED_PROXIES ?? 0,
    workerProcesses: seen.WORKER_PROCESSES ?? availableParallelism(),
    /** First two octets of the loopback block that the sandbox lives in. */
    sandboxBlock: seen.SANDBOX_BLOCK,
    sandboxSmtpPort: seen.SANDBOX_SMTP_PORT ?? 2525,
    sandboxDnsPort: seen.SANDBOX_DNS_PORT ?? 5335,
    sandboxHttpsPort: seen.SANDBOX_HTTPS_PORT ?? 4435,
    /** Whoever has it may read `/metrics`; without one only administrators. */
    metricsToken: seen.METRICS_TOKEN,
    dataDir: seen.DATA_DIR ?? ".data",
  };
}

function parseHostPort(value: string): HostPort | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^\s:[\]]+)):(\d{1,5})$/i.exec(value);
  const host = match?.[1] ?? match?.[2];
  const portNumber = Number(match?.[3]);
  return host && portNumber > 0 && portNumber < 65_536 ? { host, port: portNumber } : undefined;
}

let memo: Env | undefined;

/**
 * This process's environment, parsed at the first call.
 * On the machine where `npm run up` runs, other commands find its secret and database in DATA_DIR.
 */
export function env(): Env {
  if (memo) return memo;
  const given = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ""));
  memo = readEnv({ ...readKept(given.DATA_DIR ?? ".data"), ...given } as NodeJS.ProcessEnv);
  return memo;
}

/** What `up` keeps for the commands beside it. */
function readKept(dataDir: string): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, file] of [
    ["APP_SECRET", "app-secret"],
    ["DATABASE_URL", "database-url"],
  ] as const) {
    try {
      kept[name] = readFileSync(join(/* turbopackIgnore: true */ dataDir, file), "utf8").trim();
    } catch {
      // Not on this machine, or not ours to read: the variable itself has to be set.
    }
  }
  return kept;
}
