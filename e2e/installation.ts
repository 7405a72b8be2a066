import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Without a GPU, a sandbox of its own (root in containers) and talk to its maker. */
export const CHROMIUM_FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

export interface Installation {
  base: string;
  /** All that `up` said until it was ready. */
  output: string;
  /** Opens the page that makes the first administrator. */
  setupUrl: string;
  stop(): Promise<void>;
}

/** Runs `up` (with these arguments) on an empty data folder and a free port. @throws Error with its output where it does not get ready in 4 minutes */
export async function startInstallation(...args: string[]): Promise<Installation> {
  const data = mkdtempSync(join(tmpdir(), "lettermill-e2e-"));
  const port = await freePort();
  const options: SpawnOptions = {
    env: {
      ...process.env,
      PORT: String(port),
      DATA_DIR: data,
      DATABASE_URL: "",
      // Not that of another run beside it.
      SANDBOX_BLOCK: `127.${100 + (port % 100)}`,
      NODE_ENV: "production",
    },
    stdio: ["ignore", "pipe", "pipe"],
  };
  const child = spawn(process.execPath, ["worker/up.mjs", ...args], options);
  const base = `http://localhost:${port}`;
  const output = await readUntil(child, (text) => /is ready at[\s\S]*Ctrl-C ends it/.test(text));
  const token = /setup\?token=([\w-]+)/.exec(output)?.[1];
  return {
    base,
    output,
    setupUrl: `${base}/setup?token=${token}`,
    async stop() {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGINT");
      await ended;
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/** What a child wrote until `enough`; it goes on being read, so that its pipe never fills. */
function readUntil(child: ChildProcess, enough: (text: string) => boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const timer = setTimeout(() => fail("did not get ready in 4 minutes"), 240_000);
    const fail = (reason: string) => {
      clearTimeout(timer);
      reject(new Error(`npm run up ${reason}:\n${text.slice(-4000)}`));
    };
    const take = (chunk: Buffer) => {
      text = (text + chunk.toString()).slice(-200_000);
      if (!enough(text)) return;
      clearTimeout(timer);
      resolve(text);
    };
    child.stdout?.on("data", take);
    child.stderr?.on("data", take);
    child.once("exit", (code) => fail(`ended with ${code}`));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
