/**
 * `npm run bench:delivery`: a campaign through the real launch, worker processes, ledger and SMTP, beside a plain
 * pooled nodemailer loop sending the same mail to the same receiver. Last line is JSON.
 *
 * Recipients are spread over big sites (2,000 recipients and more), because a lane to any receiver is limited to 100
 * messages a second and ten connections: the engine's limits stay on, there are just enough lanes.
 *
 * `--latency 50`: one lane, to Gmail, with so many ms a round trip; how close it comes to what its connections allow.
 * `--recipients 1000000 --domains 20000`: a big campaign by four addresses over TLS, start to end; half of those domains
 * are at Google, Microsoft 365 and other hosts of many, half have a server of their own.
 */
import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { launchCampaign } from "#core/campaign/launch.ts";
import { makeDns } from "#core/domain/dns.ts";
import { resolveDomains } from "#core/domain/resolve.ts";
import { generateDkimKey } from "#core/mail/dkim/key.ts";
import { bucketKind, bucketName, limitsFor } from "#core/mail/provider/bucket.ts";
import type { Ctx } from "#core/platform/context.ts";
import { makeDb, type Sql } from "#db/client.ts";
import { startEmbeddedPostgres } from "#db/embedded/postgres.ts";
import { migrate } from "#db/migrate.ts";
import { behavioursOf } from "#worker/sandbox/behaviours.ts";
import { DEFAULT_SEED } from "#worker/sandbox/start.ts";
import { makeWorld } from "#worker/sandbox/world.ts";
import { bodyHtml, SUBJECT } from "./delivery-mail.ts";
import { bigSites, type House, SENDER_DOMAIN, seed, smallSites } from "./delivery-seed.ts";
import { cpuMicros, familyCpuMicros, peakRss, rss, signatureMicros } from "./process-cost.ts";

const { values: flags } = parseArgs({
  options: { latency: { type: "string" }, recipients: { type: "string" }, domains: { type: "string" } },
});
/** Milliseconds of a round trip; 0: as fast as the machine is. */
const LATENCY_MS = Number(flags.latency ?? 0);
/** So many domains, as the sandbox's world places them, instead of big sites. */
const DOMAINS = Number(flags.domains ?? 0);
const IS_PLAIN = LATENCY_MS === 0 && DOMAINS === 0;
const RECIPIENTS = Number(
  flags.recipients ?? process.env.BENCH_RECIPIENTS ?? (LATENCY_MS > 0 ? 4_000 : 60_000),
);
const SITES = Number(process.env.BENCH_SITES ?? 24);
/** Who sends a million at once has several addresses; what receivers allow, they allow each. */
const SOURCES = Number(process.env.BENCH_SOURCES ?? (DOMAINS > 0 ? 4 : 1));
/** Google and others take no mail without. */
const WITH_TLS = LATENCY_MS > 0 || DOMAINS > 0 || process.env.BENCH_TLS === "1";
const POOL_MAILS = Number(process.env.BENCH_POOL_MAILS ?? (IS_PLAIN ? 4_000 : 0));
const BLOCK = process.env.BENCH_BLOCK ?? "127.95";
/** A long run says where it stands. */
const SAY_EVERY_MS = 15_000;
const SECRET = "bench-secret-bench-secret-bench-secret";

type Run = {
  processes: number;
  perSecond: number;
  cpuMicros: number;
  peakRssMb: number;
  /** Of the biggest process, at a quarter, half and the end of the way. */
  rssMb: [number, number, number];
  postgresMicros: number;
};

const dataDir = join(tmpdir(), `lettermill-bench-delivery-${process.pid}`);
const postgres = await startEmbeddedPostgres({ dataDir, log: () => {} });
const receiver = fork(new URL("./delivery-receiver.ts", import.meta.url), [
  BLOCK,
  String(LATENCY_MS),
  WITH_TLS ? "tls" : "plain",
]);
const workers: ChildProcess[] = [];
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void cleanUp().finally(() => process.exit(1)));
}
const runs: Run[] = [];
let pool = { perSecond: 0, cpuMicros: 0 };
try {
  const [network] = (await once(receiver, "message")) as [
    { dns: { host: string; port: number }; smtpPort: number; certificate: string },
  ];
  await migrate(postgres.url);
  const { db, sql, end } = makeDb(postgres.url, { max: 4, applicationName: "bench" });
  const ctx: Ctx = {
    db,
    now: () => new Date(),
    actor: { kind: "system" },
    settings: { appUrl: "https://news.example.com", secret: SECRET },
  };
  const key = await generateDkimKey();
  // Gmail's policy (MTA-STS) wants to be kept here too.
  await sql`update installation set sandbox_certificate = ${network.certificate}`;
  const domains = LATENCY_MS > 0 ? ["gmail.com"] : DOMAINS > 0 ? smallSites(DOMAINS) : bigSites(SITES, BLOCK);
  const of = { block: BLOCK, sources: SOURCES, recipients: RECIPIENTS, domains, secret: SECRET };
  const house = await seed(sql, of, key);
  const dns = makeDns([network.dns]);
  while ((await resolveDomains(ctx, { stale: true }, dns)).more);
  const counts = process.env.BENCH_PROCESSES
    ? process.env.BENCH_PROCESSES.split(",").map(Number)
    : IS_PLAIN
      ? [...new Set([1, availableParallelism()])]
      : [LATENCY_MS > 0 ? 1 : availableParallelism()];
  for (const processes of counts) runs.push(await runWith(ctx, sql, house, network, processes));
  if (POOL_MAILS > 0) pool = await runPool(network.smtpPort, key.privateKeyPem);
  await end();
} finally {
  await cleanUp();
}
report();

