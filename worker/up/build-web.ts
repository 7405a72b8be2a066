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
  "proxy.ts",
  "instrumentation.ts",
  "postcss.config.mjs",
  "package-lock.json",
];

/** Where `next build` puts its work; moved by tests, which build beside a running `up`. */
function buildFolder(): string {
  return process.env.NEXT_DIST_DIR ?? ".next";
}

/** Whether a build is there that came to its end: BUILD_ID is written before the types are checked, this file after. */
export function hasBuild(): boolean {
  return existsSync(join(buildFolder(), "prerender-manifest.json"));
}

/** Whether that build was made from the sources as they are now, by content. */
export function isBuilt(hash: string): boolean {
  const stamp = join(buildFolder(), "sources.sha256");
  return hasBuild() && existsSync(stamp) && readFileSync(stamp, "utf8") === hash;
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

/** Of what `next build` says: everything up to the long list of addresses, which nobody needs at a start. */
export function showBuild(): (line: string) => boolean {
  let isList = false;
  return (line) => {
    isList ||= /^Route \(/.test(line);
    return !isList;
  };
}
