// Preloaded into every child: our standard input is a pipe from the supervisor, so its end is the supervisor's end,
// however it came about. Without this a `kill -9` of the supervisor would leave workers behind.
// Only for the supervisor's own children: `next dev` hands its flags on to processes whose input is closed from the start.
if (process.ppid === Number(process.env.SUPERVISOR_PID)) {
  process.stdin.on("error", () => {});
  process.stdin.on("end", () => process.kill(process.pid, "SIGTERM"));
  process.stdin.resume();
  process.stdin.unref?.();
}
