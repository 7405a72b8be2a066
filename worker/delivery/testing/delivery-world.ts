import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Logger, type Runner, run } from "graphile-worker";
import { launchCampaign } from "#core/campaign/launch.ts";
import { dnsOf } from "#core/domain/dns.ts";
import { resolveDomains } from "#core/domain/resolve.ts";
import { generateDkimKey } from "#core/mail/dkim/key.ts";
import { readEnv } from "#core/platform/env.ts";
import { readNetwork } from "#core/platform/network.ts";
import { encryptSecret } from "#core/platform/secrets.ts";
import { dkimPurpose } from "#core/sender/rules.ts";
import { makeDb } from "#db/client.ts";
import { anotherDatabase, type TestDatabase } from "#db/testing/database.ts";
import {
  makeCampaign,
  makeList,
  makeSender,
  makeSource,
  makeWorkspace,
  systemCtx,
} from "#db/testing/factories.ts";
import type { BehaviourOverrides } from "#worker/sandbox/behaviours.ts";
import { type Sandbox, startSandbox } from "#worker/sandbox/start.ts";
import type { MailRecord, TakenMail } from "#worker/sandbox/types.ts";
import { laneTasks } from "../../tasks/index.ts";
import { Engine } from "../engine.ts";
import type { Timeouts } from "../smtp-types.ts";

export const TEST_SECRET = "test-secret-test-secret-test-secret";

/** A database, the sandbox's receivers, and as many engines as a test wants, all in this process. */
export type DeliveryWorld = TestDatabase & {
  sandbox: Sandbox;
  env: NodeJS.ProcessEnv;
  taken: TakenMail[];
  /** Every mail started by an engine of this process, in the order of its lane; `at` in ms of performance.now(). */
  starts: { laneId: number; campaignId: number; domain: string; at: number }[];
  workspaceId: number;
  senderId: number;
  /** People with these addresses, confirmed on the list; launches a campaign to all of them. */
  launch(addresses: readonly string[], options?: { html?: string; senderId?: number }): Promise<number>;
  /** Another sender of the workspace, with a domain and a key of its own. */
  sender(): Promise<{ id: number; senderDomainId: number; domain: string }>;
  engine(): Promise<RunningEngine>;
  /** Mails of one campaign that the receivers saw, refused ones included. */
  log(): readonly MailRecord[];
  stop(): Promise<void>;
};

export type RunningEngine = { engine: Engine; drain(): Promise<void>; kill(): Promise<void> };

let key: Promise<{ privateKeyPem: string; publicKeyBase64: string }> | undefined;

