import { afterEach, expect, test } from "vitest";
import { type Sandbox, type SandboxOptions, startSandbox } from "./start.ts";
import { TestClient, testMessage } from "./testing/client.ts";
import type { TakenMail } from "./types.ts";

let sandbox: Sandbox;
let taken: TakenMail[] = [];
const clients: TestClient[] = [];

async function start(options: Partial<SandboxOptions> = {}) {
  taken = [];
  sandbox = await startSandbox({
    block: "127.92",
    smtpPort: 0,
    dnsPort: 0,
    world: "quiet",
    keepBodies: true,
    keepLog: Number.POSITIVE_INFINITY,
    onMail: (mail) => taken.push(mail),
    ...options,
  });
}

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await sandbox.stop();
});

async function client(domain: string, options: { tls?: boolean; localAddress?: string } = {}) {
  const place = sandbox.world.place(domain);
  const host = place.kind === "mail" ? (place.mx[0]?.exchange ?? domain) : domain;
  const ready = await TestClient.ready(sandbox.world.addressOf(host), sandbox.smtpPort, options);
  clients.push(ready);
  return ready;
}

const until = async (condition: () => boolean) => {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
};

test("takes a message as it was written, over TLS too", async () => {
  await start();
  const gmail = await client("gmail.com", { tls: true });
  const message = testMessage("ann@gmail.com", "one", "..dots\r\n.x\r\nend");
  const replies = await gmail.send("ann@gmail.com", { message: message.replaceAll("\r\n.", "\r\n..") });
  expect(replies.at(-1)).toMatch(/^250 2\.0\.0/);
  expect(taken[0]).toMatchObject({
    provider: "google",
    domain: "gmail.com",
    address: "ann@gmail.com",
    messageId: "<one>",
    subject: "Spring",
    tls: true,
    clientIp: "127.0.0.1",
    mailFrom: "b+1@bounces.brand.example",
  });
  expect(taken[0]?.raw?.toString()).toBe(`${message}\r\n`);
  expect(taken[0]?.transcript).toContain("C: RCPT TO:<ann@gmail.com>");
  expect(sandbox.stats().violationCounts).toEqual({});
});

test("a provider that wants TLS turns away who comes without", async () => {
  await start();
  const gmail = await client("gmail.com");
  expect((await gmail.send("ann@gmail.com"))[0]).toMatch(/421[ -]4\.7\.29/);
  await gmail.ended();
});

test("each tag has its habit", async () => {
  await start();
  const site = await client("yahoo.com");
  expect((await site.send("a+unknown@yahoo.com")).at(-1)).toMatch(/^552 1 Requested/);
  expect((await site.send("a+full7@yahoo.com")).at(-1)).toMatch(/^451 .*full/);
  expect((await site.send("a+overquota@yahoo.com")).at(-1)).toMatch(/^552 5\.2\.2/);
  expect((await site.send("a+blocked@yahoo.com")).at(-1)).toMatch(/^553 5\.7\.1 \[BL21\].*127\.0\.0\.1/);
  const first = await site.send("a+defer@yahoo.com");
  const second = await site.send("a+defer@yahoo.com");
  const third = await site.send("a+defer@yahoo.com");
  expect([first, second, third].map((replies) => replies.at(-1)?.slice(0, 3))).toEqual(["451", "451", "250"]);
  expect((await site.send("a+deferalways@yahoo.com")).at(-1)).toMatch(/^451/);
  const gmail = await client("gmail.com", { tls: true });
  const blocked = await gmail.send("b+blocked@gmail.com");
  expect(blocked).toHaveLength(4);
  expect(blocked.at(-1)).toMatch(/^550-5\.7\.1 \[127\.0\.0\.1\]/);
  expect(sandbox.log.map((record) => record.outcome)).toEqual([
    "unknown",
    "full",
    "overquota",
    "blocked",
    "defer",
    "defer",
    "accepted",
    "defer",
    "blocked",
  ]);
});

test("greylisting: not the first time, not too soon, not for another sender", async () => {
  await start({ behaviours: { greylistMs: 60 } });
  const site = await client("shop.example");
  const to = "a+grey@shop.example";
  expect((await site.send(to)).at(-1)).toMatch(/^450 4\.7\.1/);
  expect((await site.send(to)).at(-1)).toMatch(/^450 4\.7\.1/);
  const since = Date.now();
  await until(() => Date.now() - since > 70);
  expect((await site.send(to)).at(-1)).toMatch(/^250/);
  expect((await site.send(to, { from: "other@brand.example" })).at(-1)).toMatch(/^450 4\.7\.1/);
});

