import { type ChildProcess, fork, spawn } from "node:child_process";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launchCampaign } from "#core/campaign/launch.ts";
import { makeDns } from "#core/domain/dns.ts";
import { resolveDomains } from "#core/domain/resolve.ts";
import { generateDkimKey } from "#core/mail/dkim/key.ts";
import type { Ctx } from "#core/platform/context.ts";
import { encryptSecret } from "#core/platform/secrets.ts";
import { dkimPurpose } from "#core/sender/rules.ts";
import { type Db, makeDb, type Sql } from "#db/client.ts";
import { type EmbeddedPostgresOptions, startEmbeddedPostgres } from "#db/embedded/postgres.ts";
import { migrate } from "#db/migrate.ts";
import { startUndertaker } from "#db/testing/undertaker.ts";
import { type BehaviourOverrides, behavioursOf } from "#worker/sandbox/behaviours.ts";
import { DEFAULT_SEED } from "#worker/sandbox/start.ts";
import type { MailRecord, Violation, ViolationKind } from "#worker/sandbox/types.ts";
import { makeWorld } from "#worker/sandbox/world.ts";

const SECRET = "fault-secret-fault-secret-fault-secret";
export const SENDER_DOMAIN = "nordkai.example";
const MAIL = `<p>Hello {{ first_name | default: "friend" }},</p><p><a href="https://nordkai.example/roast">The new roast</a> is here.</p>
<p><a href="{{ unsubscribe_url }}">Unsubscribe</a></p>`;

export type ReceiverStats = {
  open: number;
  violationCounts: Partial<Record<ViolationKind, number>>;
  violations: Violation[];
};

/** A PostgreSQL, receivers and workers, each a process of its own that can be killed. */
export type FaultWorld = {
  url: string;
  db: Db;
  sql: Sql;
  publicKey: string;
  workers: ChildProcess[];
  startWorkers(n: number): Promise<void>;
  /** Restarts PostgreSQL as a crash would: no checkpoint, no goodbye. */
  crashPostgres(): Promise<void>;
  /** Starts it where it does not run, as `up` does. */
  startPostgres(): Promise<void>;
  launch(addresses: readonly string[]): Promise<number>;
  /** Mails that the receivers took, copies included. */
  taken(): Promise<number>;
  stats(): Promise<ReceiverStats>;
  log(): Promise<MailRecord[]>;
  /** Whole messages as they came. */
  sample(): Promise<Buffer[]>;
  stop(): Promise<void>;
};

