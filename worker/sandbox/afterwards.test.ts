import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "node:tls";
import { simpleParser } from "mailparser";
import { SMTPServer } from "smtp-server";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Sandbox, startSandbox } from "./start.ts";
import { TestClient } from "./testing/client.ts";
import type { LaterAction } from "./types.ts";

const soon: [number, number] = [0, 5];
let sandbox: Sandbox;
let origin: string;
let requests: { method: string; url: string; agent: string; body: string }[] = [];
let reports: { to: string; from: string; text: string }[] = [];
let happened: { action: LaterAction; address: string }[] = [];

const web = createServer(async (request: IncomingMessage, response) => {
  let body = "";
  for await (const chunk of request) body += chunk;
  requests.push({
    method: request.method ?? "",
    url: request.url ?? "",
    agent: request.headers["user-agent"] ?? "",
    body,
  });
  response.writeHead(302, { location: "https://outside.example/" }).end();
});

const inbound = new SMTPServer({
  disabledCommands: ["AUTH", "STARTTLS"],
  onData(stream, session, done) {
    let text = "";
    stream.on("data", (chunk: Buffer) => {
      text += chunk.toString("latin1");
    });
    stream.on("end", () => {
      const from = session.envelope.mailFrom;
      for (const to of session.envelope.rcptTo) {
        reports.push({ to: to.address, from: from ? from.address : "", text });
      }
      done();
    });
  },
});

beforeAll(async () => {
  web.listen(0, "127.0.0.1");
  await once(web, "listening");
  origin = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
  const inboundPort = await new Promise<number>((resolve) => {
    const server = inbound.listen(0, "127.93.0.25", () => resolve((server.address() as AddressInfo).port));
  });
  sandbox = await startSandbox({
    block: "127.93",
    smtpPort: 0,
    dnsPort: 0,
    world: "quiet",
    keepBodies: true,
    appUrl: `${origin}/`,
    inbound: { address: "127.93.0.25", port: inboundPort },
    behaviours: {
      later: {
        dsn: soon,
        complain: soon,
        open: soon,
        prefetch: soon,
        click: soon,
        scan: soon,
        unsubscribe: soon,
      },
    },
    onLater: (action, mail) => happened.push({ action, address: mail.address }),
  });
});

afterAll(async () => {
  await sandbox.stop();
  web.close();
  inbound.close(() => {});
});

beforeEach(() => {
  requests = [];
  reports = [];
  happened = [];
});

const until = async (condition: () => boolean) => {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
};

async function sendTo(to: string) {
  const html = [
    `<img alt="" src="${origin}/o/abc">`,
    '<img src="https://elsewhere.example/x.png">',
    `<a href="${origin}/l/abc/1?a=1&amp;b=2">Read on</a>`,
    `<a href="${origin}/u/abc">Unsubscribe</a>`,
    '<a href="https://elsewhere.example/">There</a>',
  ].join("\n");
  const coded = html.replaceAll("=", "=3D").replaceAll("/l/abc", "/l/=\r\nabc");
  const message = [
    "From: News <news@brand.example>",
    `To: <${to}>`,
    "Subject: Spring",
    `Message-ID: <${to}>`,
    `List-Unsubscribe: <mailto:u@brand.example>,\r\n <${origin}/u/abc/one>`,
    "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
    "MIME-Version: 1.0",
    "Content-Type: text/html; charset=utf-8",
    "Content-Transfer-Encoding: quoted-printable",
    "",
    coded.replaceAll("\n", "\r\n").replaceAll("\r\r", "\r"),
  ].join("\r\n");
  const client = await TestClient.ready(sandbox.world.addressOf("mx00.mail.com"), sandbox.smtpPort);
  expect((await client.send(to, { from: "b+token1@bounces.brand.example", message })).at(-1)).toMatch(/^250/);
  client.destroy();
}

test("a bounce that comes later goes to the return path as a delivery report", async () => {
  await sendTo("ann+dsn@mail.com");
  await until(() => reports.length > 0 && happened.length > 0);
  expect(reports[0]).toMatchObject({ to: "b+token1@bounces.brand.example", from: "" });
  const mail = await simpleParser(reports[0]?.text ?? "");
  expect(mail.headers.get("content-type")).toMatchObject({ value: "multipart/report" });
  expect(reports[0]?.text).toContain("Final-Recipient: rfc822; ann+dsn@mail.com");
  expect(reports[0]?.text).toMatch(/Action: failed\r\nStatus: 5\.[12]\.1\r\nDiagnostic-Code: smtp; 550/);
  expect(reports[0]?.text).toContain("Message-ID: <ann+dsn@mail.com>");
  expect(happened).toEqual([{ action: "dsn", address: "ann+dsn@mail.com" }]);
});

test("a complaint is a feedback report without the recipient's name", async () => {
  await sendTo("ann+complain@mail.com");
  await until(() => reports.length > 0 && happened.length > 0);
  const text = reports[0]?.text ?? "";
  expect(reports[0]?.to).toBe("b+token1@bounces.brand.example");
  expect(text).toContain("report-type=feedback-report");
  expect(text).toContain("Feedback-Type: abuse\r\nUser-Agent: ");
  expect(text).toContain("Original-Mail-From: <b+token1@bounces.brand.example>");
  expect(text).toContain("Reported-Domain: brand.example");
  expect(text).not.toContain("ann+complain@mail.com");
});

test("a person opens and clicks like a person", async () => {
  await sendTo("ann+open+click@mail.com");
  await until(() => happened.length === 2);
  expect(requests.map((request) => `${request.method} ${request.url}`).sort()).toEqual([
    "GET /l/abc/1?a=1&b=2",
    "GET /o/abc",
  ]);
  expect(requests.every((request) => request.agent.startsWith("Mozilla/5.0 ("))).toBe(true);
});

test("a scanner follows every link, and never leaves the app", async () => {
  await sendTo("ann+scan@mail.com");
  await until(() => happened.length === 1);
  const lines = requests.map((request) => `${request.method} ${request.url}`).sort();
  expect(lines).toEqual(["GET /l/abc/1?a=1&b=2", "GET /u/abc", "HEAD /l/abc/1?a=1&b=2", "HEAD /u/abc"]);
});

test("one-click unsubscribe is a plain POST", async () => {
  await sendTo("ann+unsubscribe@mail.com");
  await until(() => happened.length === 1);
  expect(requests).toMatchObject([{ method: "POST", url: "/u/abc/one", body: "List-Unsubscribe=One-Click" }]);
  expect(sandbox.stats().later).toMatchObject({
    unsubscribe: 1,
    dsn: 1,
    complain: 1,
    scan: 1,
    open: 1,
    click: 1,
  });
});

test("the certificate can be trusted and verified", async () => {
  const plain = await TestClient.connect(sandbox.world.addressOf("mx01.mail.icloud.com"), sandbox.smtpPort);
  await plain.reply();
  await plain.say("EHLO x");
  await plain.say("STARTTLS");
  const socket = connect({
    socket: plain.socket,
    ca: sandbox.certificate,
    servername: "mx01.mail.icloud.com",
  });
  await once(socket, "secureConnect");
  expect(socket.authorized).toBe(true);
  socket.destroy();
});
