import { createServer, type Server } from "node:https";
import { listen } from "./dns.ts";
import { policyFileOf } from "./guarded.ts";
import type { Certificate } from "./tls.ts";

/** The web of the sandbox's world: hosts that publish MTA-STS policies (RFC 8461 §3.3), and nothing else. */
export async function startPolicies(options: {
  host: string;
  port: number;
  certificate: Certificate;
}): Promise<{ port: number; close(): Promise<void> }> {
  const { key, cert } = options.certificate;
  const server: Server = createServer({ key, cert }, (request, response) => {
    const host = (request.headers.host ?? "").split(":")[0] ?? "";
    const policy = request.url === "/.well-known/mta-sts.txt" ? policyFileOf(host.toLowerCase()) : null;
    response.writeHead(policy === null ? 404 : 200, { "content-type": "text/plain" });
    response.end(policy ?? "Nothing stands here.\n");
  });
  server.on("tlsClientError", () => {});
  await listen(server, options.host, options.port);
  const bound = server.address();
  return {
    port: typeof bound === "object" && bound ? bound.port : options.port,
    close() {
      server.closeAllConnections();
      return new Promise((done) => server.close(() => done()));
    },
  };
}
