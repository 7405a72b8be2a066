import { execFile } from "node:child_process";
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "..");

/** One violation for each sentence of the house's rules: where it stands, and what it must not import. */
const FORBIDDEN: [file: string, statement: string][] = [
  ["core/campaign/schedule.ts", 'import { headers } from "next/headers";'],
  ["core/campaign/schedule.ts", 'import { cache } from "react";'],
  ["core/campaign/schedule.ts", 'import "server-only";'],
  ["core/campaign/schedule.ts", 'import { run } from "graphile-worker";'],
  ["core/campaign/schedule.ts", 'import { makeDb } from "#db/client.ts";'],
  ["core/campaign/schedule.ts", 'import { makeDb } from "../../db/client.ts";'],
  ["core/campaign/schedule.ts", 'import postgres from "postgres";'],
  ["core/campaign/schedule.ts", 'import { drizzle } from "drizzle-orm/postgres-js";'],
  ["core/campaign/schedule.ts", 'import { send } from "#worker/delivery/send.ts";'],
  ["core/campaign/schedule.ts", 'export { send } from "../../worker/delivery/send.ts";'],
  ["core/campaign/schedule.ts", 'import { action } from "#app/_server/action.ts";'],
  ["core/campaign/schedule.ts", 'import { createTransport } from "nodemailer";'],
  ["core/mail/message/compile.ts", 'import { campaigns } from "#db/schema/index.ts";'],
  ["core/mail/message/compile.ts", 'import { sql } from "drizzle-orm";'],
  ["core/mail/message/compile.ts", 'import { readFileSync } from "node:fs";'],
  ["db/schema/campaign.ts", 'import { scheduleCampaign } from "#core/campaign/schedule.ts";'],
  ["db/schema/campaign.ts", 'import { makeDb } from "#db/client.ts";'],
  ["db/seed/demo.ts", 'import { lane } from "#worker/delivery/lane.ts";'],
  ["worker/delivery/lane.ts", 'import { session } from "#app/_server/session.ts";'],
  ["worker/delivery/lane.ts", 'import { Button } from "#components/ui/button.tsx";'],
  ["worker/delivery/lane.ts", 'import { makeDb } from "#db/client.ts";'],
  ["worker/tasks/import.ts", 'import postgres from "postgres";'],
  ["worker/tasks/import.ts", 'import { revalidatePath } from "next/cache";'],
  ["worker/main.ts", 'import { session } from "#app/_server/session.ts";'],
  ["components/ui/button.tsx", 'import { campaigns } from "#db/schema/index.ts";'],
  ["components/ui/button.tsx", 'import { action } from "#app/_server/action.ts";'],
  ["components/ui/button.tsx", 'import { readFileSync } from "node:fs";'],
  ["components/ui/button.tsx", 'import { env } from "#core/platform/env.ts";'],
  ["app/(studio)/page.tsx", 'import { campaigns } from "#db/schema/index.ts";'],
  ["app/(studio)/page.tsx", 'import { eq } from "drizzle-orm";'],
  ["app/(studio)/page.tsx", 'import { lane } from "#worker/delivery/lane.ts";'],
  ["app/(studio)/page.tsx", 'const lane = await import("#worker/delivery/lane.ts");'],
  ["app/_server/db.ts", 'import { run } from "graphile-worker";'],
];

const ALLOWED: [file: string, statement: string][] = [
  ["core/campaign/schedule.ts", 'import { campaigns } from "#db/schema/index.ts";'],
  ["core/campaign/schedule.ts", 'import type { Sql } from "postgres";'],
  ["core/campaign/schedule.ts", 'import { compile } from "#core/mail/message/compile.ts";'],
  ["core/campaign/schedule.test.ts", 'import { testDatabase } from "#db/testing/database.ts";'],
  ["core/mail/message/compile.ts", 'import { createHash } from "node:crypto";'],
  ["db/schema/campaign.ts", 'import { CAMPAIGN_STATES } from "#core/campaign/types.ts";'],
  ["worker/main.ts", 'import { makeDb } from "#db/client.ts";'],
  ["worker/delivery/lane.ts", 'import type { Sql } from "#db/client.ts";'],
  ["components/campaign/report.tsx", 'import { CAMPAIGN_STATES } from "#core/campaign/types.ts";'],
  ["app/_server/db.ts", 'import { makeDb } from "#db/client.ts";'],
  ["app/(studio)/page.tsx", 'import { listCampaigns } from "#core/campaign/read.ts";'],
];

let caught: Set<string>;
let folder: string;

