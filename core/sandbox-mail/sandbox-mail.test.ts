import { beforeAll, expect, test } from "vitest";
import type { AdminCtx } from "#core/platform/context.ts";
import type { Db } from "#db/client.ts";
import { sandboxMails } from "#db/schema/index.ts";
import { anotherDatabase } from "#db/testing/database.ts";
import { adminCtx, makeUser } from "#db/testing/factories.ts";
import { getSandboxMail, listSandboxMails } from "./read.ts";
import { showMail } from "./show.ts";

let db: Db;
let ctx: AdminCtx;

const RAW = [
  "From: =?utf-8?q?M=C3=BChle?= <hello@nordkai.example>",
  "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=",
  "MIME-Version: 1.0",
  'Content-Type: multipart/alternative; boundary="b"',
  "",
  "--b",
  "Content-Type: text/plain; charset=utf-8",
  "Content-Transfer-Encoding: quoted-printable",
  "",
  "Gr=C3=BC=C3=9Fe",
  "--b",
  "Content-Type: text/html; charset=utf-8",
  "",
  "<p>Hello<script>alert(1)</script></p>",
  "--b--",
  "",
].join("\r\n");

const mail = (values: Partial<typeof sandboxMails.$inferInsert> = {}) => ({
  provider: "google",
  clientIp: "127.0.0.9",
  mailFrom: "b+x@bounces.nordkai.example",
  rcptTo: "ines@almeida.example",
  subject: "Friday Roast",
  size: RAW.length,
  raw: Buffer.from(RAW),
  ...values,
});

beforeAll(async () => {
  ({ db } = await anotherDatabase());
  ctx = adminCtx(db, (await makeUser(db)).id);
});

test("newest first, 50 a page, and the pages meet without a gap", async () => {
  expect(await listSandboxMails(ctx, { q: null, after: null })).toEqual({ rows: [], next: null });
  await db
    .insert(sandboxMails)
    .values(Array.from({ length: 60 }, (_, i) => mail({ rcptTo: `p${i}@almeida.example` })));
  const first = await listSandboxMails(ctx, { q: null, after: null });
  expect(first.rows.length).toBe(50);
  expect(first.rows[0]?.rcptTo).toBe("p59@almeida.example");
  const second = await listSandboxMails(ctx, { q: null, after: first.next });
  expect(second.rows[0]?.rcptTo).toBe("p9@almeida.example");
  expect(second).toMatchObject({ rows: { length: 10 }, next: null });
  expect(first.rows[0]).not.toHaveProperty("raw");
});

test("search takes what was typed as it is, in any case, also without a subject", async () => {
  await db
    .insert(sandboxMails)
    .values([
      mail({ rcptTo: "Odd_One%@x.example", subject: null }),
      mail({ rcptTo: "oddXone1@x.example", subject: "100 % rye \\ spelt" }),
    ]);
  const count = async (q: string) => (await listSandboxMails(ctx, { q, after: null })).rows.length;
  expect(await count("odd_one%")).toBe(1);
  expect(await count("ODD")).toBe(2);
  expect(await count("rye \\ sp")).toBe(1);
  expect(await count("' or 1=1 --")).toBe(0);
});

test("one mail with its bytes; one that is gone says so", async () => {
  const [row] = await db.insert(sandboxMails).values(mail()).returning();
  expect((await getSandboxMail(ctx, row!.id)).raw.toString()).toBe(RAW);
  for (const id of [0, -1, 1e15, Number.NaN, 2 ** 31])
    await expect(getSandboxMail(ctx, id)).rejects.toMatchObject({ code: "not-found" });
});

test("a mail is taken apart; a broken one is still shown", async () => {
  const shown = await showMail(Buffer.from(RAW));
  expect(shown.html).toContain("<p>Hello");
  expect(shown.text.trim()).toBe("Grüße");
  expect(shown.headers).toContain("Subject: =?utf-8?q?");
  expect(shown.headers).not.toContain("--b");
  expect(await showMail(Buffer.from("no head at all"))).toMatchObject({
    html: null,
    headers: "no head at all",
  });
});
