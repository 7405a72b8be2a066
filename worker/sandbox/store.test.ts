import { dkimSign } from "mailauth/lib/dkim/sign.js";
import { beforeAll, expect, test } from "vitest";
import { generateDkimKey } from "#core/mail/dkim/key.ts";
import { log } from "#core/platform/log.ts";
import { type TestDatabase, testDatabase, uniqueId } from "#db/testing/database.ts";
import { makeSender, makeWorkspace } from "#db/testing/factories.ts";
import { behavioursOf } from "./behaviours.ts";
import { publishSenderDomains } from "./published.ts";
import { makeResolver } from "./resolve.ts";
import { decodeWords, makeMailStore } from "./store.ts";
import { testMessage } from "./testing/client.ts";
import type { TakenMail } from "./types.ts";
import { makeWorld } from "./world.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});

const world = makeWorld({ block: "127.95", seed: "s", shares: behavioursOf("quiet").shares });

function resolver() {
  return makeResolver(world, publishSenderDomains(database.sql), {
    address: "127.95.0.25",
    host: "in.example",
  });
}

async function sign(text: string, signingDomain: string, privateKey: string) {
  const one = { signingDomain, selector: "lm1", privateKey };
  return dkimSign(`${text}\r\n`, { ...one, signatureData: [one] });
}

function mail(values: Partial<TakenMail>): TakenMail {
  const raw = values.raw ?? Buffer.from(testMessage("ann@gmail.com"));
  return {
    id: 1,
    startedAt: Date.now(),
    at: Date.now(),
    connection: 1,
    clientIp: "127.0.0.1",
    helo: "sender.example",
    tls: true,
    encryption: null,
    provider: "google",
    site: "google",
    domain: "gmail.com",
    address: "ann@gmail.com",
    mailFrom: "b+1@bounces.brand.example",
    messageId: "<one>",
    subject: "Spring",
    bytes: raw.length,
    outcome: "accepted",
    reply: "250",
    raw,
    transcript: "C: DATA",
    ...values,
  };
}

test("a signed mail is kept and passes SPF, DKIM and DMARC by the records of its sender domain", async () => {
  const { db, sql } = database;
  const key = await generateDkimKey();
  const workspace = await makeWorkspace(db);
  const sender = await makeSender(db, workspace.id, { publicKey: key.publicKeyBase64 });
  const text = testMessage("ann@gmail.com").replaceAll("brand.example", sender.domain);
  const signed = await sign(text, sender.domain, key.privateKeyPem);
  const store = makeMailStore({ sql, log: log("test"), answer: resolver(), pauseMs: 5 });
  const messageId = `<${uniqueId()}>`;
  store.add(
    mail({
      raw: Buffer.from(`${signed.signatures}${text}\r\n`),
      mailFrom: `b+1@bounces.${sender.domain}`,
      messageId,
      subject: "=?utf-8?Q?Fr=C3=BChling?=",
    }),
  );
  store.noteLater("complain", mail({ messageId }));
  await store.drained();
  await store.stop();
  const [row] = await sql`select * from sandbox_mails where message_id = ${messageId}`;
  expect(row).toMatchObject({
    rcpt_to: "ann@gmail.com",
    subject: "Frühling",
    outcome: "accepted",
    dsn_sent_at: null,
  });
  expect(row?.complained_at).toBeInstanceOf(Date);
  expect(row?.authentication).toMatchObject({
    spf: { result: "pass", domain: `bounces.${sender.domain}` },
    dkim: [{ result: "pass", domain: sender.domain, selector: "lm1" }],
    dmarc: { result: "pass" },
  });
});

test("a mail that was changed on its way fails", async () => {
  const { db, sql } = database;
  const key = await generateDkimKey();
  const workspace = await makeWorkspace(db);
  const sender = await makeSender(db, workspace.id, { publicKey: key.publicKeyBase64 });
  const text = testMessage("ann@gmail.com").replaceAll("brand.example", sender.domain);
  const signed = await sign(text, sender.domain, key.privateKeyPem);
  const store = makeMailStore({ sql, log: log("test"), answer: resolver(), pauseMs: 5 });
  const messageId = `<${uniqueId()}>`;
  const raw = Buffer.from(`${signed.signatures}${text.replace("Hello", "Hallo")}\r\n`);
  store.add(mail({ raw, messageId, mailFrom: "x@elsewhere.example", outcome: "dropped-after-dot" }));
  await store.drained();
  await store.stop();
  const [row] = await sql`select authentication, outcome from sandbox_mails where message_id = ${messageId}`;
  expect(row).toMatchObject({ outcome: "dropped-after", authentication: { dmarc: { result: "fail" } } });
});

test("only the newest stay, also when many come at once, and a stop writes what waits", async () => {
  const { sql } = database;
  await sql`delete from sandbox_mails`;
  const store = makeMailStore({ sql, log: log("test"), answer: resolver(), keep: 100, pauseMs: 5 });
  for (let i = 0; i < 90; i += 1) store.add(mail({ messageId: `<${i}>` }));
  await store.stop();
  const rows = await sql<{ message_id: string }[]>`select message_id from sandbox_mails order by id`;
  expect(rows.map((row) => row.message_id)).toEqual(Array.from({ length: 90 }, (_, i) => `<${i}>`));
  const second = makeMailStore({ sql, log: log("test"), answer: resolver(), keep: 100, pauseMs: 5 });
  for (let i = 90; i < 150; i += 1) second.add(mail({ messageId: `<${i}>` }));
  await second.stop();
  const [count] = await sql<{ least: number; count: number }[]>`
    select count(*)::int as count from sandbox_mails`;
  expect(count?.count).toBeLessThanOrEqual(105);
  const [last] = await sql<
    { message_id: string }[]
  >`select message_id from sandbox_mails order by id desc limit 1`;
  expect(last?.message_id).toBe("<149>");
});

test("subjects are read as people see them", () => {
  expect(decodeWords("=?utf-8?B?w6TDtg==?= =?utf-8?Q?_=C3=BC?=")).toBe("äö ü");
  expect(decodeWords("=?iso-8859-1?Q?caf=E9?=")).toBe("café");
  expect(decodeWords(Buffer.from("ünï").toString("latin1"))).toBe("ünï");
  expect(decodeWords("=?nonsense?Q?x?= y")).toBe("=?nonsense?Q?x?= y");
});
