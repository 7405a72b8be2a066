// `npm run check`: compiler, lint with import rules, dead code; side by side, each with its own words.
import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { ensureInstalled, findProjectNode, projectEnvironment, root } from "../worker/install.mjs";

ensureInstalled({ dev: true });
const node = findProjectNode();
const env = { ...projectEnvironment(node), FORCE_COLOR: process.stdout.isTTY ? "1" : "0" };

// The types of routes, and next-env.d.ts, which is not in the repository.
spawnSync(node, [join(root, "node_modules/next/dist/bin/next"), "typegen"], {
  cwd: root,
  env,
  stdio: "ignore",
});

const checks = {
  // What is remembered of an earlier run is not looked at again when only the types of routes have changed.
  types: ["typescript/bin/tsc", "--noEmit", "--incremental", "false", "-p", "."],
  lint: ["@biomejs/biome/bin/biome", "check", "--error-on-warnings", "."],
  "dead code": ["knip/bin/knip.js"],
};
const results = await Promise.all(Object.entries(checks).map(([name, command]) => check(name, command)));
process.exitCode = results.every(Boolean) ? 0 : 1;

/** Runs one check and shows what it said when it ends. */
function check(name, [program, ...args]) {
  const began = Date.now();
  return new Promise((done) => {
    const child = spawn(node, [join(root, "node_modules", program), ...args], { cwd: root, env });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += chunk));
    child.once("close", (code) => {
      const seconds = ((Date.now() - began) / 1000).toFixed(1);
      process.stdout.write(
        `${code === 0 ? "ok  " : "FAIL"} ${name} (${seconds} s)\n${code === 0 ? "" : said}`,
      );
      done(code === 0);
    });
  });
}
