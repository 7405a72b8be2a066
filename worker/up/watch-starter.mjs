// Node 20, built-ins only: used before anything is installed.
import { readFileSync } from "node:fs";

const LOOK_MS = 500;

/**
 * Calls `onGone` once when whoever started us is gone without a chance to say so: `npm run` passes SIGTERM on to its
 * shell alone, and a shell that dies tells nobody. Only under npm or our own older Node; whoever starts this file
 * directly and leaves (`nohup`, a service) means it to stay.
 * @param {() => void} onGone
 */
export function watchStarter(onGone) {
  if (!process.env.npm_lifecycle_event && !process.env.LETTERMILL_PARENT) return;
  const shell = process.ppid;
  const npm = parentOf(shell);
  const timer = setInterval(() => {
    if (process.ppid === shell && (npm === undefined || parentOf(shell) === npm)) return;
    clearInterval(timer);
    onGone();
  }, LOOK_MS);
  timer.unref();
}

/** The parent of another process, where the system tells (Linux). */
function parentOf(pid) {
  try {
    // The name in parentheses may hold anything, also spaces and parentheses.
    return Number(readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\)/s, "").trim().split(" ")[1]);
  } catch {
    return undefined;
  }
}
