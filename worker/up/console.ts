const COLOURS = [36, 35, 34, 33, 32, 96, 95, 94];
const names = new Map<string, number>();

// Written to a file on a full disk, a line is lost; the house stands.
process.stdout.on("error", () => {});

/** Prints one line under a name: `12:30:01 worker 1   lane woken`. */
export function say(name: string, line: string): void {
  if (!names.has(name)) names.set(name, COLOURS[names.size % COLOURS.length] ?? 37);
  const time = new Date().toTimeString().slice(0, 8);
  const label = name.padEnd(9);
  process.stdout.write(
    process.stdout.isTTY
      ? `\x1b[2m${time}\x1b[0m \x1b[${names.get(name)}m${label}\x1b[0m ${line}\n`
      : `${time} ${label} ${line}\n`,
  );
}

const SHOWN_ELSEWHERE = new Set(["level", "time", "pid", "hostname", "msg", "name", "err"]);

/** A log line of ours for people; anything that is not JSON stays as it is. */
export function readable(line: string): string {
  if (!line.startsWith("{")) return line;
  let entry: Record<string, unknown>;
  try {
    entry = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return line;
  }
  const error = entry.err as { message?: string; stack?: string } | undefined;
  const rest = Object.entries(entry)
    .filter(([key]) => !SHOWN_ELSEWHERE.has(key))
    .map(([key, value]) => `${key}=${typeof value === "object" ? JSON.stringify(value) : String(value)}`);
  const level = entry.level === "info" ? "" : `${String(entry.level)}: `;
  const parts = [entry.name, `${level}${String(entry.msg ?? "")}`, ...rest, error?.stack ?? error?.message];
  return parts.filter((part) => part !== undefined && part !== "").join("  ");
}
