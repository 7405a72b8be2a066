import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream, existsSync, renameSync, statSync, type WriteStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { readable, say } from "./console.ts";

const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 30_000;
/** A child that lived this long was well; its next end starts the backoff anew. */
const HEALTHY_MS = 60_000;
const LOG_LIMIT_BYTES = 20_000_000;
/** A log on a full disk is tried again after this. */
const LOG_AGAIN_MS = 10_000;

export interface ChildPlan {
  name: string;
  /** What Node runs: a file and its arguments. */
  args: string[];
  env: NodeJS.ProcessEnv;
}

export interface Children {
  /** Starts it, and again whenever it ends. */
  keep(plan: ChildPlan): void;
  isRunning(): boolean;
  /** Runs it once, to its end. */
  runOnce(plan: ChildPlan): Promise<{ code: number | null }>;
  /** SIGTERM to those named so (all without names), SIGKILL after the patience, and waits until they are gone. */
  stop(patienceMs: number, isMeant?: (name: string) => boolean): Promise<void>;
  /** SIGKILL to all, now. */
  kill(): void;
}

interface Running {
  name: string;
  child: ChildProcess;
  gone: Promise<void>;
}

/** Looks after the processes of the house: their output, their ends, their return. */
export function makeChildren(node: string, logFolder: string): Children {
  const running = new Set<Running>();
  const timers = new Map<NodeJS.Timeout, string>();
  const stopped = new Set<string>();
  const logs = new Map<string, WriteStream>();
  /** Until when each is left alone. */
  const brokenLogs = new Map<string, number>();
  let isEnding = false;

  function launch(plan: ChildPlan): {
    child: ChildProcess;
    ended: Promise<{ code: number | null; signal: string | null }>;
  } {
    // A process group of its own: Ctrl-C in the terminal reaches only the supervisor, which ends them in order.
    const child = spawn(
      node,
      ["--import", new URL("./watch-parent.mjs", import.meta.url).href, ...plan.args],
      {
        env: { ...plan.env, SUPERVISOR_PID: String(process.pid) },
        stdio: ["pipe", "pipe", "pipe"],
        detached: true,
      },
    );
    child.stdin.on("error", () => {});
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on("line", (line) => {
        openLog(plan.name)?.write(`${line}\n`);
        if (line.trim() !== "") say(plan.name, readable(line));
      });
    }
    const ended = new Promise<{ code: number | null; signal: string | null }>((done) => {
      child.once("error", (error) => {
        say(plan.name, `cannot be started: ${error.message}`);
        done({ code: 1, signal: null });
      });
      child.once("close", (code, signal) => done({ code, signal }));
    });
    const entry: Running = { name: plan.name, child, gone: ended.then(() => undefined) };
    running.add(entry);
    void ended.then(() => running.delete(entry));
    return { child, ended };
  }

  /** Null while it cannot be written. */
  function openLog(name: string): WriteStream | null {
    const open = logs.get(name);
    if (open) return open;
    if ((brokenLogs.get(name) ?? 0) > Date.now()) return null;
    const file = join(logFolder, `${name.replaceAll(" ", "-")}.log`);
    if (existsSync(file) && statSync(file).size > LOG_LIMIT_BYTES) renameSync(file, `${file}.1`);
    const log = createWriteStream(file, { flags: "a", mode: 0o600 });
    log.on("error", (error) => {
      if (logs.get(name) !== log) return;
      say(name, `its log cannot be written, lines are left out: ${error.message}`);
      logs.delete(name);
      brokenLogs.set(name, Date.now() + LOG_AGAIN_MS);
    });
    logs.set(name, log);
    return log;
  }

  function keep(plan: ChildPlan, backoffMs = FIRST_BACKOFF_MS): void {
    const began = Date.now();
    void launch(plan).ended.then(({ code, signal }) => {
      if (isEnding || stopped.has(plan.name)) return;
      const wait = Date.now() - began > HEALTHY_MS ? FIRST_BACKOFF_MS : backoffMs;
      say(plan.name, `ended (${signal ?? `code ${code}`}); starting it again in ${wait / 1000} s`);
      const timer = setTimeout(() => {
        timers.delete(timer);
        keep(plan, Math.min(wait * 2, LONGEST_BACKOFF_MS));
      }, wait);
      timers.set(timer, plan.name);
    });
  }

  function signalTo(entry: Running, signal: NodeJS.Signals): void {
    // The whole group: some of them have helpers of their own.
    try {
      if (signal === "SIGKILL" && entry.child.pid) process.kill(-entry.child.pid, signal);
      else entry.child.kill(signal);
    } catch {
      // It has gone in between.
    }
  }

  return {
    keep,
    isRunning: () => running.size > 0,
    runOnce: async (plan) => launch(plan).ended,
    stop: async (patienceMs, isMeant = () => true) => {
      const meant = [...running].filter((entry) => isMeant(entry.name));
      for (const [timer, name] of timers) if (isMeant(name)) clearTimeout(timer);
      for (const entry of meant) {
        stopped.add(entry.name);
        signalTo(entry, "SIGTERM");
      }
      const late = setTimeout(() => {
        for (const entry of meant) {
          if (!running.has(entry)) continue;
          say(entry.name, `does not end within ${patienceMs / 1000} s; killed`);
          signalTo(entry, "SIGKILL");
        }
      }, patienceMs);
      await Promise.all(meant.map((entry) => entry.gone));
      clearTimeout(late);
    },
    kill: () => {
      isEnding = true;
      for (const timer of timers.keys()) clearTimeout(timer);
      for (const entry of running) signalTo(entry, "SIGKILL");
    },
  };
}
