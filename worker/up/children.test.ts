import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { isAlive } from "#db/embedded/postmaster.ts";
import { makeChildren } from "./children.ts";

let folder: string;
let shown: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lettermill-children-"));
  mkdirSync(join(folder, "logs"));
  shown = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    shown += text;
    return true;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

/** A small program that notes its process number in a file, a line for each start. */
function program(name: string, body: string): { args: string[]; pids: () => number[] } {
  const noted = join(folder, `${name}.pids`);
  const file = join(folder, `${name}.mjs`);
  writeFileSync(
    file,
    `import { appendFileSync } from "node:fs";\n${body}\nappendFileSync(${JSON.stringify(noted)}, process.pid + "\\n");\n`,
  );
  return {
    args: [file],
    pids: () => (existsSync(noted) ? readFileSync(noted, "utf8").trim().split("\n").map(Number) : []),
  };
}

const children = () => makeChildren(process.execPath, join(folder, "logs"));
const STAY = "setInterval(() => {}, 1000);";

test("a dead child comes back, and its end is told", async () => {
  const { args, pids } = program("worker", STAY);
  const house = children();
  house.keep({ name: "worker 1", args, env: process.env });
  await vi.waitFor(() => expect(pids()).toHaveLength(1), 10_000);
  process.kill(pids()[0] ?? 0, "SIGKILL");
  await vi.waitFor(() => expect(pids()).toHaveLength(2), 10_000);
  expect(shown).toContain("ended (SIGKILL); starting it again in 0.5 s");
  await house.stop(5000);
  expect(pids().filter(isAlive)).toEqual([]);
  expect(house.isRunning()).toBe(false);
});

test("a child that keeps dying waits longer each time, and stopping ends the waiting", async () => {
  const { args, pids } = program("broken", "process.exitCode = 3;");
  const house = children();
  house.keep({ name: "broken", args, env: process.env });
  await vi.waitFor(() => expect(shown).toContain("in 1 s"), 10_000);
  expect(shown).toContain("ended (code 3); starting it again in 0.5 s");
  await house.stop(1000);
  const started = pids().length;
  house.kill();
  expect(pids()).toHaveLength(started);
});

test("stopping is asked first and forced only when the patience is over", async () => {
  const polite = program(
    "polite",
    `process.on("SIGTERM", () => { console.log("finishing"); setTimeout(() => process.exit(0), 50); }); ${STAY}`,
  );
  const stubborn = program("stubborn", `process.on("SIGTERM", () => {}); ${STAY}`);
  const house = children();
  house.keep({ name: "polite", args: polite.args, env: process.env });
  house.keep({ name: "stubborn", args: stubborn.args, env: process.env });
  await vi.waitFor(() => expect([...polite.pids(), ...stubborn.pids()]).toHaveLength(2), 10_000);
  await house.stop(1000, (name) => name === "polite");
  expect(shown).toContain("finishing");
  expect(polite.pids().filter(isAlive)).toEqual([]);
  expect(stubborn.pids().filter(isAlive)).toHaveLength(1);
  await house.stop(300);
  expect(stubborn.pids().filter(isAlive)).toEqual([]);
  expect(shown).toContain("stubborn  does not end within 0.3 s; killed");
});

test("children end when the supervisor is killed without a chance to tell them", async () => {
  const { args, pids } = program("orphan", STAY);
  const supervisor = join(folder, "supervisor.mjs");
  const url = new URL("./children.ts", import.meta.url).href;
  writeFileSync(
    supervisor,
    `const { makeChildren } = await import(${JSON.stringify(url)});
     makeChildren(process.execPath, ${JSON.stringify(join(folder, "logs"))}).keep({ name: "orphan", args: ${JSON.stringify(args)}, env: process.env });`,
  );
  const house = children();
  house.keep({ name: "supervisor", args: [supervisor], env: process.env });
  await vi.waitFor(() => expect(pids()).toHaveLength(1), 10_000);
  house.kill();
  await vi.waitFor(() => expect(pids().filter(isAlive)).toEqual([]), 10_000);
});

test("what a child starts with its own flags and a closed input lives on", async () => {
  const grandchild = program("grandchild", "await new Promise((resolve) => setTimeout(resolve, 100));");
  const { args } = program(
    "child",
    `import { spawn } from "node:child_process";
     spawn(process.execPath, [...process.execArgv, ${JSON.stringify(grandchild.args[0])}], { stdio: "ignore" });
     ${STAY}`,
  );
  const house = children();
  house.keep({ name: "child", args, env: process.env });
  await vi.waitFor(() => expect(grandchild.pids()).toHaveLength(1), 10_000);
  house.kill();
});

test("log lines become readable, and are kept as they were said", async () => {
  const line = JSON.stringify({ level: "warn", time: 1, name: "lanes", msg: "suspended", lane: 7 });
  const { args } = program("talker", `console.log(${JSON.stringify(line)}); console.error("plain words");`);
  const house = children();
  expect(await house.runOnce({ name: "talker", args, env: process.env })).toMatchObject({ code: 0 });
  // A program may be gone before what it said has come through its two pipes.
  await vi.waitFor(() => {
    expect(shown).toContain("lanes  warn: suspended  lane=7");
    const kept = readFileSync(join(folder, "logs/talker.log"), "utf8");
    expect(kept).toContain(line);
    expect(kept).toContain("plain words");
  });
});

test("a log that cannot be written costs its lines, not the child", async () => {
  mkdirSync(join(folder, "logs", "worker-1.log"));
  const { args, pids } = program(
    "worker",
    `console.log("first"); setTimeout(() => console.log("second"), 300);${STAY}`,
  );
  const house = children();
  house.keep({ name: "worker 1", args, env: process.env });
  await vi.waitFor(() => expect(shown).toContain("second"), 10_000);
  expect(shown).toContain("its log cannot be written, lines are left out: EISDIR");
  expect(pids()).toHaveLength(1);
  expect(pids().every(isAlive)).toBe(true);
  await house.stop(5000);
});
