import { afterEach, expect, test } from "vitest";
import { SmtpConnection } from "./connection.ts";
import type { ConnectOptions, OutgoingMail } from "./smtp-types.ts";
import { type ScriptedServer, scriptedServer } from "./testing/scripted-server.ts";

const SHORT = { connect: 300, greeting: 300, hello: 300, mail: 300, data: 300, block: 300, dot: 300 };
const MAIL: OutgoingMail = {
  from: "b+1@bounces.example",
  to: "ann@there.example",
  bytes: Buffer.from("Subject: hi\r\n\r\nhello\r\n"),
};

const servers: ScriptedServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function serve(script: Parameters<typeof scriptedServer>[0] = {}): Promise<ScriptedServer> {
  const server = await scriptedServer(script);
  servers.push(server);
  return server;
}

function dial(server: ScriptedServer, options: Partial<ConnectOptions> = {}) {
  return SmtpConnection.open({
    address: "127.0.0.1",
    port: server.port,
    host: "mx.example",
    heloName: "out.example",
    tls: "opportunistic",
    timeouts: SHORT,
    ...options,
  });
}

async function connected(server: ScriptedServer): Promise<SmtpConnection> {
  const dialled = await dial(server);
  if (!dialled.ok) throw new Error(dialled.failure.text);
  return dialled.connection;
}

/** A refusal at one command. */
const at = (verb: RegExp, answer: string) => (line: string) => (verb.test(line) ? answer : undefined);

test("sends one mail after another on one connection, commands pipelined", async () => {
  const server = await serve();
  const connection = await connected(server);
  for (let i = 0; i < 3; i++) {
    expect(await connection.send(MAIL)).toMatchObject({
      kind: "reply",
      stage: "dot",
      code: 250,
      text: "queued as 1",
    });
  }
  expect(connection.served).toBe(3);
  expect(connection.isUsable).toBe(true);
  expect(server.heard.slice(0, 4)).toEqual([
    "EHLO out.example",
    "MAIL FROM:<b+1@bounces.example> SIZE=22",
    "RCPT TO:<ann@there.example>",
    "DATA",
  ]);
  expect(server.bodies).toEqual(Array(3).fill("Subject: hi\r\n\r\nhello\r\n"));
  const closed = new Promise<void>((done) => connection.onClose(done));
  connection.quit();
  await closed;
  expect(connection.isUsable).toBe(false);
});

test("a body that does not end its last line gets its line end before the dot", async () => {
  const server = await serve();
  const connection = await connected(server);
  await connection.send({ ...MAIL, bytes: Buffer.from("Subject: hi\r\n\r\nhello") });
  expect(server.bodies).toEqual(["Subject: hi\r\n\r\nhello\r\n"]);
  connection.destroy();
});

test("speaks step by step where PIPELINING is not offered, and HELO where EHLO is not known", async () => {
  const server = await serve({ line: at(/^EHLO/, "502 5.5.1 what") });
  const connection = await connected(server);
  expect(await connection.send(MAIL)).toMatchObject({ stage: "dot", code: 250 });
  expect(server.heard).toContain("HELO out.example");
  expect(server.heard).toContain("MAIL FROM:<b+1@bounces.example>");
  connection.destroy();
});

test.each([
  ["mail", /^MAIL/, "451 4.3.2 later", 451, "4.3.2"],
  ["rcpt", /^RCPT/, "550-5.1.1 no such\r\n550 5.1.1 user", 550, "5.1.1"],
  ["data", /^DATA/, "554 5.7.1 no", 554, "5.7.1"],
] as const)(
  "a refusal at %s is said with its stage, and the connection goes on",
  async (stage, verb, answer, code, enhanced) => {
    let refuses = true;
    const server = await serve({
      line: (line) => {
        if (/^(RCPT|DATA)/.test(line) && stage === "mail" && refuses) return "503 5.5.1 bad sequence";
        if (/^DATA/.test(line) && stage === "rcpt" && refuses) return "503 5.5.1 bad sequence";
        return verb.test(line) && refuses ? answer : undefined;
      },
    });
    const connection = await connected(server);
    expect(await connection.send(MAIL)).toMatchObject({ kind: "reply", stage, code, enhanced });
    refuses = false;
    expect(await connection.send(MAIL)).toMatchObject({ stage: "dot", code: 250 });
    connection.destroy();
  },
);

test("a server that opens the data phase without a recipient gets an empty message, and the next mail goes through", async () => {
  let refuses = true;
  const server = await serve({
    line: (line) => (/^RCPT/.test(line) && refuses ? "550 5.1.1 no" : undefined),
  });
  const connection = await connected(server);
  expect(await connection.send(MAIL)).toMatchObject({ stage: "rcpt", code: 550 });
  refuses = false;
  expect(await connection.send(MAIL)).toMatchObject({ stage: "dot", code: 250 });
  expect(server.bodies[0]).toBe("");
  connection.destroy();
});

