import { EventEmitter } from "node:events";
import { join } from "node:path";
import { Logger, type Runner, run, type TaskList, type WorkerEvents } from "graphile-worker";
import pg from "pg";
import { LEASE_SECONDS } from "#core/delivery/lease.ts";
import type { Ctx } from "#core/platform/context.ts";
import { env } from "#core/platform/env.ts";
import { log } from "#core/platform/log.ts";
import { releaseStartUpMemory } from "#core/platform/memory.ts";
import { makeDb } from "#db/client.ts";
import { crontab } from "./crontab.ts";
import { Engine } from "./delivery/engine.ts";
import { laneTasks, otherTasks } from "./tasks/index.ts";
import { finishTask } from "./tasks/sweep-campaigns.ts";
import { RestoreWatch } from "./watch-restore.ts";

// A worker process: lanes and jobs. Start as many as there are cores, on as many machines as you like.

/** Lanes that one process runs at the same time. */
const LANES_AT_ONCE = 100;
const JOBS_AT_ONCE = 4;
/** New jobs are announced; polling is for what was missed and what lies in the future. */
const LANE_POLL_MS = 5_000;
const JOB_POLL_MS = 1_000;
const FINISH_EVERY_MS = 3_000;
/** Jobs may end for so long at the end; then they are given back. */
const JOBS_END_MS = 20_000;

const settings = env();
const logger = log("worker");
const main = makeDb(settings.databaseUrl, { max: 4, applicationName: "lettermill worker" });
/** Statements of lanes take milliseconds. One without an answer for so long has none to come; it is asked again. */
const graceMs = 3_000;
/** A process that stands still amid a transaction must not hold the others up for longer than its lease. */
const patient = { graceMs, idleInTransactionMs: LEASE_SECONDS * 1_000 };
const lanesDb = makeDb(settings.databaseUrl, { max: 6, applicationName: "lettermill lanes", ...patient });
const lease = makeDb(settings.databaseUrl, { max: 1, applicationName: "lettermill lease", ...patient });
const facts = makeDb(settings.databaseUrl, { max: 1, applicationName: "lettermill facts", ...patient });
const ctx: Ctx = {
  db: main.db,
  now: () => new Date(),
  actor: { kind: "system" },
  settings: { appUrl: settings.appUrl, secret: settings.appSecret },
};
const engine = new Engine({
  db: lanesDb.db,
  sql: lanesDb.sql,
  leaseSql: lease.sql,
  factsSql: facts.sql,
  env: settings,
});

const pool = new pg.Pool({
  connectionString: settings.databaseUrl,
  max: 8,
  application_name: "lettermill jobs",
  options: "-c jit=off",
});
pool.on("error", (error) => logger.warn({ err: error }, "a connection of the job queue broke"));
pool.on("connect", (client) => client.on("error", () => {}));

const graphileIds: string[] = [];
const jobLogger = new Logger(() => (level, message, meta) => {
  if (level === "error") logger.error({ meta }, message);
  // It would like a connection per lane; lanes use those of the engine.
  else if (level === "warning" && !message.includes("maxPoolSize")) logger.warn({ meta }, message);
  else logger.debug({ meta }, message);
});

function startRunner(
  taskList: TaskList,
  options: { concurrency: number; pollInterval: number; crontab?: string },
): Promise<Runner> {
  const events: WorkerEvents = new EventEmitter();
  events.on("pool:create", ({ workerPool }) => graphileIds.push(workerPool.id));
  events.on("worker:create", ({ worker }) => graphileIds.push(worker.workerId));
  return run({
    pgPool: pool,
    taskList,
    ...options,
    noHandleSignals: true,
    logger: jobLogger,
    events,
    // With delays, a finished job can stay locked when the process stops, and would run again after four hours.
    preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
  });
}

let isStopping = false;
const restores = new RestoreWatch(ctx, join(settings.dataDir, "database-seen"));
let lanes: Runner | undefined;
let jobs: Runner | undefined;
let finishing: NodeJS.Timeout | undefined;

async function start(): Promise<void> {
  await restores.start();
  await engine.start();
  lanes = await startRunner(laneTasks(engine, ctx), {
    concurrency: LANES_AT_ONCE,
    pollInterval: LANE_POLL_MS,
  });
  jobs = await startRunner(otherTasks(ctx, main.sql), {
    concurrency: JOBS_AT_ONCE,
    pollInterval: JOB_POLL_MS,
    crontab,
  });
  await engine.membership.setGraphileIds(graphileIds);
  finishing = setInterval(() => {
    finishTask(ctx).catch((error) => logger.warn({ err: error }, "could not look for finished campaigns"));
  }, FINISH_EVERY_MS);
  releaseStartUpMemory();
  logger.info({ workerId: engine.workerId }, "the worker is ready");
}

async function stop(): Promise<void> {
  logger.info("stopping");
  await started.catch(() => {});
  clearInterval(finishing);
  restores.stop();
  const jobsEnd = Promise.race([jobs?.stop(), new Promise((done) => setTimeout(done, JOBS_END_MS).unref())]);
  await Promise.all([engine.drain(), lanes?.stop(), jobsEnd]);
  await Promise.allSettled([pool.end(), main.end(), lanesDb.end(), lease.end(), facts.end()]);
  logger.info("stopped");
}

// Before the first lane begins: ended without a word, its mails in flight would go twice.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    if (isStopping) return;
    isStopping = true;
    stop().then(
      () => process.exit(0),
      (error) => {
        logger.error({ err: error }, "could not stop cleanly");
        process.exit(1);
      },
    );
  });
}

const started = start();
await started.catch(async (error) => {
  if (isStopping) return;
  logger.error({ err: error }, "could not start");
  isStopping = true;
  if (engine.workerId > 0) await stop().catch(() => {});
  process.exit(1);
});
