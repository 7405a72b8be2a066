import { createServer, type Socket } from "node:net";
import { type SecureContext, TLSSocket } from "node:tls";
import { listen } from "./listen.ts";

/** Moments of a conversation at which a server can go wrong; `body`: with the first octets of the message. */
export const MOMENTS = [
  "greeting",
  "hello",
  "starttls",
  "handshake",
  "hello-again",
  "mail",
  "rcpt",
  "data",
  "body",
  "dot",
] as const;
export type Moment = (typeof MOMENTS)[number];

/** What is done instead of the answer. Returns what the server says after all, if anything; lines end with CRLF. */
export type Fault = (wire: { socket: Socket; plain: Socket; good: string }) => string | undefined;

export type FaultServer = {
  port: number;
  /** Bodies that came whole, with their dot. */
  bodies: number;
  /** Conversations begun and sockets that are open. */
  connections: number;
  open: number;
  close(): Promise<void>;
};

/** An SMTP server without mercy: on its first `faulty` connections it does at one moment what a test says; else it is good. */
export async function faultServer(options: {
  at?: Moment;
  fault?: Fault;
  faulty?: number;
  /** Offers STARTTLS with it. */
  tls?: SecureContext | undefined;
  pipelining?: boolean;
}): Promise<FaultServer> {
  const { at, fault, faulty = 1, tls, pipelining = true } = options;
  const sockets = new Set<Socket>();
  const server: FaultServer = { port: 0, bodies: 0, connections: 0, open: 0, close: async () => {} };
  const listener = createServer((plain) => {
    server.connections += 1;
    server.open += 1;
    sockets.add(plain);
    plain.on("close", () => {
      server.open -= 1;
      sockets.delete(plain);
    });
    plain.on("error", () => {});
    const isFaulty = server.connections <= faulty;
    let socket: Socket = plain;
    let isSecure = false;
    let input = "";
    let body: string | null = null;
    /** Nothing more is answered. */
    let isDone = false;

    const answer = (moment: Moment, good: string) => {
      const said = isFaulty && moment === at ? fault?.({ socket, plain, good }) : good;
      if (said !== undefined && socket.writable) socket.write(said, "latin1");
      return said;
    };
    const command = (line: string) => {
      const verb = line.slice(0, 4).toUpperCase();
      if (verb === "EHLO" || verb === "HELO") {
        const words = [...(pipelining ? ["PIPELINING"] : []), ...(tls && !isSecure ? ["STARTTLS"] : [])];
        answer(
          isSecure ? "hello-again" : "hello",
          ["mx.example", ...words].map((w, i, all) => `250${all[i + 1] ? "-" : " "}${w}\r\n`).join(""),
        );
      } else if (verb === "STAR" && tls) startTls(tls);
      else if (verb === "MAIL") answer("mail", "250 2.1.0 sender ok\r\n");
      else if (verb === "RCPT") answer("rcpt", "250 2.1.5 recipient ok\r\n");
      else if (verb === "DATA") {
        if (answer("data", "354 go on\r\n")?.startsWith("354")) body = "";
      } else if (verb === "QUIT") socket.end("221 2.0.0 bye\r\n");
      else socket.write("250 2.0.0 ok\r\n");
    };
    const startTls = (secureContext: SecureContext) => {
      if (answer("starttls", "220 2.0.0 go on\r\n") === undefined) return;
      if (isFaulty && at === "handshake") {
        plain.removeListener("data", onData);
        plain.once("data", () => answer("handshake", ""));
        return;
      }
      plain.removeListener("data", onData);
      isSecure = true;
      input = "";
      socket = new TLSSocket(plain, { isServer: true, secureContext });
      socket.on("error", () => plain.destroy());
      socket.on("data", onData);
    };
    const onData = (chunk: Buffer) => {
      if (isDone) return;
      input += chunk.toString("latin1");
      for (;;) {
        if (input === "") return;
        if (body !== null) {
          if (body === "" && answer("body", "") === undefined) {
            isDone = true;
            return;
          }
          const end = input.startsWith(".\r\n") ? 0 : input.indexOf("\r\n.\r\n");
          if (end < 0) {
            // Long bodies are not kept: only where they may end.
            body = "begun";
            input = input.slice(-4);
            return;
          }
          input = input.slice(end === 0 ? 3 : end + 5);
          body = null;
          server.bodies += 1;
          answer("dot", "250 2.0.0 queued as 1\r\n");
          continue;
        }
        const end = input.indexOf("\r\n");
        if (end < 0) return;
        const line = input.slice(0, end);
        input = input.slice(end + 2);
        command(line);
      }
    };
    plain.on("data", onData);
    answer("greeting", "220 mx.example ESMTP\r\n");
  });
  return Object.assign(server, await listen(listener, sockets));
}

/** The ways in which a server goes wrong. */
export const FAULTS = {
  /** Neither reads nor answers any more, without a FIN: what a host that vanished looks like. */
  vanishes: ({ socket, plain }) => {
    socket.pause();
    plain.pause();
    return undefined;
  },
  resets: ({ plain }) => {
    plain.resetAndDestroy();
    return undefined;
  },
  "hangs up": ({ socket }) => {
    socket.end();
    return undefined;
  },
  "has no code": () => "hello? is this thing on\r\n",
  "has a wrong code": () => "999 what\r\n",
  "says yes and no": () => "250-2.0.0 yes\r\n550 5.1.1 no such user\r\n",
  "says no and yes": () => "550-5.1.1 no such user\r\n250 2.0.0 yes\r\n",
  "never ends a line": ({ socket }) => {
    for (let i = 0; i < 10; i++) socket.write(`250 ${"x".repeat(10_000)}`);
    return undefined;
  },
  "never ends a reply": ({ socket }) => {
    for (let i = 0; i < 2_000; i++) socket.write(`250-${"x".repeat(60)}\r\n`);
    return undefined;
  },
  "sends octets": () => "\u0000\u0001\u00ff\u00fe\u0000\r\n\u0016\u0003\u0001\r\n",
} satisfies Record<string, Fault>;

/** Odd, but what was meant is plain: the mail goes. */
export const ODDITIES = {
  "in pieces of one octet": ({ socket, good }) => {
    for (const octet of good) socket.write(octet, "latin1");
    return undefined;
  },
  "with bare line feeds": ({ good }) => good.replaceAll("\r\n", "\n"),
  "in UTF-8": ({ good }) => good.replace(/\r\n$/, " – zugestellt für Jörg ✓\r\n"),
  "in Latin-1 and with a NUL": ({ good }) => good.replace(/\r\n$/, " f\u00fcr J\u00f6rg\u0000\r\n"),
  "on many lines": ({ good }) => `${`${good.slice(0, 3)}-another line\r\n`.repeat(50)}${good}`,
  "on a long line": ({ good }) => good.replace(/\r\n$/, ` ${"x".repeat(20_000)}\r\n`),
} satisfies Record<string, Fault>;
