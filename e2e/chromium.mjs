import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { root } from "../worker/install.mjs";

const SYSTEM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/**
 * A Chromium for the journeys: CHROMIUM_PATH, Playwright's own, the system's; else it is installed.
 * @returns {Promise<{ path?: string } | { sentence: string }>} no path means Playwright's own
 */
export async function findChromium(node, env) {
  const given = process.env.CHROMIUM_PATH;
  if (given)
    return existsSync(given)
      ? { path: given }
      : { sentence: `CHROMIUM_PATH is ${given}, where there is nothing.` };
  if (hasOwn()) return {};
  const found = findSystem();
  if (found) return { path: found };
  if (process.getuid?.() === 0 && spawnSync("apt-get", ["--version"]).status === 0) {
    process.stdout.write("Installing Chromium with apt-get for the browser tests.\n");
    const quiet = {
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...env, DEBIAN_FRONTEND: "noninteractive" },
    };
    spawnSync("apt-get", ["update", "-qq"], quiet);
    spawnSync("apt-get", ["install", "-y", "-qq", "chromium"], quiet);
    const installed = findSystem();
    if (installed) return { path: installed };
  }
  process.stdout.write("Installing Playwright's Chromium for the browser tests.\n");
  spawnSync(node, [join(root, "node_modules/@playwright/test/cli.js"), "install", "chromium"], {
    cwd: root,
    stdio: "inherit",
    env,
  });
  if (hasOwn()) return {};
  return {
    sentence:
      "The browser tests need Chromium, and it could not be installed. Install it and set CHROMIUM_PATH to the program.",
  };
}

function findSystem() {
  return SYSTEM.find((path) => existsSync(path) && spawnSync(path, ["--version"]).status === 0);
}

function hasOwn() {
  const { chromium } = createRequire(join(root, "package.json"))("@playwright/test");
  return existsSync(chromium.executablePath());
}
