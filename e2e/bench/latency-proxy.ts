/** A network between two programs of this machine: all that passes is late, in both directions. */
import { connect, createServer, type Socket } from "node:net";

/**
 * Listens on every address of this machine, leads to the same address at `port`, and holds all bytes back for half of
 * `roundTripMs` each way. A connection is made for real at once, and said to be there one round trip later.
 */
export async function startLatencyProxy(port: number, roundTripMs: number): Promise<{ port: number }> {
  const half = roundTripMs / 2;
  const server = createServer({ pauseOnConnect: true }, (client) => {
    const upstream = connect({
      host: client.localAddress ?? "127.0.0.1",
      port,
      // Receivers count by who connects.
      localAddress: client.remoteAddress ?? "127.0.0.1",
    });
    for (const socket of [client, upstream]) socket.setNoDelay(true).on("error", () => {});
    upstream.once("connect", () => {
      lead(client, upstream, half);
      // The greeting cannot come before the handshake has gone there and back.
      setTimeout(() => lead(upstream, client, half), half);
    });
    upstream.once("close", () => client.destroy());
    client.once("close", () => upstream.destroy());
  });
  await new Promise<void>((ready) => server.listen(0, "0.0.0.0", ready));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { port: address.port };
}

function lead(from: Socket, to: Socket, ms: number): void {
  from.on("data", (chunk: Buffer) => void setTimeout(() => to.write(chunk), ms));
  from.on("end", () => void setTimeout(() => to.end(), ms));
  from.resume();
}