test("a refusal after the dot is a reply like any other", async () => {
  const server = await serve({ body: () => "550 5.7.1 spam" });
  const connection = await connected(server);
  expect(await connection.send(MAIL)).toMatchObject({
    kind: "reply",
    stage: "dot",
    code: 550,
    enhanced: "5.7.1",
  });
  connection.destroy();
});

test("421 ends the connection whenever it comes", async () => {
  const server = await serve({ line: at(/^MAIL/, "421 4.7.0 too many") });
  const connection = await connected(server);
  expect(await connection.send(MAIL)).toMatchObject({ stage: "mail", code: 421 });
  expect(connection.isUsable).toBe(false);
});

test("nothing was handed over when the connection dies before the dot", async () => {
  const server = await serve({
    line: (line, socket) => {
      if (!/^DATA/.test(line)) return undefined;
      socket.destroy();
      return null;
    },
  });
  const connection = await connected(server);
  expect(await connection.send(MAIL)).toMatchObject({ kind: "lost", when: "before-dot", heard: true });
  expect(connection.isUsable).toBe(false);
});

test("a kept connection that was gone before MAIL was heard says so", async () => {
  const server = await serve({
    line: (line, socket) => {
      if (!/^MAIL/.test(line)) return undefined;
      socket.destroy();
      return null;
    },
  });
  const connection = await connected(server);
  expect(await connection.send(MAIL)).toMatchObject({ kind: "lost", when: "before-dot", heard: false });
});

test("nobody knows when the connection dies after the dot", async () => {
  const server = await serve({
    body: (socket) => {
      socket.destroy();
      return null;
    },
  });
  const connection = await connected(server);
  expect(await connection.send(MAIL)).toMatchObject({ kind: "lost", when: "after-dot" });
});

test("nor when no answer comes in time", async () => {
  const server = await serve({ body: () => null });
  const connection = await connected(server);
  expect(await connection.send(MAIL)).toMatchObject({
    kind: "lost",
    when: "after-dot",
    text: "no answer in time",
  });
});

test("a receiver that stops reading has not got the dot", async () => {
  const server = await serve({
    line: (line, socket) => {
      if (!/^DATA/.test(line)) return undefined;
      socket.pause();
      return "354 go on";
    },
  });
  const connection = await connected(server);
  const big = Buffer.concat([Buffer.from("Subject: big\r\n\r\n"), Buffer.alloc(900_000, "x\r\n")]);
  const huge = Buffer.concat(Array(40).fill(big));
  const result = await connection.send({ ...MAIL, bytes: huge.subarray(0, 999_000) });
  // 1 MB may fit into the system's buffers: then it is after the dot, and only silence was heard.
  expect(result).toMatchObject({ kind: "lost", text: "no answer in time" });
});

test("a message above the announced size is refused without a word", async () => {
  const server = await serve();
  const connection = await connected(server);
  const result = await connection.send({ ...MAIL, bytes: Buffer.alloc(1_000_001, "x") });
  expect(result).toMatchObject({ kind: "reply", stage: "mail", code: 552, enhanced: "5.3.4" });
  expect(server.heard).toEqual(["EHLO out.example"]);
  connection.destroy();
});

test("a garbled reply ends the connection", async () => {
  const server = await serve({ line: at(/^MAIL/, "hello? is this thing on") });
  const connection = await connected(server);
  const result = await connection.send(MAIL);
  expect(result).toMatchObject({ kind: "reply", stage: "mail", code: 0 });
  expect(connection.isUsable).toBe(false);
});

test("a reply without end is bounded", async () => {
  const server = await serve({
    line: (line, socket) => {
      if (!/^MAIL/.test(line)) return undefined;
      for (let i = 0; i < 3_000; i++) socket.write(`250-${"x".repeat(60)}\r\n`);
      return null;
    },
  });
  const connection = await connected(server);
  expect(await connection.send(MAIL)).toMatchObject({ code: 0, text: "a reply without an end" });
});

test.each([
  ["greeting", { greeting: "554 5.7.1 go away" }, 554],
  ["greeting", { greeting: "421 4.7.0 busy" }, 421],
  ["hello", { line: at(/^(EHLO|HELO)/, "550 5.7.1 no") }, 550],
] as const)("a refusal at %s is a failure to connect", async (stage, script, code) => {
  const server = await serve(script);
  expect(await dial(server)).toMatchObject({ ok: false, failure: { kind: "reply", stage, code } });
});

