/** What processes cost: their time on the CPU and their memory, as Linux counts them. */

import { generateKeyPairSync, sign } from "node:crypto";
import { readFileSync } from "node:fs";

/** User and system time of a process, µs. Linux only. */
export function cpuMicros(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

/** A process and all its children, ended ones included, µs. Linux only. */
export function familyCpuMicros(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  const ended = (Number(fields[13]) + Number(fields[14])) * 10_000;
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
  return children.filter(Boolean).reduce((sum, child) => {
    try {
      return sum + cpuMicros(Number(child));
    } catch {
      return sum;
    }
  }, ended + cpuMicros(pid));
}

/** The most it ever had in memory, MB. */
export function peakRss(pid: number): number {
  return memory(pid, /VmHWM:\s+(\d+)/);
}

/** What it has in memory now, MB. */
export function rss(pid: number): number {
  return memory(pid, /VmRSS:\s+(\d+)/);
}

function memory(pid: number, line: RegExp): number {
  return Number(line.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
}

/** What one RSA-2048 signature costs on this machine now, CPU µs: the wall that no engine gets over. */
export function signatureMicros(): number {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  const data = Buffer.alloc(600, "header");
  for (let i = 0; i < 200; i++) sign("sha256", data, privateKey);
  const before = process.cpuUsage();
  for (let i = 0; i < 2_000; i++) sign("sha256", data, privateKey);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 2_000;
}
