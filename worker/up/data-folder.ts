import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isAlive } from "#db/embedded/postmaster.ts";
import { Sentence } from "./sentence.ts";

/**
 * Makes the folder for data and logs. Others may pass through, since PostgreSQL runs as another user
 * when we are root, but cannot list it; what is secret in it has mode 0600.
 */
export function makeDataFolder(folder: string): void {
  mkdirSync(join(folder, "logs"), { recursive: true });
  try {
    chmodSync(folder, 0o711);
    chmodSync(join(folder, "logs"), 0o700);
  } catch {
    // Given by somebody else, with a mode of their choice.
  }
}

/** The secret that links, sessions and stored passwords hang on: made at the first start, then kept. */
export function keepSecret(folder: string): string {
  const file = join(folder, "app-secret");
  try {
    const kept = readFileSync(file, "utf8").trim();
    if (kept.length >= 32) return kept;
    throw new Sentence(
      `${file} holds no secret of 32 or more characters. Put the right one back: signed links and stored passwords need it.`,
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  const made = randomBytes(32).toString("base64url");
  writeFileSync(file, `${made}\n`, { mode: 0o600, flag: "wx" });
  return made;
}

/** Lets the commands beside us (`npm run worker`, `migrate`) find the embedded database while it runs. */
export function publishDatabase(folder: string, url: string): () => void {
  const file = join(folder, "database-url");
  writeFileSync(file, `${url}\n`, { mode: 0o600 });
  return () => rmSync(file, { force: true });
}

/**
 * One supervisor per folder.
 * @returns how to give it back, and whether an earlier one ended without doing so
 */
export function lockFolder(folder: string): { release(): void; wasLeft: boolean } {
  const file = join(folder, "up.pid");
  const other = readPid(file);
  if (other !== undefined && other !== process.pid && isSupervisor(other)) {
    throw new Sentence(
      `Lettermill already runs from this folder (process ${other}). End that one first, or set DATA_DIR and PORT to start a second.`,
    );
  }
  writeFileSync(file, String(process.pid));
  return { release: () => rmSync(file, { force: true }), wasLeft: other !== undefined };
}

function readPid(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, "utf8"));
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** Process numbers are reused; where the command line can be read, it has to be ours. */
function isSupervisor(pid: number): boolean {
  if (!isAlive(pid)) return false;
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("up.mjs");
  } catch {
    return true;
  }
}
