import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { afterEach, expect, test } from "vitest";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "./postgres.ts";
import { isAlive } from "./postmaster.ts";

const SMALL = { shared_buffers: "16MB", max_connections: "10" };
const cleanups: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function makeFolder(mode = 0o711): string {
  const folder = mkdtempSync(join(tmpdir(), "lettermill-embedded-"));
  if (mode !== 0o700) rmSync(folder, { recursive: true });
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function start(dataDir: string, said: string[] = []): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir, settings: SMALL, log: (line) => said.push(line) });
  cleanups.push(() => server.stop());
  return server;
}

async function query<T>(url: string, statement: string): Promise<T | undefined> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return (await sql.unsafe(statement))[0] as T | undefined;
  } finally {
    await sql.end();
  }
}

test("starts with UTF-8 whatever the caller's locale, and keeps data and address over a restart", async () => {
  const dataDir = makeFolder();
  const before = { LANG: process.env.LANG, PGPORT: process.env.PGPORT };
  Object.assign(process.env, { LANG: "C", PGPORT: "1" });
  try {
    const first = await start(dataDir);
    expect(
      await query(first.url, "select current_setting('server_encoding') as enc, upper('é') as e"),
    ).toEqual({ enc: "UTF8", e: "É" });
    await query(first.url, "create table kept as select 1 as one");
    await first.stop();
    const second = await start(dataDir);
    expect(second.url).toBe(first.url);
    expect(await query(second.url, "select one from kept")).toEqual({ one: 1 });
  } finally {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
});

test("adopts a server that already runs, and one that is just starting", async () => {
  const dataDir = makeFolder();
  const first = await start(dataDir);
  const second = await start(dataDir);
  expect(second).toMatchObject({ adopted: true, pid: first.pid, url: first.url });
  await second.stop();
  expect(isAlive(first.pid)).toBe(false);
  const both = await Promise.all([start(dataDir), start(dataDir)]);
  expect(both[0].url).toBe(both[1].url);
  expect(both.filter((one) => one.adopted)).toHaveLength(1);
});

test("comes back after kill -9 with what was committed", async () => {
  const dataDir = makeFolder();
  const first = await start(dataDir);
  await query(first.url, "create table kept as select 2 as two");
  process.kill(first.pid, "SIGKILL");
  const second = await start(dataDir);
  expect(second.adopted).toBe(false);
  expect(await query(second.url, "select two from kept")).toEqual({ two: 2 });
});

test("a lock file that names another program's process does not stop it", async () => {
  const dataDir = makeFolder();
  const first = await start(dataDir);
  await first.stop();
  const lock = join(first.dataDir, "cluster", "postmaster.pid");
  writeFileSync(
    lock,
    `${process.ppid}\n${join(first.dataDir, "cluster")}\n0\n5432\n\n127.0.0.1\n0 0\nready   \n`,
  );
  const second = await start(dataDir);
  expect(await query(second.url, "select 1 as one")).toEqual({ one: 1 });
});

test("takes another port when its own was taken meanwhile", async () => {
  const dataDir = makeFolder();
  const first = await start(dataDir);
  await first.stop();
  const thief = createServer();
  await new Promise<void>((done) => thief.listen(Number(new URL(first.url).port), "127.0.0.1", done));
  cleanups.push(() => void thief.close());
  const second = await start(dataDir);
  expect(second.url).not.toBe(first.url);
});

test("keeps the password to itself and listens nowhere else", async () => {
  const dataDir = makeFolder();
  const server = await start(dataDir);
  expect(statSync(join(server.dataDir, "server.json")).mode & 0o777).toBe(0o600);
  const settings =
    "select current_setting('listen_addresses') as at, current_setting('unix_socket_directories') as socket";
  expect(await query(server.url, settings)).toEqual({ at: "127.0.0.1", socket: "" });
  const url = new URL(server.url);
  url.password = "wrong";
  await expect(query(url.href, "select 1")).rejects.toThrow("password authentication failed");
});

test.runIf(process.getuid?.() === 0)("as root, runs as another user", async () => {
  const server = await start(makeFolder());
  expect(statSync(`/proc/${server.pid}`).uid).not.toBe(0);
});

test.runIf(process.getuid?.() === 0)(
  "under a folder closed to that user, moves to /var/tmp and says so",
  async () => {
    const dataDir = join(makeFolder(0o700), "postgres");
    const said: string[] = [];
    const server = await start(dataDir, said);
    cleanups.unshift(() => rmSync(join(server.dataDir, ".."), { recursive: true, force: true }));
    expect(server.dataDir).toMatch(/^\/var\/tmp\/lettermill-[0-9a-f]{10}\/data$/);
    expect(said.join(" ")).toContain(server.dataDir);
    expect(await query(server.url, "select 1 as one")).toEqual({ one: 1 });
  },
);

test("an interrupted first start leaves nothing that stops the second", async () => {
  const dataDir = makeFolder();
  const first = await start(dataDir);
  await first.stop();
  // As if killed between initdb and the rename.
  rmSync(join(first.dataDir, "server.json"));
  renameSync(join(first.dataDir, "cluster"), join(first.dataDir, "cluster.new"));
  const second = await start(dataDir);
  expect(await query(second.url, "select 1 as one")).toEqual({ one: 1 });
  expect(existsSync(join(second.dataDir, "cluster.new"))).toBe(false);
});

test("a broken server tells the end of its log", async () => {
  const dataDir = makeFolder();
  await expect(startEmbeddedPostgres({ dataDir, settings: { shared_buffers: "nonsense" } })).rejects.toThrow(
    /did not start[\s\S]*shared_buffers/,
  );
  expect(readFileSync(join(dataDir, "server.log"), "utf8")).toContain("shared_buffers");
});
