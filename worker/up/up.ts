import { existsSync } from "node:fs";
import { get } from "node:http";
import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type Env, env, readEnv } from "#core/platform/env.ts";
import type { Demo } from "#db/demo/make-demo.ts";
import { migrate } from "#db/migrate.ts";
import { parseArguments, type UpArguments } from "./arguments.ts";
import { hasBuild, hashSources, isBuilt, showBuild, stampBuild } from "./build-web.ts";
import { type ChildPlan, type Children, makeChildren } from "./children.ts";
import { say } from "./console.ts";
import { keepSecret, lockFolder, makeDataFolder, publishDatabase } from "./data-folder.ts";
import { keepDatabase } from "./database.ts";
import { findSetupLink } from "./first-run.ts";
import { requirePort } from "./ports.ts";
import { describeFailure, Sentence } from "./sentence.ts";
import { watchStarter } from "./watch-starter.mjs";

/** A smaller young generation: a worker's peak falls by a third (322 to 217 MB while importing), its speed does not. */
const YOUNG_GENERATION = "--max-semi-space-size=16";

const NEXT = "node_modules/next/dist/bin/next";
/** Workers finish the mails in flight; the engine gives itself less than this. */
const STOP_PATIENCE_MS = 30_000;
/** How long children of a supervisor that was killed may take to notice and let go of their ports. */
const LEFT_BEHIND_PATIENCE_MS = 35_000;
const WEB_PATIENCE_MS = 60_000;
/** One hang-up reaches us more than once: from the terminal, from npm, from an older Node that started us. */
const SAME_END_MS = 1000;

/** Set-up and start in one: every step can be repeated, and what is already there is kept. */
export async function up(given: string[]): Promise<void> {
  const cleanups: (() => void | Promise<void>)[] = [];
  let children: Children | undefined;
  let endingSince: number | undefined;

  async function end(code: number, lastWords?: string): Promise<void> {
    if (endingSince !== undefined) {
      if (Date.now() - endingSince < SAME_END_MS) return;
      children?.kill();
    } else {
      endingSince = Date.now();
      if (children?.isRunning()) {
        say("up", "ending; mails in flight are finished first (again to end at once)");
        // The receivers stay until those who send to them are gone.
        await children.stop(STOP_PATIENCE_MS, (name) => name !== "sandbox");
        await children.stop(STOP_PATIENCE_MS);
      }
    }
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
    if (lastWords) process.stderr.write(`\n${lastWords}\n`);
    process.exit(code);
  }
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => void end(signal === "SIGINT" ? 130 : 0));
  }
  watchStarter(() => void end(0));
  // The terminal may be gone before us: what cannot be shown any more must not stop the ending.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

  try {
    const wanted = parseArguments(given);
    if (existsSync(".env")) process.loadEnvFile(".env");
    Object.assign(process.env, { NODE_ENV: wanted.dev ? "development" : "production" });
    const settings = wanted.only.length > 0 ? env() : await prepare(wanted, cleanups);
    children = makeChildren(process.execPath, join(settings.dataDir, "logs"));
    if (wanted.only.length > 0) makeDataFolder(resolve(settings.dataDir));
    const demo = wanted.only.length > 0 ? null : await fill(settings, wanted, children);
    await start(settings, wanted, children, demo);
  } catch (error) {
    if (endingSince !== undefined) return;
    await end(1, describeFailure(error));
  }
}

/** Folder, secret, database: what has to be there before anything of ours can run. */
async function prepare(wanted: UpArguments, cleanups: (() => void | Promise<void>)[]): Promise<Env> {
  const folder = resolve(process.env.DATA_DIR || ".data");
  makeDataFolder(folder);
  const lock = lockFolder(folder);
  cleanups.push(lock.release);
  process.env.DATA_DIR = folder;
  process.env.APP_SECRET ||= keepSecret(folder);
  // Mistakes in the rest are told before a database is started.
  const early = readEnv({ ...process.env, DATABASE_URL: process.env.DATABASE_URL || "postgres://not/yet" });
  const patience = lock.wasLeft ? LEFT_BEHIND_PATIENCE_MS : 0;
  await requirePort("PORT", early.port, early.host, patience);
  if (early.inboundListen)
    await requirePort("INBOUND_LISTEN", early.inboundListen.port, early.inboundListen.host, patience);

  if (!process.env.DATABASE_URL) {
    say("up", "starting the embedded PostgreSQL");
    const database = await keepDatabase(join(folder, "postgres"), (line) => say("up", line));
    cleanups.push(() => database.stop());
    process.env.DATABASE_URL = database.url;
    cleanups.push(publishDatabase(folder, database.url));
  }
  if (wanted.dev) say("up", "pages are compiled as they are opened");
  return env();
}

