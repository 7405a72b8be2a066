import { connect } from "node:net";
import type { Probe } from "#core/installation/ask-network.ts";

const WAIT_MS = 10_000;

/** Connects from one of our addresses, waits for any greeting, and takes its leave. No mail, no name. */
export function makeProbe(port: number, waitMs: number = WAIT_MS): Probe {
  return (from, to) =>
    new Promise((resolve) => {
      const socket = connect({ host: to, port, localAddress: from });
      const end = (how: "answered" | "silent" | "not-here") => {
        clearTimeout(timer);
        resolve(how);
      };
      const timer = setTimeout(() => {
        end("silent");
        socket.destroy();
      }, waitMs);
      socket.once("data", (greeting) => {
        end(/^[2-5]\d\d[ -]/.test(greeting.toString("latin1")) ? "answered" : "silent");
        socket.end("QUIT\r\n");
        socket.resume();
        socket.setTimeout(1_000, () => socket.destroy());
      });
      socket.on("error", (error: NodeJS.ErrnoException) =>
        end(error.code === "EADDRNOTAVAIL" ? "not-here" : "silent"),
      );
      socket.on("close", () => end("silent"));
    });
}