export async function faultWorld(options: {
  block: string;
  world?: "natural" | "quiet";
  behaviours?: BehaviourOverrides;
  sources: number;
  /** Where PostgreSQL keeps its files, and how it is set. */
  postgres?: EmbeddedPostgresOptions;
}): Promise<FaultWorld> {
  const key = await generateDkimKey();
  const folder = options.postgres?.dataDir ?? (await mkdtemp(join(tmpdir(), "lettermill-faults-")));
  // PostgreSQL's own user passes through.
  await chmod(folder, 0o711);
  const undertaker = startUndertaker();
  const begin = async () => {
    const server = await startEmbeddedPostgres({ ...options.postgres, dataDir: folder });
    undertaker.careFor({ pid: server.pid, signal: "SIGQUIT" });
    undertaker.careForFolders([folder, server.dataDir]);
    return server;
  };
  let postgres = await begin();
  const startPostgres = async () => {
    const { url } = postgres;
    postgres = await begin();
    if (postgres.url !== url) throw new Error("PostgreSQL came back at another address");
  };
  const receiver = startReceiver({
    block: options.block,
    world: options.world ?? "quiet",
    behaviours: options.behaviours,
    published: { [`lm1._domainkey.${SENDER_DOMAIN}`]: `v=DKIM1; k=rsa; p=${key.publicKeyBase64}` },
  });
  const network = (await receiver.first) as {
    dns: { host: string; port: number };
    smtpPort: number;
    certificate: string;
  };
  await migrate(postgres.url);
  const { db, sql, end } = makeDb(postgres.url, { max: 3, applicationName: "faults" });
  const settings = { appUrl: "https://news.example.com", secret: SECRET };
  const ctx: Ctx = { db, now: () => new Date(), actor: { kind: "system" }, settings };
  await sql`update installation set sandbox_certificate = ${network.certificate}`;
  const house = await seed(sql, options, key);
  const workers: ChildProcess[] = [];
  return {
    url: postgres.url,
    db,
    sql,
    publicKey: key.publicKeyBase64,
    workers,
    async startWorkers(n) {
      const from = workers.length;
      for (let i = 0; i < n; i++) workers.push(startWorker(postgres.url, network, folder));
      for (const worker of workers.slice(from)) undertaker.careForChild(worker);
      const pids = workers.slice(from).map((worker) => worker.pid ?? 0);
      await until(
        async () =>
          (await sql`select 1 from workers where pid = any(${pids}::int[]) and graphile_ids <> '{}'`)
            .length === n,
        60_000,
      );
    },
    async crashPostgres() {
      process.kill(postgres.pid, "SIGQUIT");
      await until(() => !isAlive(postgres.pid), 30_000);
      undertaker.forget(postgres.pid);
      await startPostgres();
    },
    startPostgres,
    launch: (addresses) => launch(ctx, sql, house, network.dns, addresses),
    taken: () => receiver.ask("taken") as Promise<number>,
    stats: () => receiver.ask("stats") as Promise<ReceiverStats>,
    log: () => receiver.ask("log") as Promise<MailRecord[]>,
    sample: async () => ((await receiver.ask("sample")) as string[]).map((one) => Buffer.from(one, "base64")),
    async stop() {
      for (const worker of workers) worker.kill("SIGKILL");
      receiver.stop();
      await end();
      await postgres.stop();
      for (const one of [folder, postgres.dataDir]) await rm(one, { recursive: true, force: true });
      undertaker.dismiss();
    },
  };
}

function startReceiver(options: object) {
  const child = fork(new URL("./receiver.ts", import.meta.url), [JSON.stringify(options)], {
    serialization: "advanced",
    execArgv: [],
  });
  const waiting = new Map<number, (answer: unknown) => void>();
  let n = 0;
  const first = new Promise<unknown>((done, fail) => {
    waiting.set(0, done);
    child.once("exit", (code) => fail(new Error(`the receivers ended with ${code}`)));
  });
  child.on("message", (message: { n: number; answer: unknown }) => {
    waiting.get(message.n)?.(message.answer);
    waiting.delete(message.n);
  });
  return {
    first,
    ask: (ask: string) =>
      new Promise<unknown>((done) => {
        n += 1;
        waiting.set(n, done);
        child.send({ n, ask });
      }),
    stop: () => child.connected && child.disconnect(),
  };
}

function startWorker(
  url: string,
  network: { dns: { host: string; port: number }; smtpPort: number },
  folder: string,
): ChildProcess {
  return spawn(process.execPath, ["worker/main.ts"], {
    stdio: ["ignore", process.env.FAULTS_LOG ? "inherit" : "ignore", "inherit"],
    env: {
      PATH: process.env.PATH,
      NODE_ENV: "production",
      LOG_LEVEL: process.env.FAULTS_LOG ?? "silent",
      DATABASE_URL: url,
      DATA_DIR: folder,
      APP_URL: "https://news.example.com",
      APP_SECRET: SECRET,
      NETWORK: "sandbox",
      DNS_SERVERS: `${network.dns.host}:${network.dns.port}`,
      SMTP_PORT: String(network.smtpPort),
    },
  });
}

type House = { workspaceId: number; senderId: number };

