import { createServer, type Socket } from "node:net";
import { listen } from "./listen.ts";

/** What a scripted server does with a line: text to answer (CRLF added), or an act on the socket. */
export type Script = (line: string, socket: Socket) => string | null | undefined;

export type ScriptedServer = {
  port: number;
  /** All lines heard, body lines left out. */
  heard: string[];
  /** Bodies as they came, dots and all. */
  bodies: string[];
  close(): Promise<void>;
};

const GOOD: Script = (line) => {
  if (/^EHLO/i.test(line)) return "250-mx.example\r\n250-PIPELINING\r\n250-SIZE 1000000\r\n250 8BITMIME";
  if (/^DATA/i.test(line)) return "354 go on";
  if (/^QUIT/i.test(line)) return "221 bye";
  return "250 2.0.0 ok";
};

/** An SMTP server that says what a test wants it to; lines without an answer of the script get a good one. */
export async function scriptedServer(
  script: { greeting?: string | null; line?: Script; body?: (socket: Socket) => string | null } = {},
): Promise<ScriptedServer> {
  const sockets = new Set<Socket>();
  const server: ScriptedServer = { port: 0, heard: [], bodies: [], close: async () => {} };
  const listener = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {});
    const say = (text: string | null | undefined) => {
      if (typeof text === "string" && socket.writable) socket.write(`${text}\r\n`);
    };
    if (script.greeting !== null) say(script.greeting ?? "220 mx.example ESMTP");
    let rest = "";
    let inBody = false;
    socket.on("data", (chunk) => {
      rest += chunk.toString("latin1");
      for (;;) {
        const end = inBody ? rest.indexOf("\r\n.\r\n") : rest.indexOf("\r\n");
        if (inBody && rest.startsWith(".\r\n")) {
          rest = rest.slice(3);
          server.bodies.push("");
        } else if (end < 0) return;
        else if (inBody) {
          server.bodies.push(rest.slice(0, end + 2));
          rest = rest.slice(end + 5);
        } else {
          const line = rest.slice(0, end);
          rest = rest.slice(end + 2);
          server.heard.push(line);
          const own = script.line?.(line, socket);
          const answer = own === undefined ? GOOD(line, socket) : own;
          say(answer);
          inBody = typeof answer === "string" && answer.startsWith("354");
          if (/^QUIT/i.test(line)) socket.end();
          continue;
        }
        inBody = false;
        say(script.body ? script.body(socket) : "250 2.0.0 queued as 1");
      }
    });
  });
  return Object.assign(server, await listen(listener, sockets));
}