async function cleanUp(): Promise<void> {
  for (const worker of workers) worker.kill("SIGKILL");
  if (receiver.connected) receiver.disconnect();
  await postgres.stop();
  for (const folder of [dataDir, postgres.dataDir]) await rm(folder, { recursive: true, force: true });
}

async function runWith(
  ctx: Ctx,
  sql: Sql,
  house: House,
  network: { dns: { host: string; port: number }; smtpPort: number },
  processes: number,
): Promise<Run> {
  const [campaign] =
    await sql`insert into campaigns (workspace_id, name, subject, preheader, sender_id, format, html, audience, state)
    values (${house.workspaceId}, 'Friday Roast', ${SUBJECT}, 'Slower this year', ${house.senderId}, 'html', ${bodyHtml()},
      ${sql.json({ include: { lists: [house.listId], segments: [] }, exclude: { lists: [], segments: [] } })}, 'draft') returning id, revision`;
  const campaignId = Number(campaign?.id);
  for (let i = 0; i < processes; i++) workers.push(startWorker(network));
  while ((await sql`select 1 from workers where graphile_ids <> '{}'`).length < processes) await pause(50);
  const froze = performance.now();
  const launched = await launchCampaign(ctx, { campaignId, revision: Number(campaign?.revision) });
  if (!launched.ok) throw new Error(launched.reason);
  console.error(`frozen in ${((performance.now() - froze) / 1_000).toFixed(1)} s; from then on it counts`);
  const before = workers.map((worker) => cpuMicros(worker.pid ?? 0));
  const postgresBefore = familyCpuMicros(postgres.pid);
  const started = performance.now();
  let peakRssMb = 0;
  let saidAt = started;
  const rssMb: [number, number, number] = [0, 0, 0];
  for (;;) {
    await pause(100);
    const [left] =
      await sql`select sum(n)::int as n from rollups where campaign_id = ${campaignId} and state in ('w', 'd')`;
    peakRssMb = Math.max(peakRssMb, ...workers.map((worker) => peakRss(worker.pid ?? 0)));
    const done = 1 - Number(left?.n) / RECIPIENTS;
    if (performance.now() > saidAt + SAY_EVERY_MS) {
      saidAt = performance.now();
      console.error(`${Math.round((saidAt - started) / 1_000)} s: ${await whatIsLeft(sql, campaignId)}`);
    }
    const now = Math.max(...workers.map((worker) => rss(worker.pid ?? 0)));
    for (const [i, share] of [0.25, 0.5, 1].entries()) if (done >= share) rssMb[i] ||= now;
    if (Number(left?.n) === 0) break;
    if (performance.now() - started > Math.max(600_000, RECIPIENTS * 5))
      throw new Error(`still waiting for ${left?.n} of ${RECIPIENTS}`);
  }
  const seconds = (performance.now() - started) / 1_000;
  const used = workers.reduce((sum, worker, i) => sum + cpuMicros(worker.pid ?? 0) - (before[i] ?? 0), 0);
  const postgresUsed = familyCpuMicros(postgres.pid) - postgresBefore;
  const states =
    await sql`select state, count(*)::int as n from deliveries where campaign_id = ${campaignId} group by state`;
  const accepted = Number(states.find((row) => row.state === "a")?.n ?? 0);
  if (accepted !== RECIPIENTS)
    throw new Error(`accepted ${accepted} of ${RECIPIENTS}: ${JSON.stringify(states)}`);
  receiver.send("stats");
  const [stats] = (await once(receiver, "message")) as [Record<string, unknown>];
  console.error(`receiver: ${JSON.stringify(stats)}`);
  await Promise.all(workers.map((worker) => stopWorker(worker)));
  workers.length = 0;
  return {
    processes,
    perSecond: RECIPIENTS / seconds,
    cpuMicros: used / RECIPIENTS,
    peakRssMb,
    rssMb,
    postgresMicros: postgresUsed / RECIPIENTS,
  };
}