test("a mute server is given up after the greeting's time", async () => {
  const server = await serve({ greeting: null });
  expect(await dial(server)).toMatchObject({ ok: false, failure: { kind: "network", stage: "greeting" } });
});

test("a closed port is a failure to connect", async () => {
  const server = await scriptedServer();
  await server.close();
  expect(await dial(server)).toMatchObject({ ok: false, failure: { kind: "network", stage: "connect" } });
});

test("required encryption that is not offered is no connection", async () => {
  const server = await serve();
  expect(await dial(server, { tls: "required" })).toMatchObject({
    ok: false,
    failure: { kind: "tls", stage: "tls" },
  });
});

test("a STARTTLS that breaks is a failure of encryption", async () => {
  const server = await serve({
    line: (line) => {
      if (/^EHLO/.test(line)) return "250-mx\r\n250 STARTTLS";
      return /^STARTTLS/.test(line) ? "220 go\r\nthis is no handshake" : undefined;
    },
  });
  expect(await dial(server)).toMatchObject({ ok: false, failure: { kind: "tls" } });
});

test("logs in to a relay, and never shows the password", async () => {
  const lines: string[] = [];
  const server = await serve({
    line: (line) => {
      if (/^EHLO/.test(line)) return "250-relay\r\n250 AUTH PLAIN LOGIN";
      return /^AUTH/.test(line) ? "235 2.7.0 welcome" : undefined;
    },
  });
  const auth = { user: "mara", password: "hunter2" };
  const dialled = await dial(server, {
    auth,
    tls: "never",
    onLine: (who, line) => lines.push(`${who}: ${line}`),
  });
  expect(dialled.ok).toBe(true);
  expect(server.heard).toContain(`AUTH PLAIN ${Buffer.from("\0mara\0hunter2").toString("base64")}`);
  expect(lines).toContain("client: AUTH PLAIN ********");
  if (dialled.ok) dialled.connection.destroy();
});

test("says no password in clear text where encryption was wanted", async () => {
  const server = await serve({
    line: (line) => (/^EHLO/.test(line) ? "250-relay\r\n250 AUTH PLAIN LOGIN" : undefined),
  });
  const dialled = await dial(server, { auth: { user: "mara", password: "hunter2" } });
  expect(dialled).toMatchObject({ ok: false, failure: { stage: "auth", kind: "tls" } });
  expect(server.heard.some((line) => /^AUTH/.test(line))).toBe(false);
});

test("a wrong password is said", async () => {
  const server = await serve({
    line: (line) => {
      if (/^EHLO/.test(line)) return "250-relay\r\n250 AUTH LOGIN";
      if (/^AUTH LOGIN/.test(line)) return "334 VXNlcm5hbWU6";
      return /^(MAIL|QUIT)/.test(line)
        ? undefined
        : line === Buffer.from("mara").toString("base64")
          ? "334 UGFzc3dvcmQ6"
          : "535 5.7.8 wrong";
    },
  });
  const script = await dial(server, { tls: "never", auth: { user: "mara", password: "no" } });
  expect(script).toMatchObject({ ok: false, failure: { stage: "auth", code: 535 } });
});

test.each([true, false])(
  "a refused recipient's transaction is ended before the next begins (pipelining %s)",
  async (pipelining) => {
    let isOpen = false;
    const server = await serve({
      line: (line) => {
        if (/^EHLO/.test(line)) return pipelining ? "250-mx\r\n250 PIPELINING" : "250 mx";
        if (/^RSET/.test(line)) isOpen = false;
        if (/^MAIL/.test(line)) {
          if (isOpen) return "503 5.5.1 nested MAIL command";
          isOpen = true;
        }
        if (/^RCPT TO:<gone/.test(line)) return "550 5.1.1 no such user";
        if (/^DATA/.test(line) && server.heard.at(-2)?.includes("gone")) return "503 5.5.1 no recipients";
        return undefined;
      },
      body: () => {
        isOpen = false;
        return "250 ok";
      },
    });
    const connection = await connected(server);
    expect(await connection.send({ ...MAIL, to: "gone@there.example" })).toMatchObject({
      stage: "rcpt",
      code: 550,
    });
    expect(await connection.send(MAIL)).toMatchObject({ stage: "dot", code: 250 });
    expect(await connection.send(MAIL)).toMatchObject({ stage: "dot", code: 250 });
    connection.destroy();
  },
);

test("breaks off before the message where it may not go on, and nothing was handed over", async () => {
  const server = await serve();
  const connection = await connected(server);
  const result = await connection.send(MAIL, () => false);
  expect(result).toMatchObject({ kind: "lost", when: "before-dot", heard: true });
  expect(connection.isUsable).toBe(false);
  expect(server.bodies).toEqual([]);
});
