import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { prepareBinaries } from "./binaries.ts";
import {
  createCluster,
  DATABASE,
  prepareFolder,
  readState,
  scrubbedEnvironment,
  writeState,
} from "./cluster.ts";
import { findFreePort } from "./free-port.ts";
import { chooseOsUser, type OsUser } from "./os-user.ts";
import { findPostmaster, isAlive } from "./postmaster.ts";

const START_TIMEOUT_MS = 60_000;
const STALE_RETRY_MS = 10_000;
const STOP_TIMEOUT_MS = 30_000;
const POLL_MS = 20;
const LOG_LIMIT_BYTES = 10_000_000;

const SETTINGS: Record<string, string> = {
  shared_buffers: "256MB",
  max_connections: "200",
  wal_compression: "on",
  wal_buffers: "64MB",
  max_wal_size: "4GB",
  jit: "off",
  fsync: "on",
  timezone: "UTC",
  log_timezone: "UTC",
};

export interface EmbeddedPostgresOptions {
  /** A folder of ours; the server's files go to `cluster/` in it, its log to `server.log`. */
  dataDir: string;
  /** Told, in plain sentences, what takes time or differs from what was asked. */
  log?: (line: string) => void;
  /** Server settings by name, over our own. */
  settings?: Record<string, string>;
}

export interface EmbeddedPostgres {
  /** Connects as the owner to the database `lettermill`. */
  url: string;
  /** Where the data really lies: `dataDir`, or its stand-in under /var/tmp. */
  dataDir: string;
  pid: number;
  /** True if the server already ran; whoever started it may still need it. */
  adopted: boolean;
  /** Fast shutdown: ends sessions, writes a checkpoint, waits for the process to go. */
  stop(): Promise<void>;
}

/**
 * Starts a real PostgreSQL from the npm package, or adopts the one that already serves this folder.
 * Survives `kill -9` of either side: data is kept, the port and the password are remembered in `server.json`.
 * @throws an Error with a plain sentence and the end of the server's log when it does not come up
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const log = options.log ?? (() => {});
  const user = chooseOsUser();
  const dataDir = prepareFolder(resolve(options.dataDir), user, log);
  const cluster = join(dataDir, "cluster");

  const running = await waitForRunning(cluster);
  if (running) {
    const state = readState(dataDir);
    if (!state)
      throw new Error(
        `A PostgreSQL runs in ${cluster}, but ${join(dataDir, "server.json")} with its password is missing.`,
      );
    log(`Using the PostgreSQL that already runs on port ${running.port}.`);
    return handle(dataDir, running.pid, running.port, state.password, true);
  }

  const native = prepareBinaries(user, log);
  if (!existsSync(cluster)) {
    log("Creating the database's files.");
    await createCluster(native, dataDir, user);
  }
  const state = readState(dataDir);
  if (!state)
    throw new Error(`${join(dataDir, "server.json")} with the password of the database is missing.`);
  const port = await findFreePort(state.port);
  writeState(dataDir, { ...state, port });
  const started = await startServer(native, dataDir, port, user, { ...SETTINGS, ...options.settings });
  return handle(dataDir, started.pid, started.port, state.password, started.adopted);
}

function handle(
  dataDir: string,
  pid: number,
  port: number,
  password: string,
  adopted: boolean,
): EmbeddedPostgres {
  return {
    url: `postgres://lettermill:${password}@127.0.0.1:${port}/${DATABASE}`,
    dataDir,
    pid,
    adopted,
    stop: () => stopServer(pid),
  };
}

/**
 * Runs the server in a session of its own, so that Ctrl-C reaches only us and workers can finish first.
 * After `kill -9` the old server's children hold its shared memory for a moment: such a start is tried again.
 */