/** What waits, by the kind of receiver: which limits a long run stands at. */
async function whatIsLeft(sql: Sql, campaignId: number): Promise<string> {
  const rows = await sql<{ bucket: number; n: number }[]>`select bucket, sum(n)::int as n from rollups
    where campaign_id = ${campaignId} and state in ('w', 'd') group by bucket having sum(n) > 0`;
  const byName = new Map<string, number>();
  for (const { bucket, n } of rows) {
    const name = { provider: bucketName(bucket), shard: "small sites", site: "big sites" }[
      bucketKind(bucket)
    ];
    byName.set(name, (byName.get(name) ?? 0) + n);
  }
  const deferred = await sql<{ n: number; reply: string }[]>`select count(*)::int as n, reply from deliveries
    where campaign_id = ${campaignId} and state = 'd' group by reply order by 1 desc limit 3`;
  const said = deferred.map(({ n, reply }) => `; ${n} deferred: ${reply}`);
  return [...byName].map(([name, n]) => `${name} ${n}`).join(", ") + said.join("");
}

function startWorker(network: { dns: { host: string; port: number }; smtpPort: number }): ChildProcess {
  const profiling = process.env.BENCH_PROFILE
    ? ["--cpu-prof", `--cpu-prof-dir=${process.env.BENCH_PROFILE}`]
    : [];
  return spawn(process.execPath, [...profiling, "worker/main.ts"], {
    stdio: ["ignore", "inherit", "inherit"],
    env: {
      ...process.env,
      NODE_ENV: "production",
      LOG_LEVEL: process.env.LOG_LEVEL ?? "warn",
      DATABASE_URL: postgres.url,
      DATA_DIR: dataDir,
      APP_URL: "https://news.example.com",
      APP_SECRET: SECRET,
      NETWORK: "sandbox",
      DNS_SERVERS: `${network.dns.host}:${network.dns.port}`,
      SMTP_PORT: String(network.smtpPort),
    },
  });
}

async function stopWorker(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null) throw new Error(`a worker ended by itself with ${worker.exitCode}`);
  worker.kill("SIGTERM");
  await once(worker, "exit");
}

async function runPool(port: number, privateKey: string): Promise<{ perSecond: number; cpuMicros: number }> {
  const child = fork(new URL("./delivery-pool.ts", import.meta.url));
  const host = makeWorld({
    block: BLOCK,
    seed: DEFAULT_SEED,
    shares: behavioursOf("quiet").shares,
  }).addressOf("mx01.mail.com");
  child.send({ host, port, count: POOL_MAILS, privateKey, domain: SENDER_DOMAIN });
  const [result] = (await once(child, "message")) as [{ perSecond: number; cpuMicros: number }];
  return result;
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}

/**
 * What Gmail's limits allow with this latency: five connections, 50 mails each, two round trips a mail (commands, body), and
 * five to open one (TCP, EHLO, STARTTLS, TLS, EHLO).
 */
function allowedPerSecond(): number {
  const { connections, messagesPerConnection } = limitsFor(1);
  return (connections * messagesPerConnection * 1_000) / ((2 * messagesPerConnection + 5) * LATENCY_MS);
}

function report(): void {
  const signature = signatureMicros();
  const rows = runs.map((run) => ({
    "": `${run.processes} worker process${run.processes > 1 ? "es" : ""}`,
    "messages/s": Math.round(run.perSecond),
    "CPU µs a message": Math.round(run.cpuMicros),
    "besides the signature": Math.round(run.cpuMicros - signature),
    "PostgreSQL µs": Math.round(run.postgresMicros),
    "RSS MB at 1/4, 1/2, end; peak": `${run.rssMb.map(Math.round).join(", ")}; ${Math.round(run.peakRssMb)}`,
  }));
  console.table([
    ...rows,
    {
      "": "nodemailer pool, one process",
      "messages/s": Math.round(pool.perSecond),
      "CPU µs a message": Math.round(pool.cpuMicros),
    },
  ]);
  if (LATENCY_MS > 0) {
    const [reached, allowed] = [runs[0]?.perSecond ?? 0, allowedPerSecond()];
    console.log(
      `${reached.toFixed(1)} a second of the ${allowed.toFixed(1)} that five connections allow at ${LATENCY_MS} ms: ${Math.round((100 * reached) / allowed)} %`,
    );
  }
  const one = runs.find((run) => run.processes === 1);
  const most = runs.at(-1);
  console.log(
    JSON.stringify({
      messagesPerSecond: Math.round(most?.perSecond ?? 0),
      messagesPerSecondOneProcess: Math.round(one?.perSecond ?? 0),
      poolMessagesPerSecond: Math.round(pool.perSecond),
      cpuMicrosPerMessage: Math.round(most?.cpuMicros ?? 0),
      signatureMicros: Math.round(signature),
      peakRssMb: Math.round(Math.max(0, ...runs.map((run) => run.peakRssMb))),
    }),
  );
}
