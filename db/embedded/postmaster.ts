import { execFileSync } from "node:child_process";
import { readFileSync, readlinkSync, realpathSync } from "node:fs";
import { join } from "node:path";

/** What a running server writes about itself into `postmaster.pid` (one fact a line, since PostgreSQL 10). */
export interface Postmaster {
  pid: number;
  port: number;
  status: "starting" | "stopping" | "ready" | "standby" | "unknown";
}

/** The server that owns this data folder, if its process is alive; a stale file counts as none. */
export function findPostmaster(cluster: string): Postmaster | undefined {
  const lines = readLines(join(cluster, "postmaster.pid"));
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid) || !isServerOf(pid, cluster)) return undefined;
  const status = (lines[7] ?? "").trim();
  return {
    pid,
    port: Number(lines[3]),
    status: ["starting", "stopping", "ready", "standby"].includes(status)
      ? (status as Postmaster["status"])
      : "unknown",
  };
}

/** Whether a process with this number exists (a zombie counts as gone). */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  const stat = readLines(`/proc/${pid}/stat`)[0];
  return stat === undefined || !/\) Z /.test(stat);
}

/** Process numbers are reused, above all in containers: a server stands in its data folder, others do not. */
function isServerOf(pid: number, cluster: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(cluster);
  } catch {
    try {
      return execFileSync("ps", ["-p", String(pid), "-o", "command="])
        .toString()
        .includes("postgres");
    } catch {
      return false;
    }
  }
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, "utf8").split("\n");
  } catch {
    return [];
  }
}
