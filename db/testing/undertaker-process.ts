/** The undertaker itself: outlives its parent, and then ends and removes what it was told to. */

import { rmSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";

const PATIENCE_MS = 20_000;

/** What it hears. `care`: end this process when the parent is gone. `over`: it has ended. */
export type Word =
  | { care: number; signal: NodeJS.Signals }
  | { over: number }
  | { folders: readonly string[] }
  | { dismissed: true };

const processes = new Map<number, NodeJS.Signals>();
let folders: readonly string[] = [];

process.on("message", (word: Word) => {
  if ("care" in word) processes.set(word.care, word.signal);
  else if ("over" in word) processes.delete(word.over);
  else if ("folders" in word) folders = word.folders;
  else process.exit(0);
});
process.on("disconnect", async () => {
  for (const [pid, signal] of processes) reach(pid, signal);
  const end = performance.now() + PATIENCE_MS;
  // A server that is on its way out still writes.
  while ([...processes.keys()].some((pid) => reach(pid, 0)) && performance.now() < end) await wait(50);
  for (const folder of folders) {
    try {
      rmSync(folder, { recursive: true, force: true });
    } catch {
      // A disk of its own is mounted there.
    }
  }
  process.exit(0);
});
// Ctrl-C is for the run; its end is what counts here.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});

/** Whether there is such a process; signal 0 only asks. */
function reach(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
