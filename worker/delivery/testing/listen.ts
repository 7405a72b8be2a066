import { once } from "node:events";
import type { AddressInfo, Server, Socket } from "node:net";

/** Listens on a free port of 127.0.0.1. `close` breaks whatever is open. */
export async function listen(
  listener: Server,
  sockets: Iterable<Socket>,
): Promise<{ port: number; close(): Promise<void> }> {
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  return {
    port: (listener.address() as AddressInfo).port,
    async close() {
      for (const socket of sockets) socket.destroy();
      listener.close();
      await once(listener, "close");
    },
  };
}
