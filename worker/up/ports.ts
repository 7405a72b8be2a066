import { createServer } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { Sentence } from "./sentence.ts";

const RETRY_MS = 200;

/**
 * Makes sure that we may listen there, before anything is started.
 * @param patienceMs how long children of an earlier supervisor may take to let go
 * @throws Sentence naming the variable to change
 */
export async function requirePort(
  variable: string,
  port: number,
  host: string | undefined,
  patienceMs: number,
): Promise<void> {
  const giveUpAt = Date.now() + patienceMs;
  for (;;) {
    const code = await tryToListen(port, host);
    if (code === undefined) return;
    if (code === "EADDRINUSE" && Date.now() < giveUpAt) {
      await wait(RETRY_MS);
      continue;
    }
    throw new Sentence(explain(code, variable, port, host));
  }
}

function explain(code: string, variable: string, port: number, host: string | undefined): string {
  const place = host ? `${host}, port ${port}` : `port ${port}`;
  if (code === "EADDRINUSE") {
    const example = variable === "PORT" ? ` for example: PORT=${port + 1} npm run up` : "";
    return `Another program already listens on ${place}. End it, or set ${variable} to a free one${example ? "," : "."}${example}`;
  }
  if (code === "EACCES") {
    return `This user may not listen on ${place}: ports below 1024 need root or the capability cap_net_bind_service. Set ${variable} to a higher one.`;
  }
  if (code === "EADDRNOTAVAIL") return `This machine has no address ${host} (${variable}).`;
  return `Cannot listen on ${place} (${variable}): ${code}.`;
}

function tryToListen(port: number, host: string | undefined): Promise<string | undefined> {
  return new Promise((done) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => done(error.code ?? error.message));
    server.listen({ port, ...(host ? { host } : {}) }, () => server.close(() => done(undefined)));
  });
}
