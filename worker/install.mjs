// Runs before anything is installed: built-ins only, and nothing newer than Node 20.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder with package.json. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const OLDEST_NODE = 20;
const PROJECT_NODE = 24;

/**
 * Installs the packages if some are missing or not the locked ones, showing npm's own progress.
 * @param {{ dev: boolean }} wanted whether those for development count
 */
export function ensureInstalled(wanted) {
  if (Number(process.versions.node.split(".")[0]) < OLDEST_NODE) {
    fail(`Lettermill needs Node ${OLDEST_NODE} or newer to start; this is ${process.version}.`);
  }
  const missing = findMissing(wanted.dev);
  if (missing.length === 0) return;
  const reason =
    missing.length > 3
      ? `${missing.length} packages are missing or changed`
      : `missing or changed: ${missing.join(", ")}`;
  process.stdout.write(`Installing packages (${reason}); this takes a minute or two the first time.\n`);
  const npm = findNpm();
  const done = spawnSync(npm.command, [...npm.args, "ci", "--include=dev", "--no-fund", "--no-audit"], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, NODE_ENV: "", PATH: pathWithout(join(root, "node_modules", ".bin")) },
  });
  if (done.error) fail(`npm could not be started: ${done.error.message}`);
  if (done.status !== 0) fail("Installing the packages failed; npm's message stands above.");
}

/** Compares the lock file with what npm wrote down at its last installation. */
function findMissing(withDev) {
  const locked = readPackages(join(root, "package-lock.json"));
  const installed = readPackages(join(root, "node_modules", ".package-lock.json"));
  if (!locked) fail("package-lock.json is missing or broken; get it back from the repository.");
  if (!installed) return Object.keys(locked);
  return Object.entries(locked)
    .filter(([path, entry]) => path !== "" && !entry.link && (withDev || !entry.dev))
    .filter(([path, entry]) => {
      const found = installed[path];
      const isOptional = entry.optional || entry.devOptional || entry.peer;
      return found ? found.version !== entry.version || !existsSync(join(root, path)) : !isOptional;
    })
    .map(([path]) => path.replace(/^.*node_modules\//, ""));
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages;
  } catch {
    return undefined;
  }
}

/** The npm that started us, else the one in PATH; never run by the Node that it is about to replace. */
function findNpm() {
  const cli = process.env.npm_execpath;
  const node = process.env.npm_node_execpath ?? process.execPath;
  const isOurs = node.startsWith(join(root, "node_modules"));
  if (cli?.endsWith(".js") && existsSync(cli) && !isOurs) return { command: node, args: [cli] };
  return { command: process.platform === "win32" ? "npm.cmd" : "npm", args: [] };
}

function pathWithout(folder) {
  return (process.env.PATH ?? "")
    .split(delimiter)
    .filter((one) => one !== folder)
    .join(delimiter);
}

/**
 * The Node that runs the project: ours if it is new enough, else the one that came with the packages.
 * @returns {string} path of the program
 */
export function findProjectNode() {
  if (Number(process.versions.node.split(".")[0]) >= PROJECT_NODE) return process.execPath;
  const packaged = join(root, "node_modules", "node", "bin", "node");
  if (spawnSync(packaged, ["--version"]).status === 0) return packaged;
  return fail(
    `Node ${PROJECT_NODE} is not there: the install script of the package "node" did not run. Allow it and run "npm rebuild node", or use Node ${PROJECT_NODE} yourself.`,
  );
}

/** The environment in which every program of the project finds this project's Node and tools first. */
export function projectEnvironment(node) {
  const path = [dirname(node), join(root, "node_modules", ".bin"), process.env.PATH ?? ""].join(delimiter);
  return { ...process.env, PATH: path, NEXT_TELEMETRY_DISABLED: "1" };
}

/**
 * Says what a person has to mend, and ends.
 * @returns {never}
 */
export function fail(sentence) {
  process.stderr.write(`\n${sentence}\n`);
  process.exit(1);
}
