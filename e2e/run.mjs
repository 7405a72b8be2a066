// `npm test`: installs what is missing, runs Vitest, then Playwright, and counts. Built-ins only, Node 20.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureInstalled, findProjectNode, projectEnvironment, root } from "../worker/install.mjs";
import { findChromium } from "./chromium.mjs";

ensureInstalled({ dev: true });
const node = findProjectNode();
const env = projectEnvironment(node);
env.SCREENSHOTS_DIR ??= join(root, "artifacts", "pages");

/**
 * `npm test -- <filter>…`: browser journeys by their .spec, anything else goes to Vitest. `npm run soak` is ten minutes
 * of workers that are killed and stopped at random, and of a database that crashes (`SOAK_SECONDS`, `SOAK_SEED`); then, for
 * root on Linux, a disk under the database that is full.
 */
const given = process.argv.slice(2);
const isSoak = given[0] === "--soak";
if (isSoak) env.SOAK = "1";
const filters = isSoak ? ["e2e/faults/soak", "e2e/faults/full-disk", ...given.slice(1)] : given;
const journeys = filters.filter((one) => one.includes(".spec"));
const others = filters.filter((one) => !one.includes(".spec"));
/** A shell's number for a program that Ctrl-C ended. */
const INTERRUPTED = 130;
const total = { passed: 0, failed: 0, skipped: 0 };
// Ctrl-C is the runners' to hear: they clean up, and then so do we.
let isBrokenOff = false;
process.on("SIGINT", () => {});
const reports = mkdtempSync(join(tmpdir(), "lettermill-reports-"));

try {
  if (journeys.length === 0 || others.length > 0) runVitest();
  const hasJourneys = readdirSync(join(root, "e2e")).some((name) => name.endsWith(".spec.ts"));
  if (!isBrokenOff && hasJourneys && (others.length === 0 || journeys.length > 0)) await runPlaywright();
} finally {
  rmSync(reports, { recursive: true, force: true });
}
if (total.skipped > 0) process.stdout.write(`\n${total.skipped} skipped (each says why above)`);
const ending = isBrokenOff ? "broken off" : `${total.passed} passed, ${total.failed} failed`;
process.stdout.write(`\n${ending}\n`);
process.exitCode = isBrokenOff ? INTERRUPTED : total.failed > 0 ? 1 : 0;

function runVitest() {
  const file = join(reports, "vitest.json");
  const status = run("vitest/vitest.mjs", [
    "run",
    ...others,
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${file}`,
  ]);
  const report = readReport(file);
  if (!report) return count("Vitest", { failed: 1 }, status);
  // A file that does not even load has no failed test to count.
  const broken = report.testResults.filter(
    (one) => one.status === "failed" && !one.assertionResults.some((test) => test.status === "failed"),
  );
  count(
    "Vitest",
    {
      passed: report.numPassedTests,
      failed: report.numFailedTests + broken.length,
      skipped: report.numPendingTests + report.numTodoTests,
    },
    status,
  );
}

async function runPlaywright() {
  const file = join(reports, "playwright.json");
  const chromium = await findChromium(node, env);
  if ("sentence" in chromium) {
    process.stderr.write(`\n${chromium.sentence}\n`);
    return count("Playwright", { failed: 1 }, 1);
  }
  if (chromium.path) env.CHROMIUM_PATH = chromium.path;
  env.PLAYWRIGHT_JSON_OUTPUT_FILE = file;
  // A build of its own, beside that of a running `npm run up`; tsconfig.json names it, so that Next leaves it as it is.
  env.NEXT_DIST_DIR ??= ".next-test";
  mkdirSync(env.SCREENSHOTS_DIR, { recursive: true });
  const status = run("@playwright/test/cli.js", ["test", ...journeys, "--reporter=list,json"]);
  const stats = readReport(file)?.stats;
  if (!stats) return count("Playwright", { failed: 1 }, status);
  count(
    "Playwright",
    { passed: stats.expected + stats.flaky, failed: stats.unexpected, skipped: stats.skipped },
    status,
  );
}

function run(program, args) {
  const arguments_ = [join(root, "node_modules", program), ...args];
  const { status, signal } = spawnSync(node, arguments_, { cwd: root, stdio: "inherit", env });
  if (signal === "SIGINT" || status === INTERRUPTED) isBrokenOff = true;
  return status;
}

/** What a runner counted, plus one failure where it ended badly without a failed test (an error between tests). */
function count(runner, counted, status) {
  const failed = counted.failed === 0 && status !== 0 ? 1 : counted.failed;
  if (failed > counted.failed) process.stderr.write(`\n${runner} ended with an error outside its tests.\n`);
  total.passed += counted.passed ?? 0;
  total.failed += failed;
  total.skipped += counted.skipped ?? 0;
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}
