import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import postgres from "postgres";
import type { TestProject } from "vitest/node";
import { startEmbeddedPostgres } from "#db/embedded/postgres.ts";
import { migrate } from "#db/migrate.ts";
import { startUndertaker } from "./undertaker.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** A port of 127.0.0.1 that answers a connection with the template's address. */
    templatePort: number;
  }
}

interface Template {
  /** Connects to the server's maintenance database; the template's name follows. */
  adminUrl: string;
  name: string;
  remove(): Promise<void>;
}

/**
 * Starts PostgreSQL when the first test asks for a database, so that pure tests pay nothing.
 * One template is migrated once; with TEST_DATABASE_URL it is made on that server instead.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  let template: Promise<Template> | undefined;
  const server = createServer((socket) => {
    socket.on("error", () => {});
    template ??= makeTemplate();
    template.then(
      ({ adminUrl, name }) => socket.end(JSON.stringify({ adminUrl, name })),
      (error: Error) => socket.end(JSON.stringify({ error: String(error.stack) })),
    );
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  project.provide("templatePort", typeof address === "object" && address ? address.port : 0);
  return async () => {
    server.close();
    await (await template?.catch(() => undefined))?.remove();
  };
}

async function makeTemplate(): Promise<Template> {
  const given = process.env.TEST_DATABASE_URL;
  const name = `lettermill_template_${randomBytes(5).toString("hex")}`;
  if (given) {
    await fillTemplate(given, name);
    return {
      adminUrl: given,
      name,
      remove: () => run(given, `drop database if exists ${name} with (force)`),
    };
  }
  const dataDir = mkdtempSync(join(tmpdir(), "lettermill-test-"));
  chmodSync(dataDir, 0o711);
  const server = await startEmbeddedPostgres({
    dataDir,
    settings: { fsync: "off", synchronous_commit: "off", full_page_writes: "off", shared_buffers: "128MB" },
  });
  const undertaker = startUndertaker();
  undertaker.careFor({ pid: server.pid, signal: "SIGQUIT" });
  undertaker.careForFolders([dataDir, server.dataDir]);
  const remove = async () => {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
    // The stand-in under /var/tmp, where the temporary folder is closed to PostgreSQL's user.
    if (server.dataDir !== dataDir) rmSync(dirname(server.dataDir), { recursive: true, force: true });
    undertaker.dismiss();
  };
  try {
    await fillTemplate(server.url, name);
  } catch (error) {
    await remove();
    throw error;
  }
  return { adminUrl: server.url, name, remove };
}

async function fillTemplate(adminUrl: string, name: string): Promise<void> {
  await run(adminUrl, `create database ${name}`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  await migrate(url.href);
}

async function run(url: string, statement: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await sql.unsafe(statement);
  } finally {
    await sql.end();
  }
}
