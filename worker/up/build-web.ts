import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What the built pages depend on; not tsconfig.json, which `next build` itself rewrites. */
const SOURCES = [
  "app",
  "components",
  "core",
  "db/schema",
  "db/client.ts",
  "public",
  "next.config.ts",
  "postcss.config.mjs",
  "package-lock.json",
];

/** Where `next build` puts its work; moved by tests, which build beside a running `up`. */
export function buildFolder(): string {
  return process.env.NEXT_DIST_DIR ?? ".next";
}

/** Whether the pages that lie there were built from the sources as they are now, by content. */
export function isBuilt(hash: string): boolean {
  const stamp = join(buildFolder(), "sources.sha256");
  return (
    existsSync(join(buildFolder(), "BUILD_ID")) && existsSync(stamp) && readFileSync(stamp, "utf8") === hash
  );
}

/** Called after a good build, so that the next start can skip it. */
export function stampBuild(hash: string): void {
  writeFileSync(join(buildFolder(), "sources.sha256"), hash);
}

/** One hash over names and contents; some hundreds of files, a few milliseconds. */
export function hashSources(): string {
  const hash = createHash("sha256");
  for (const file of SOURCES.flatMap(listFiles))
    hash.update(`${file}\0`).update(readFileSync(file)).update("\0");
  return hash.digest("hex");
}

function listFiles(path: string): string[] {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => listFiles(join(path, name)))
    .filter((file) => !/\.test\.tsx?$|\.md$/.test(file));
}