export async function deliveryWorld(options: {
  block: string;
  behaviours?: BehaviourOverrides;
  sources?: number;
  /** Receivers of the test's own instead of the sandbox's. */
  network?: { dns: { host: string; port: number }; smtpPort: number };
  /** Of its engines, ms; seconds unless said. */
  timeouts?: Partial<Timeouts>;
}): Promise<DeliveryWorld> {
  const t = await anotherDatabase();
  const taken: TakenMail[] = [];
  const starts: DeliveryWorld["starts"] = [];
  const sandbox = await startSandbox({
    block: options.block,
    smtpPort: 0,
    dnsPort: 0,
    world: "quiet",
    keepBodies: true,
    keepLog: Number.POSITIVE_INFINITY,
    onMail: (mail) => taken.push(mail),
    ...(options.behaviours ? { behaviours: options.behaviours } : {}),
  });
  const network = options.network ?? sandbox;
  const folder = mkdtempSync(join(tmpdir(), "lettermill-delivery-"));
  const env = {
    NODE_ENV: "test",
    DATA_DIR: folder,
    DATABASE_URL: t.url,
    APP_SECRET: TEST_SECRET,
    APP_URL: "https://news.example.com",
    NETWORK: "sandbox",
    DNS_SERVERS: `${network.dns.host}:${network.dns.port}`,
    SMTP_PORT: String(network.smtpPort),
    SANDBOX_HTTPS_PORT: String(sandbox.httpsPort),
  } as NodeJS.ProcessEnv;
  await t.sql`update installation set sandbox_certificate = ${sandbox.certificate}`;
  const workspace = await makeWorkspace(t.db);
  const makeSigner = async () => {
    key ??= generateDkimKey();
    const { publicKeyBase64, privateKeyPem } = await key;
    const made = await makeSender(t.db, workspace.id, { publicKey: publicKeyBase64 });
    const sealed = encryptSecret(TEST_SECRET, dkimPurpose(made.senderDomainId), privateKeyPem);
    await t.sql`update sender_domains set dkim_private_key = ${sealed} where id = ${made.senderDomainId}`;
    return made;
  };
  const sender = await makeSigner();
  for (let i = 1; i <= (options.sources ?? 1); i++) await makeSource(t.db, { ip: `${options.block}.1.${i}` });
  const engines = new Set<RunningEngine>();
  const world: DeliveryWorld = {
    ...t,
    sandbox,
    env,
    taken,
    starts,
    workspaceId: workspace.id,
    senderId: sender.id,
    log: () => sandbox.log,
    sender: makeSigner,
    async launch(addresses, { html, senderId } = {}) {
      const list = await makeList(t.db, workspace.id);
      await t.sql`with s as (
          insert into subscribers (workspace_id, address, address_key, domain)
          select ${workspace.id}, a, lower(a), lower(split_part(a, '@', 2)) from unnest(${addresses as string[]}::text[]) a
          on conflict (workspace_id, address_key) do update set updated_at = now() returning id)
        insert into subscriptions (subscriber_id, list_id, workspace_id, status) select id, ${list.id}, ${workspace.id}, 'confirmed' from s
        on conflict do nothing`;
      const ctx = systemCtx(t.db);
      // By name: the worker's own job may be asking about some of them, and they would be frozen as unknown.
      const names = [...new Set(addresses.map((address) => address.split("@")[1]?.toLowerCase() ?? ""))];
      await resolveDomains(ctx, { names }, dnsOf(await readNetwork(t.db, readEnv(env))));
      const campaign = await makeCampaign(t.db, workspace.id, {
        senderId: senderId ?? sender.id,
        audience: { include: { lists: [list.id], segments: [] }, exclude: { lists: [], segments: [] } },
        ...(html ? { html } : {}),
      });
      const launched = await launchCampaign(ctx, { campaignId: campaign.id, revision: campaign.revision });
      if (!launched.ok) throw new Error(launched.reason);
      return campaign.id;
    },
    async engine() {
      const running = await startEngine(t.url, env, starts, options.timeouts);
      engines.add(running);
      return running;
    },
    async stop() {
      for (const one of engines) await one.drain();
      await sandbox.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return world;
}

async function startEngine(
  url: string,
  env: NodeJS.ProcessEnv,
  starts: DeliveryWorld["starts"],
  timeouts: Partial<Timeouts> = {},
): Promise<RunningEngine> {
  const main = makeDb(url, { max: 4, applicationName: "engine" });
  const lease = makeDb(url, { max: 1, applicationName: "lease" });
  const facts = makeDb(url, { max: 1, applicationName: "facts" });
  const engine = new Engine({
    db: main.db,
    sql: main.sql,
    leaseSql: lease.sql,
    factsSql: facts.sql,
    env: readEnv(env),
    onStart: (laneId, { campaignId, domain }) =>
      starts.push({ laneId, campaignId, domain, at: performance.now() }),
    timeouts: {
      connect: 2_000,
      greeting: 2_000,
      hello: 2_000,
      mail: 5_000,
      data: 5_000,
      block: 5_000,
      dot: 5_000,
      ...timeouts,
    },
  });
  await engine.start();
  const runner: Runner = await run({
    connectionString: url,
    taskList: laneTasks(engine, systemCtx(main.db)),
    concurrency: 40,
    maxPoolSize: 4,
    pollInterval: 500,
    noHandleSignals: true,
    logger: new Logger(() => () => {}),
    preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
  });
  let ended: Promise<void> | undefined;
  const drain = async () => {
    await Promise.all([engine.drain(), runner.stop()]);
    await Promise.all([main.end(), lease.end(), facts.end()]);
  };
  return {
    engine,
    drain: () => (ended ??= drain()),
    kill: () => (ended ??= Promise.resolve()),
  };
}

/** Waits until `done` says yes; fails with what `say` tells after `ms`. */
export async function until(
  done: () => Promise<boolean> | boolean,
  ms = 20_000,
  say = () => "",
): Promise<void> {
  const end = performance.now() + ms;
  while (!(await done())) {
    if (performance.now() > end) throw new Error(`waited ${ms} ms in vain. ${say()}`);
    await new Promise((next) => setTimeout(next, 20));
  }
}
