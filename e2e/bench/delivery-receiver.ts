/** The receiving side of the delivery bench, in a process of its own: a quiet and fast world. */

import { startSandbox } from "#worker/sandbox/start.ts";
import { startLatencyProxy } from "./latency-proxy.ts";

const [, , block = "127.95", latency = "0", encryption = "plain"] = process.argv;
const latencyMs = Number(latency);

const sandbox = await startSandbox({
  block,
  smtpPort: 0,
  dnsPort: 0,
  world: "quiet",
  keepBodies: false,
  behaviours: { limitMode: "count", tls: encryption === "tls" },
});

process.on("message", (question) => {
  if (question === "stats") {
    const { taken, bytes, copies, violationCounts, connections } = sandbox.stats();
    process.send?.({ taken, bytes, copies: copies.length, violationCounts, connections: connections.total });
  }
});
process.on("disconnect", () => void sandbox.stop().then(() => process.exit(0)));
const { port } =
  latencyMs > 0 ? await startLatencyProxy(sandbox.smtpPort, latencyMs) : { port: sandbox.smtpPort };
process.send?.({ dns: sandbox.dns, smtpPort: port, certificate: sandbox.certificate });
