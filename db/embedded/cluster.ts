import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { makeFallbackFolder } from "./fallback.ts";
import { canWriteFolder, type OsUser } from "./os-user.ts";

/** The database that the address leads to, made with the cluster. */
export const DATABASE = "lettermill";

/** The folder itself where PostgreSQL's user can work in it, else its stand-in under /var/tmp, which is told. */
export function prepareFolder(wanted: string, user: OsUser, log: (line: string) => void): string {
  mkdirSync(wanted, { recursive: true, mode: 0o711 });
  if (isUsable(wanted, user)) return wanted;
  const instead = join(makeFallbackFolder(`${wanted} ${keepMark(wanted)}`), "data");
  mkdirSync(instead, { recursive: true, mode: 0o711 });
  if (!isUsable(instead, user)) {
    throw new Error(
      `PostgreSQL's user can write neither to ${wanted} nor to ${instead}. Set DATABASE_URL, or DATA_DIR to a folder that everybody can enter.`,
    );
  }
  log(
    `PostgreSQL's user cannot enter ${wanted} (a folder above it is closed to others); the database lies in ${instead}.`,
  );
  return instead;
}

/** Ties the stand-in to this very folder: who deletes it and starts afresh must not meet the old data under the same path. */
function keepMark(folder: string): string {
  const file = join(folder, "mark");
  if (!existsSync(file)) writeFileSync(file, randomBytes(8).toString("hex"));
  return readFileSync(file, "utf8");
}

/** Tries what initdb will need: a folder inside, owned by that user, whose mode can be 0700 (not so on Windows drives under WSL). */
function isUsable(folder: string, user: OsUser): boolean {
  const probe = mkdtempSync(join(folder, "probe-"));
  try {
    giveTo(probe, user);
    chmodSync(probe, 0o700);
    return (statSync(probe).mode & 0o777) === 0o700 && canWriteFolder(probe, user);
  } catch {
    return false;
  } finally {
    rmSync(probe, { recursive: true, force: true });
  }
}

function giveTo(path: string, user: OsUser): void {
  if (user.uid !== undefined && user.gid !== undefined) chownSync(path, user.uid, user.gid);
}

export interface ServerState {
  password: string;
  port?: number;
}

export function readState(dataDir: string): ServerState | undefined {
  try {
    return JSON.parse(readFileSync(join(dataDir, "server.json"), "utf8")) as ServerState;
  } catch {
    return undefined;
  }
}

export function writeState(dataDir: string, state: ServerState): void {
  const file = join(dataDir, "server.json");
  writeFileSync(`${file}.new`, JSON.stringify(state), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** initdb into a folder beside, renamed when complete, so that an interrupted first start leaves nothing half done. */
export async function createCluster(native: string, dataDir: string, user: OsUser): Promise<void> {
  const password = randomBytes(18).toString("base64url");
  const half = join(dataDir, "cluster.new");
  const secret = mkdtempSync(join(dataDir, "init-"));
  try {
    rmSync(half, { recursive: true, force: true });
    mkdirSync(half, { mode: 0o700 });
    giveTo(half, user);
    giveTo(secret, user);
    writeFileSync(join(secret, "password"), password, { mode: 0o600 });
    giveTo(join(secret, "password"), user);
    const flags = [
      "--encoding=UTF8",
      "--locale-provider=builtin",
      "--locale=C.UTF-8",
      "--auth=scram-sha-256",
      "--username=lettermill",
      "--data-checksums",
    ];
    await promisify(execFile)(
      join(native, "bin", "initdb"),
      ["-D", half, ...flags, `--pwfile=${join(secret, "password")}`],
      {
        ...user,
        cwd: "/",
        env: scrubbedEnvironment(),
      },
    );
    await createDatabase(native, half, user);
    writeState(dataDir, { password });
    renameSync(half, join(dataDir, "cluster"));
  } finally {
    rmSync(secret, { recursive: true, force: true });
  }
}

/** Single-user mode: the one moment when no server, port or password is needed. */
async function createDatabase(native: string, cluster: string, user: OsUser): Promise<void> {
  const single = promisify(execFile)(
    join(native, "bin", "postgres"),
    ["--single", "-D", cluster, "template1"],
    {
      ...user,
      cwd: "/",
      env: scrubbedEnvironment(),
    },
  );
  single.child.stdin?.end(`CREATE DATABASE ${DATABASE}\n`);
  await single;
}

/** PG* would redirect the server, and LANG=C would make SQL_ASCII databases. */
export function scrubbedEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG|LD_PRELOAD|NODE_)/.test(name));
  return Object.fromEntries(kept) as NodeJS.ProcessEnv;
}