test("drops: nothing taken before the dot, one copy and no reply after it, then well", async () => {
  await start();
  for (const [tag, expected] of [
    ["dropbefore", 0],
    ["dropmid", 0],
    ["dropafter", 1],
  ] as const) {
    const to = `a+${tag}@yahoo.com`;
    const site = await client("yahoo.com");
    const replies = await site.send(to);
    expect(replies.at(-1)).toBeNull();
    expect(taken.filter((mail) => mail.address === to)).toHaveLength(expected);
    const again = await client("yahoo.com");
    expect((await again.send(to)).at(-1)).toMatch(/^250/);
  }
  expect(sandbox.stats().copies).toEqual([
    { address: "a+dropafter@yahoo.com", messageId: "<a+dropafter@yahoo.com.1>", copies: 2 },
  ]);
});

test("a slow address holds its own replies, pipelined commands wait and are not lost", async () => {
  await start({ behaviours: { slowMs: 80 } });
  const site = await client("yahoo.com");
  const since = Date.now();
  const to = "a+slow@yahoo.com";
  site.write(`MAIL FROM:<b@brand.example>\r\nRCPT TO:<${to}>\r\nDATA\r\n`);
  expect([await site.reply(), await site.reply(), await site.reply()].map((r) => r?.slice(0, 3))).toEqual([
    "250",
    "250",
    "354",
  ]);
  site.write(`${testMessage(to)}\r\n.\r\n`);
  expect(await site.reply()).toMatch(/^250/);
  expect(Date.now() - since).toBeGreaterThanOrEqual(155);
});

test("Yahoo hangs up without a word after its number of messages; going on is a violation", async () => {
  await start({ behaviours: { limits: { yahoo: { messagesPerConnection: 3 } } } });
  const site = await client("yahoo.com");
  for (let i = 0; i < 3; i += 1) expect((await site.send(`a${i}@yahoo.com`)).at(-1)).toMatch(/^250/);
  expect(sandbox.stats().violationCounts).toEqual({});
  expect((await site.send("a4@yahoo.com")).at(-1)).toBeNull();
  expect(sandbox.stats().violations).toMatchObject([{ kind: "messages-per-connection", provider: "yahoo" }]);
});

test("others say 421 when a connection carries too much", async () => {
  await start({ behaviours: { limits: { apple: { messagesPerConnection: 1 } } } });
  const site = await client("icloud.com");
  await site.send("a@icloud.com");
  expect((await site.send("b@icloud.com"))[0]).toMatch(/^421/);
});

test("connections at once are counted per client and provider", async () => {
  await start({ behaviours: { limits: { orange: { connections: 2 } }, graceMs: 50 } });
  const address = sandbox.world.addressOf("smtp-in.orange.fr");
  const open = await Promise.all([client("orange.fr"), client("wanadoo.fr")]);
  const third = await TestClient.connect(address, sandbox.smtpPort);
  clients.push(third);
  expect(await third.reply()).toMatch(/^421 .*Trop de connexions/);
  const elsewhere = await TestClient.connect(address, sandbox.smtpPort, "127.0.0.9");
  clients.push(elsewhere);
  expect(await elsewhere.reply()).toMatch(/^220/);
  expect(sandbox.stats().violationCounts).toEqual({ connections: 1 });
  open[0]?.destroy();
  const next = await TestClient.connect(address, sandbox.smtpPort);
  clients.push(next);
  expect(await next.reply()).toMatch(/^220/);
  expect(sandbox.stats().violationCounts).toEqual({ connections: 1 });
});

test("small sites are counted each for itself although they share addresses", async () => {
  await start({ behaviours: { limits: { small: { connections: 1 } }, graceMs: 20 } });
  const shops = Array.from({ length: 400 }, (_, i) => `shop${i}.example`).filter((domain) => {
    const place = sandbox.world.place(domain);
    return place.kind === "mail" && place.provider === "small";
  });
  for (const domain of shops.slice(0, 60)) {
    expect((await (await client(domain)).send(`a@${domain}`)).at(-1)).toMatch(/^250/);
  }
  expect(sandbox.stats().violationCounts).toEqual({});
  const second = await client(shops[0] ?? "");
  expect((await second.send(`b@${shops[0]}`)).at(-1)).toMatch(/^421 4\.7\.0/);
});

