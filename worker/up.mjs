// `npm run up`: sets up and starts everything. This file runs on Node 20 with nothing installed;
// the rest, in up/, runs on the project's Node once it is there.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { ensureInstalled, findProjectNode, projectEnvironment, root } from "./install.mjs";
import { watchStarter } from "./up/watch-starter.mjs";

ensureInstalled({ dev: false });
const node = findProjectNode();

if (node === process.execPath) {
  process.chdir(root);
  Object.assign(process.env, projectEnvironment(node));
  const { up } = await import("./up/up.ts");
  await up(process.argv.slice(2));
} else {
  const again = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    cwd: root,
    stdio: "inherit",
    env: { ...projectEnvironment(node), LETTERMILL_PARENT: String(process.pid) },
  });
  // Ctrl-C reaches both of us; the other one ends its children first, and then so do we.
  process.on("SIGINT", () => {});
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => again.kill(signal));
  watchStarter(() => again.kill("SIGTERM"));
  again.once("exit", (code) => process.exit(code ?? 1));
}