async function seed(
  sql: Sql,
  options: { block: string; sources: number },
  key: { privateKeyPem: string; publicKeyBase64: string },
): Promise<House> {
  const [workspace] = await sql`insert into workspaces (slug, name, postal_address)
    values ('faults', 'Nordkai', ${"Nordkai GmbH\nKai 1\n20457 Hamburg"}) returning id`;
  const workspaceId = Number(workspace?.id);
  const [domain] =
    await sql`insert into sender_domains (workspace_id, name, dkim_selector, dkim_private_key, dkim_public_key)
    values (${workspaceId}, ${SENDER_DOMAIN}, 'lm1', '', ${key.publicKeyBase64}) returning id`;
  const domainId = Number(domain?.id);
  const sealed = encryptSecret(SECRET, dkimPurpose(domainId), key.privateKeyPem);
  await sql`update sender_domains set dkim_private_key = ${sealed} where id = ${domainId}`;
  const [sender] = await sql`insert into senders (workspace_id, sender_domain_id, name, address)
    values (${workspaceId}, ${domainId}, 'Nordkai Kaffee', ${`news@${SENDER_DOMAIN}`}) returning id`;
  for (let i = 1; i <= options.sources; i++) {
    await sql`with s as (insert into sources (name, kind, ip, helo_name)
        values (${`Source ${i}`}, 'ip', ${`${options.block}.200.${i}`}, ${`out${i}.${SENDER_DOMAIN}`}) returning id)
      insert into pool_sources (pool_id, source_id) select p.id, s.id from s, pools p where p.is_default`;
  }
  return { workspaceId, senderId: Number(sender?.id) };
}

async function launch(
  ctx: Ctx,
  sql: Sql,
  house: House,
  dns: { host: string; port: number },
  addresses: readonly string[],
): Promise<number> {
  const [list] =
    await sql`insert into lists (workspace_id, name) values (${house.workspaceId}, ${`List ${addresses[0]}`}) returning id`;
  await sql`with s as (insert into subscribers (workspace_id, address, address_key, domain)
      select ${house.workspaceId}, a, lower(a), split_part(a, '@', 2) from unnest(${addresses as string[]}::text[]) a returning id)
    insert into subscriptions (subscriber_id, list_id, workspace_id, status, confirmed_at)
    select id, ${list?.id}, ${house.workspaceId}, 'confirmed', now() from s`;
  await sql`insert into domains (name, status) select distinct domain, 'unknown' from subscribers on conflict do nothing`;
  await sql`analyze`;
  const asker = makeDns([dns]);
  while ((await resolveDomains(ctx, { stale: true }, asker)).more);
  const audience = { include: { lists: [list?.id], segments: [] }, exclude: { lists: [], segments: [] } };
  const [campaign] =
    await sql`insert into campaigns (workspace_id, name, subject, sender_id, format, html, audience, state)
    values (${house.workspaceId}, ${`To ${addresses[0]}`}, 'The new roast', ${house.senderId}, 'html', ${MAIL}, ${sql.json(audience)}, 'draft')
    returning id, revision`;
  const campaignId = Number(campaign?.id);
  const launched = await launchCampaign(ctx, { campaignId, revision: Number(campaign?.revision) });
  if (!launched.ok) throw new Error(launched.reason);
  return campaignId;
}

/**
 * Of the names `<name>0.example`, `<name>1.example`, … those with a server of their own in the sandbox's world: hosts
 * that many share, or that count connections a minute, would keep a run waiting.
 */
export function domainsWithServers(name: string, n: number, block: string): string[] {
  const world = makeWorld({ block, seed: DEFAULT_SEED, shares: behavioursOf("quiet").shares });
  return Array.from({ length: n }, (_, i) => `${name}${i}.example`).filter((domain) => {
    const place = world.place(domain);
    return place.kind === "mail" && place.provider === "small";
  });
}

/** Numbers in [0, 1) from a seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Waits until `done` says yes; a refused connection counts as no. */
export async function until(
  done: () => Promise<boolean> | boolean,
  ms: number,
  say = () => "",
): Promise<void> {
  const end = performance.now() + ms;
  for (;;) {
    let error: unknown;
    try {
      if (await done()) return;
    } catch (thrown) {
      error = thrown;
    }
    if (performance.now() > end) throw new Error(`waited ${ms} ms in vain. ${say()} ${error ?? ""}`);
    await new Promise((next) => setTimeout(next, 10));
  }
}

/** Again where the database is away. */
export async function retried<T>(work: () => Promise<T>): Promise<T> {
  let result: T | undefined;
  await until(async () => {
    result = await work();
    return true;
  }, 60_000);
  return result as T;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