test("a rate above the limit is answered 421, and only counted when so told", async () => {
  const limits = { yahoo: { perSecond: 2, messagesPerConnection: 100 } };
  await start({ behaviours: { limits } });
  const site = await client("yahoo.com");
  const last = [];
  for (let i = 0; i < 5; i += 1) last.push((await site.send(`a${i}@yahoo.com`)).at(-1)?.slice(0, 3));
  expect(last).toEqual(["250", "250", "250", "250", "421"]);
  await sandbox.stop();
  await start({ behaviours: { limits, limitMode: "count" } });
  const counted = await client("yahoo.com");
  for (let i = 0; i < 5; i += 1) expect((await counted.send(`a${i}@yahoo.com`)).at(-1)).toMatch(/^250/);
  expect(sandbox.stats().violationCounts).toEqual({ rate: 1 });
});

test("commands out of order, and bytes that may not be sent", async () => {
  await start();
  const site = await client("yahoo.com");
  expect(await site.say("RCPT TO:<a@yahoo.com>")).toMatch(/^503/);
  expect(await site.say("DATA")).toMatch(/^503/);
  expect(await site.say("MAIL FROM:nobody")).toMatch(/^501/);
  expect(await site.say("MAIL FROM:<a@b.example> SIZE=99999999999")).toMatch(/^552 5\.3\.4/);
  expect(await site.say("BLAH")).toMatch(/^502/);
  expect(await site.say("NOOP")).toMatch(/^250/);
  await site.send("a@yahoo.com", { message: `${testMessage("a@yahoo.com")}\nbare` });
  expect(sandbox.stats().violations).toMatchObject([
    { kind: "protocol", detail: "bare CR or LF in a message" },
  ]);
  expect(await site.say("QUIT")).toMatch(/^221/);
  await site.ended();
});

test("the relay wants a log-in and then takes mail for anybody", async () => {
  await start();
  const relay = await TestClient.ready(sandbox.world.addressOf("smtp.relay.example"), sandbox.smtpPort);
  clients.push(relay);
  expect(await relay.say("MAIL FROM:<a@brand.example>")).toMatch(/^530/);
  const secret = (password: string) => Buffer.from(`\u0000user\u0000${password}`).toString("base64");
  expect(await relay.say(`AUTH PLAIN ${secret("wrong")}`)).toMatch(/^535/);
  expect(await relay.say("AUTH LOGIN")).toBe("334 VXNlcm5hbWU6");
  expect(await relay.say(Buffer.from("user").toString("base64"))).toBe("334 UGFzc3dvcmQ6");
  expect(await relay.say(Buffer.from("right").toString("base64"))).toMatch(/^235/);
  expect((await relay.send("ann@gmail.com")).at(-1)).toMatch(/^250/);
});

test("five thousand messages over one connection, pipelined", async () => {
  await start({ keepBodies: false, behaviours: { limitMode: "off" } });
  const site = await client("comcast.net", { tls: false }).catch(() => null);
  const plain = site ?? (await client("mail.com"));
  const many = await client("mail.com");
  const body = testMessage("x@mail.com", "same", "x".repeat(2_000));
  for (let i = 0; i < 5_000; i += 1) {
    many.write(`MAIL FROM:<b@brand.example>\r\nRCPT TO:<a${i}@mail.com>\r\nDATA\r\n`);
    many.write(`${body}\r\n.\r\n`);
  }
  for (let i = 0; i < 20_000; i += 1) expect((await many.reply())?.[0]).toMatch(/[23]/);
  expect(sandbox.stats().accepted).toBe(5_000);
  plain.destroy();
});

test("hosts that are deaf or not there", async () => {
  await start({ behaviours: { idleMs: 60 } });
  const mute = await TestClient.connect(sandbox.world.addressOf("mute.mute.example"), sandbox.smtpPort);
  clients.push(mute);
  mute.write("EHLO x\r\nMAIL FROM:<a@b.example>\r\n");
  expect(await mute.reply()).toBeNull();
  const refused = sandbox.world.addressOf("mail.refused.example");
  await expect(TestClient.connect(refused, sandbox.smtpPort)).rejects.toMatchObject({ code: "ECONNREFUSED" });
});
