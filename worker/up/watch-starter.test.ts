import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { isAlive } from "#db/embedded/postmaster.ts";

const pids: number[] = [];
const folders: string[] = [];

afterEach(() => {
  for (const pid of pids.splice(0)) if (isAlive(pid)) process.kill(pid, "SIGKILL");
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** npm, its shell and our program, as `npm run` starts them; each notes its process number. */
async function startAsNpmDoes(env: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), "lettermill-starter-"));
  folders.push(folder);
  const noted = (name: string) => join(folder, name);
  const watcher = new URL("./watch-starter.mjs", import.meta.url).href;
  writeFileSync(
    noted("program.mjs"),
    `import { writeFileSync } from "node:fs";
     import { watchStarter } from ${JSON.stringify(watcher)};
     watchStarter(() => { writeFileSync(${JSON.stringify(noted("told"))}, "gone"); process.exit(); });
     setInterval(() => {}, 1000);
     writeFileSync(${JSON.stringify(noted("program"))}, String(process.pid));`,
  );
  writeFileSync(
    noted("npm.mjs"),
    `import { spawn } from "node:child_process";
     import { writeFileSync } from "node:fs";
     const shell = spawn("sh", ["-c", ${JSON.stringify(`'${process.execPath}' '${noted("program.mjs")}'; true`)}]);
     setInterval(() => {}, 1000);
     writeFileSync(${JSON.stringify(noted("shell"))}, String(shell.pid));`,
  );
  const npm = spawn(process.execPath, [noted("npm.mjs")], {
    stdio: "ignore",
    env: { ...process.env, npm_lifecycle_event: "", LETTERMILL_PARENT: "", ...env },
  });
  await vi.waitFor(() => expect(existsSync(noted("program"))).toBe(true), 10_000);
  const read = (name: string) => Number(readFileSync(noted(name), "utf8"));
  const started = { npm: npm.pid ?? 0, shell: read("shell"), program: read("program") };
  pids.push(started.npm, started.shell, started.program);
  return { ...started, wasTold: () => existsSync(noted("told")) };
}

for (const who of ["shell", "npm"] as const)
  test(`a program that npm started ends when the ${who} is killed`, async () => {
    const started = await startAsNpmDoes({ npm_lifecycle_event: "up" });
    process.kill(started[who], "SIGKILL");
    await vi.waitFor(() => expect(started.wasTold()).toBe(true), 10_000);
    await vi.waitFor(() => expect(isAlive(started.program)).toBe(false), 10_000);
  });

test("a program that was started directly outlives its starter", async () => {
  const alone = await startAsNpmDoes({});
  const watching = await startAsNpmDoes({ npm_lifecycle_event: "up" });
  process.kill(alone.shell, "SIGKILL");
  process.kill(watching.shell, "SIGKILL");
  // By the time that the one which watches has noticed, the other would have, too.
  await vi.waitFor(() => expect(watching.wasTold()).toBe(true), 10_000);
  expect(isAlive(alone.program)).toBe(true);
  expect(alone.wasTold()).toBe(false);
});
