import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync } from "node:fs";
import { expect, test } from "vitest";

const PROGRAM = `
  import { log } from "#core/platform/log.ts";
  for (let i = 0; i < 3; i++) log("test").warn({ i, password: "hunter2" }, "said");
  setTimeout(() => { log("test").error("said later"); process.exit(7); }, 50);
`;

function start(stdout: "pipe" | number): ChildProcess {
  return spawn(process.execPath, ["--input-type=module", "-e", PROGRAM], {
    stdio: ["ignore", stdout, "inherit"],
    env: { ...process.env, LOG_LEVEL: "info" },
    timeout: 20_000,
  });
}

test("lines are JSON, and secrets are blanked", async () => {
  const child = start("pipe");
  let said = "";
  child.stdout?.on("data", (chunk) => {
    said += chunk;
  });
  expect(await once(child, "close")).toEqual([7, null]);
  const lines = said
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines.map((line) => line.msg)).toEqual(["said", "said", "said", "said later"]);
  expect(lines[0]).toMatchObject({ level: "warn", name: "test", i: 0, password: "[redacted]" });
});

test.skipIf(!existsSync("/dev/full"))("a full disk under the log stops nobody", async () => {
  const full = openSync("/dev/full", "w");
  const child = start(full);
  closeSync(full);
  expect(await once(child, "close")).toEqual([7, null]);
});

test("nor does a reader that has gone", async () => {
  const child = start("pipe");
  child.stdout?.destroy();
  expect(await once(child, "close")).toEqual([7, null]);
});