async function startServer(
  native: string,
  dataDir: string,
  port: number,
  user: OsUser,
  settings: Record<string, string>,
): Promise<{ pid: number; port: number; adopted: boolean }> {
  const cluster = join(dataDir, "cluster");
  const logFile = join(dataDir, "server.log");
  const own = {
    listen_addresses: "127.0.0.1",
    port: String(port),
    unix_socket_directories: "",
    logging_collector: "off",
  };
  const flags = Object.entries({ ...settings, ...own }).flatMap(([name, value]) => [
    "-c",
    `${name}=${value}`,
  ]);
  const giveUpAt = Date.now() + STALE_RETRY_MS;
  for (;;) {
    const from = rotateLog(logFile);
    const out = openSync(logFile, "a", 0o600);
    const child = spawn(join(native, "bin", "postgres"), ["-D", cluster, ...flags], {
      ...user,
      cwd: "/",
      env: scrubbedEnvironment(),
      stdio: ["ignore", out, out],
      detached: true,
    });
    closeSync(out);
    let failure: Error | undefined;
    child.once("error", (error) => {
      failure = error;
    });
    child.unref();
    if (await waitUntilReady(cluster, child.pid, () => failure !== undefined || child.exitCode !== null)) {
      return { pid: child.pid as number, port, adopted: false };
    }
    // Whoever came first serves us too.
    const other = await waitForRunning(cluster);
    if (other) return { ...other, adopted: true };
    const said = failure?.message ?? readFileSync(logFile).subarray(from).toString().trim();
    if (Date.now() > giveUpAt || !/shared memory block|lock file "postmaster.pid"/.test(said)) {
      const tail = said.split("\n").slice(-8).join("\n");
      throw new Error(`The embedded PostgreSQL did not start. Its log (${logFile}) ends:\n${tail}`);
    }
    removeForeignLock(cluster);
    await wait(200);
  }
}

/** Keeps the log of two starts at most once it is large. Returns where the next lines will begin, in bytes. */
function rotateLog(logFile: string): number {
  if (!existsSync(logFile)) return 0;
  const { size } = statSync(logFile);
  if (size < LOG_LIMIT_BYTES) return size;
  renameSync(logFile, `${logFile}.1`);
  return 0;
}

/** After a crash the number in the lock file may belong to another program by now, which PostgreSQL cannot tell. */
function removeForeignLock(cluster: string): void {
  const file = join(cluster, "postmaster.pid");
  if (!existsSync(file) || findPostmaster(cluster)) return;
  if (isAlive(Number(readFileSync(file, "utf8").split("\n")[0]))) rmSync(file, { force: true });
}

async function waitUntilReady(
  cluster: string,
  pid: number | undefined,
  hasEnded: () => boolean,
): Promise<boolean> {
  const giveUpAt = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < giveUpAt && !hasEnded()) {
    const found = findPostmaster(cluster);
    if (found && found.pid === pid && found.status === "ready") return true;
    await wait(POLL_MS);
  }
  return false;
}

/** A server found starting is waited for; one found stopping is waited out and counts as none. */
async function waitForRunning(cluster: string): Promise<{ pid: number; port: number } | undefined> {
  const giveUpAt = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < giveUpAt) {
    const found = findPostmaster(cluster);
    if (!found) return undefined;
    if (found.status === "ready") return found;
    await wait(POLL_MS);
  }
  throw new Error(
    `A PostgreSQL in ${cluster} is neither starting up nor going away. End it, or remove ${join(cluster, "postmaster.pid")}.`,
  );
}

async function stopServer(pid: number): Promise<void> {
  for (const signal of ["SIGINT", "SIGQUIT"] as const) {
    if (!isAlive(pid)) return;
    try {
      process.kill(pid, signal);
    } catch {
      return;
    }
    const giveUpAt = Date.now() + STOP_TIMEOUT_MS;
    while (isAlive(pid) && Date.now() < giveUpAt) await wait(POLL_MS);
  }
  if (isAlive(pid)) throw new Error(`The embedded PostgreSQL (process ${pid}) does not stop.`);
}