/** Plants each import in a file of its own, in the folder where it stands, and lints them all at once. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "lettermill-rules-"));
  const config = JSON.parse(readFileSync(join(ROOT, "biome.json"), "utf8"));
  writeFileSync(
    join(folder, "biome.json"),
    JSON.stringify({ ...config, $schema: undefined, vcs: { enabled: false } }),
  );
  for (const [index, [file, statement]] of [...FORBIDDEN, ...ALLOWED].entries()) {
    const path = join(folder, placeOf(index, file));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${statement}\n`);
  }
  const args = ["lint", "--only=style/noRestrictedImports", "--reporter=json", "--max-diagnostics=1000", "."];
  const program = join(ROOT, "node_modules/@biomejs/biome/bin/biome");
  const output = await promisify(execFile)(process.execPath, [program, ...args], {
    cwd: folder,
    maxBuffer: 64_000_000,
  }).then(
    (done) => done.stdout,
    (error: { stdout: string }) => error.stdout,
  );
  const { diagnostics } = JSON.parse(output) as {
    diagnostics: { category: string; location: { path: unknown } }[];
  };
  caught = new Set(
    diagnostics
      .filter((one) => one.category.endsWith("noRestrictedImports"))
      .map((one) => pathOf(one.location.path)),
  );
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Roots are named in the rules one by one and keep their names; others get a number. */
function placeOf(index: number, file: string): string {
  if (/^worker\/main\.ts$/.test(file)) return index < FORBIDDEN.length ? "worker/inbound/main.ts" : file;
  return file.replace(/([^/]+?)((\.test)?\.tsx?)$/, `$1-${index}$2`);
}

function pathOf(path: unknown): string {
  const text = typeof path === "string" ? path : (path as { file: string }).file;
  return text.replace(/^\.\//, "").replace(`${folder}/`, "");
}

describe("a planted violation is caught", () => {
  test.each(FORBIDDEN.map(([file, statement], index) => ({ file, statement, index })))(
    "$file: $statement",
    ({ file, index }) => {
      expect(caught).toContain(placeOf(index, file));
    },
  );
});

describe("what is allowed is left alone", () => {
  test.each(ALLOWED.map(([file, statement], index) => ({ file, statement, index })))(
    "$file: $statement",
    ({ file, index }) => {
      expect(caught).not.toContain(placeOf(FORBIDDEN.length + index, file));
    },
  );
});

/** The files that `file` needs at run time; imports of types are erased and do not count. */
function importsOf(file: string): { specifier: string; path: string | undefined }[] {
  const statements = readFileSync(join(ROOT, file), "utf8").matchAll(
    /^(?:import|export)\s+(?!type\b)(?:[^"';]*?\sfrom\s+)?["']([^"']+)["']/gm,
  );
  return Array.from(statements, ([, specifier = ""]) => {
    if (specifier.startsWith("#")) return { specifier, path: specifier.slice(1) };
    if (specifier.startsWith(".")) return { specifier, path: join(dirname(file), specifier) };
    return { specifier, path: undefined };
  });
}

/** The way from a browser file to something that browsers do not have, if there is one. */
function findServerImport(file: string, seen = new Set<string>()): string[] | undefined {
  seen.add(file);
  for (const { specifier, path } of importsOf(file)) {
    if (specifier.startsWith("node:") || specifier.startsWith("#db/") || specifier === "server-only")
      return [file, specifier];
    if (!path || seen.has(path) || !/\.tsx?$/.test(path) || !existsSync(join(ROOT, path))) continue;
    // A server action stays on the server; the browser gets a reference.
    if (/^["']use server["']/m.test(readFileSync(join(ROOT, path), "utf8").slice(0, 200))) continue;
    const way = findServerImport(path, seen);
    if (way) return [file, ...way];
  }
  return undefined;
}

test("what runs in the browser reaches no node: module and no table", () => {
  const isBrowserFile = (file: string) =>
    /^["']use client["']/m.test(readFileSync(join(ROOT, file), "utf8").slice(0, 200));
  const files = [
    ...globSync("components/**/*.{ts,tsx}", { cwd: ROOT }).filter((file) => !/\.test\.tsx?$/.test(file)),
    ...globSync("app/**/*.tsx", { cwd: ROOT }).filter(isBrowserFile),
  ];
  expect(files.length).toBeGreaterThan(0);
  expect(files.map((file) => findServerImport(file)?.join(" → ")).filter(Boolean)).toEqual([]);
});

test("the worker's side of the house needs no JSX and no build", () => {
  expect(globSync("{core,db,worker}/**/*.tsx", { cwd: ROOT })).toEqual([]);
});