/** Schema, the demo where it is wanted, and pages. */
async function fill(settings: Env, wanted: UpArguments, children: Children): Promise<Demo | null> {
  const { applied } = await migrate(settings.databaseUrl);
  say(
    "up",
    applied === 0
      ? "the database is up to date"
      : `the database got ${applied} new ${applied === 1 ? "migration" : "migrations"}`,
  );
  // Read only when asked for: the demo brings a world of its own along.
  const demo = wanted.demo ? await (await import("./demo.ts")).addDemo(settings) : null;
  if (wanted.dev) return demo;
  const hash = hashSources();
  if (isBuilt(hash)) return demo;
  say("up", "building the pages; this takes up to a minute");
  const { code } = await children.runOnce({
    name: "build",
    args: [NEXT, "build"],
    env: process.env,
    isShown: showBuild(),
  });
  if (code !== 0) throw new Sentence("The pages could not be built; the reason stands above.");
  stampBuild(hash);
  return demo;
}

async function start(
  settings: Env,
  wanted: UpArguments,
  children: Children,
  demo: Demo | null,
): Promise<void> {
  const has = (part: UpArguments["only"][number]) => wanted.only.length === 0 || wanted.only.includes(part);
  // The internet in a box is not part of an installation that the environment has put on the real one.
  const hasSandbox = wanted.only.length > 0 ? has("sandbox") : settings.network !== "internet";
  if (hasSandbox) children.keep({ name: "sandbox", args: ["worker/sandbox/main.ts"], env: process.env });
  if (has("inbound")) children.keep({ name: "inbound", args: ["worker/inbound/main.ts"], env: process.env });
  if (has("worker")) {
    for (let number = 1; number <= settings.workerProcesses; number += 1) {
      children.keep({
        name: `worker ${number}`,
        args: [YOUNG_GENERATION, "worker/main.ts"],
        env: process.env,
      });
    }
  }
  if (!has("web")) return;
  children.keep(planWeb(settings, wanted));
  await waitForWeb(settings);
  const link =
    wanted.only.length > 0
      ? undefined
      : await findSetupLink(settings.databaseUrl, settings.appUrl, settings.appSecret);
  const lines = [`Lettermill is ready at ${settings.appUrl}`];
  if (link) lines.push(`Make the administrator and the first workspace: ${link}`);
  if (demo) lines.push(...describeDemo(demo, settings));
  lines.push("Ctrl-C ends it.");
  process.stdout.write(`\n  ${lines.join("\n  ")}\n\n`);
}

/** Where the demo is, and how to get in: the password is told here and nowhere else. */
function describeDemo({ slug, logIn }: Demo, settings: Env): string[] {
  const lines = [`Demo workspace: ${settings.appUrl}/${slug}`];
  if (logIn)
    lines.push(
      `Log in as ${logIn.address} with the password ${logIn.password} (told once; change it under Account)`,
    );
  else
    lines.push(
      "Log in with your own account, or give the administrator a new password: npm run reset-password",
    );
  return lines;
}

function planWeb(settings: Env, wanted: UpArguments): ChildPlan {
  if (!wanted.dev && !hasBuild()) {
    throw new Sentence("The pages are not built yet: run `npm run build` first.");
  }
  const listen = ["-p", String(settings.port), ...(settings.host ? ["-H", settings.host] : [])];
  return {
    name: "web",
    args: [NEXT, wanted.dev ? "dev" : "start", ...listen],
    env: { ...process.env, NEXTAUTH_URL: settings.appUrl },
  };
}

/** Any answer counts; a web that never answers is told, and left to its supervisor. */
async function waitForWeb(settings: Env): Promise<void> {
  const giveUpAt = Date.now() + WEB_PATIENCE_MS;
  const host = !settings.host || /^(0\.0\.0\.0|::)$/.test(settings.host) ? "127.0.0.1" : settings.host;
  while (Date.now() < giveUpAt) {
    if (await answers(host, settings.port)) return;
    await wait(100);
  }
  say("up", `the pages do not answer after ${WEB_PATIENCE_MS / 1000} s; see what "web" says above`);
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((done) => {
    const request = get({ host, port, path: "/api/health", timeout: 10_000 }, (response) => {
      response.resume();
      done(true);
    });
    request.once("timeout", () => request.destroy());
    request.once("error", () => done(false));
  });
}
