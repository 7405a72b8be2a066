import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { dkimVerify } from "mailauth/lib/dkim/verify.js";
import { simpleParser } from "mailparser";
import { describe, expect, it } from "vitest";
import { canonicalBody } from "../dkim/canonical.ts";
import { dkimPublicKey, dkimRecord, generateDkimKey } from "../dkim/key.ts";
import { dkimSigner } from "../dkim/signer.ts";
import {
  deriveLinkKeys,
  readManageToken,
  readReturnPath,
  readUnsubscribeLocal,
  readViewToken,
} from "../links.ts";
import { compileMessage } from "./compile.ts";
import { dotStuff } from "./dot-stuff.ts";
import { renderPreview } from "./preview.ts";
import { renderMessage } from "./render.ts";
import type { MessageRecipient, MessageSource } from "./types.ts";

const keys = deriveLinkKeys("a secret of the test");
const at = new Date("2026-11-22T23:45:07Z");
const rsa = await generateDkimKey();
const ed25519 = generateKeyPairSync("ed25519").privateKey;
const ed25519Pem = ed25519.export({ type: "pkcs8", format: "pem" }).toString();
const records: Record<string, string> = {
  "lm1._domainkey.nordkai.example": rsa.record,
  "ed1._domainkey.nordkai.example": dkimRecord(dkimPublicKey(ed25519Pem), "ed25519"),
};
const signers = [
  dkimSigner({ domain: "nordkai.example", selector: "lm1", privateKey: createPrivateKey(rsa.privateKeyPem) }),
  dkimSigner({ domain: "nordkai.example", selector: "ed1", privateKey: ed25519 }),
];

function source(over: Partial<MessageSource> = {}): MessageSource {
  return {
    kind: "campaign",
    workspace: { id: 7, name: "Nordkai", address: "Nordkai GmbH\nKai 1\n20457 Hamburg" },
    campaign: { id: 48, name: "Friday Roast" },
    sender: { name: "Nordkai Kaffee", address: "news@nordkai.example" },
    subject: "Hello {{ subscriber.first_name | default: 'you' }}",
    html: "<p>Hi {{ subscriber.first_name }}, <a href='https://shop.example/a?b=1&amp;c=2'>shop</a></p>",
    lists: [{ id: 3, name: "Friday Roast" }],
    baseUrl: "https://news.nordkai.example",
    trackOpens: true,
    trackClicks: true,
    ...over,
  };
}

function recipient(over: Partial<MessageRecipient> = {}): MessageRecipient {
  return {
    seq: 12,
    subscriberId: 900,
    address: "ines@mail.example",
    attributes: { first_name: "Ines" },
    listId: 3,
    listIds: [3, 5],
    ...over,
  };
}

async function verified(bytes: Buffer) {
  const { results } = await dkimVerify(bytes, {
    resolver: async (name) => {
      const record = records[name];
      if (!record) throw Object.assign(new Error("no record"), { code: "ENOTFOUND" });
      return [[record]];
    },
  });
  return results.map((result) => `${result.selector}: ${result.status.result}`).sort();
}

function bodyOf(bytes: Buffer): Buffer {
  return bytes.subarray(bytes.indexOf("\r\n\r\n") + 4);
}

/** What every message has to keep, whatever is in it. */
function expectWireSafe(bytes: Buffer) {
  const text = bytes.toString("latin1");
  expect(/[^\x20-\x7e\r\n]/.test(text)).toBe(false);
  expect(text.replaceAll("\r\n", "").match(/[\r\n]/)).toBeNull();
  const lines = text.split("\r\n");
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(998);
  const body = bodyOf(bytes).toString("latin1").split("\r\n");
  for (const line of body) expect(line.length).toBeLessThanOrEqual(76);
  expect(lines.some((line) => line.startsWith("."))).toBe(false);
  expect(dotStuff(bytes)).toBe(bytes);
  expect(canonicalBody(bodyOf(bytes))).toEqual(bodyOf(bytes));
}

const NASTY: Record<string, string> = {
  "line breaks": "Ines\r\nBcc: everyone@evil.example\r\n\r\n<script>",
  "bare CR and LF": "a\rb\nc\n.\r\n.\n",
  quotes: `O'Neil "The" \\ <b> & Söhne, (x); y:`,
  emoji: "👩‍👩‍👧‍👦 ☕️ 🇩🇪".repeat(6),
  "right to left": "שלום עולם \u202e مرحبا بالعالم \u200f",
  NUL: "a\u0000b\u0007c\u001bd\u007f",
  "long word": "Donaudampfschifffahrtsgesellschaft".repeat(60),
  "long umlauts": "ü".repeat(1200),
  spaces: "   a  b   \t c   ",
  "looks encoded": "=?UTF-8?Q?evil?= =3D =\r\n",
  "lone surrogate": "a\ud83d b \udc00",
  dots: ".\n..\n...From me\nFrom you",
  liquid: "{{ subscriber.email }} {% raw %}",
  empty: "",
};

describe("renderMessage", () => {
  for (const [name, nasty] of Object.entries(NASTY)) {
    it(`survives ${name} in names, subject and attributes`, async () => {
      const made = source({
        subject: "Hi {{ subscriber.first_name }}! ({{ subscriber.first_name }})",
        sender: { name: nasty, address: "news@nordkai.example" },
        workspace: { id: 7, name: nasty, address: nasty },
        lists: [{ id: 3, name: nasty }],
        html: `<html><body>\n<p title="{{ subscriber.first_name }}">{{ subscriber.first_name }}</p>${nasty.replaceAll(/[{<]/g, "")}</body></html>`,
        text: "Dear {{ subscriber.first_name }},\n.hidden\nFrom us",
      });
      const to = recipient({ name: nasty, attributes: { first_name: nasty } });
      const { bytes } = renderMessage(compileMessage(made), to, { keys, at, signers });
      expectWireSafe(bytes);
      expect(await verified(bytes)).toEqual(["ed1: pass", "lm1: pass"]);
      const mail = await simpleParser(bytes, { skipTextToHtml: true });
      expect(mail.headers.has("bcc")).toBe(false);
      expect(mail.to && !Array.isArray(mail.to) ? mail.to.value.map((v) => v.address) : []).toEqual([
        "ines@mail.example",
      ]);
      expect(mail.from?.value.map((v) => v.address)).toEqual(["news@nordkai.example"]);
      const seen = renderPreview({ ...made, trackOpens: false, trackClicks: false }, to, keys);
      expect(mail.subject ?? "").toBe(seen.subject.toWellFormed());
      const expected = renderMessage(compileMessage({ ...made, trackOpens: false, trackClicks: false }), to, {
        keys,
        at,
      });
      const untracked = await simpleParser(expected.bytes, { skipTextToHtml: true });
      expect(untracked.html).toBe(seen.html?.toWellFormed());
      expect(untracked.text).toBe(seen.text.toWellFormed());
    });
  }

  it("gives the recipient's display name and the sender's back as they were", async () => {
    for (const name of [
      "Ines Müller",
      `O'Neil, "Jim" (CEO)`,
      "שלום",
      "☕️".repeat(30),
      "a".repeat(200),
      "A. B.",
    ]) {
      const made = source({ sender: { name, address: "news@nordkai.example" } });
      const { bytes } = renderMessage(compileMessage(made), recipient({ name }), { keys, at });
      const mail = await simpleParser(bytes);
      expect(mail.from?.value[0]?.name).toBe(name);
      expect(mail.to && !Array.isArray(mail.to) && mail.to.value[0]?.name).toBe(name);
    }
  });

  it("carries the headers that receivers ask for, and tokens that say who it was", async () => {
    const { bytes, messageId, returnPath } = renderMessage(compileMessage(source()), recipient(), {
      keys,
      at,
      signers,
    });
    const mail = await simpleParser(bytes);
    const head = bytes.subarray(0, bytes.indexOf("\r\n\r\n")).toString();
    expect(head).toContain("\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
    expect(head).toContain('\r\nList-Id: "Friday Roast" <list-3.nordkai.example>\r\n');
    expect(head).toContain("\r\nFeedback-ID: c48:l3:w7:lettermill\r\n");
    expect(head).toContain("\r\nDate: Sun, 22 Nov 2026 23:45:07 +0000\r\n");
    expect(head).not.toMatch(/^(Precedence|Auto-Submitted):/m);
    const unsubscribe =
      /<https:\/\/news\.nordkai\.example\/u\/([\w-]+)>,\r\n <mailto:(u\+[a-z2-7]+)@bounces\.nordkai\.example\?subject=unsubscribe>/.exec(
        head,
      );
    const who = { workspace: 7, campaign: 48, seq: 12, subscriber: 900 };
    expect(readManageToken(keys, unsubscribe?.[1] ?? "")).toEqual({ ...who, lists: [3, 5] });
    expect(readUnsubscribeLocal(keys, unsubscribe?.[2] ?? "")).toEqual(who);
    expect(returnPath).toMatch(/@bounces\.nordkai\.example$/);
    expect(readReturnPath(keys, returnPath.split("@")[0]?.toUpperCase() ?? "")).toEqual(who);
    expect(mail.messageId).toBe(messageId);
    expect(messageId).toMatch(/^<[\w.]+@nordkai\.example>$/);
  });

  it("keeps Message-ID and return path over retries, and differs between recipients", () => {
    const compiled = compileMessage(source());
    const first = renderMessage(compiled, recipient(), { keys, at });
    const later = renderMessage(compileMessage(source({ subject: "changed" })), recipient(), {
      keys,
      at: new Date(at.getTime() + 9e6),
    });
    const other = renderMessage(compiled, recipient({ seq: 13 }), { keys, at });
    expect(later.messageId).toBe(first.messageId);
    expect(later.returnPath).toBe(first.returnPath);
    expect(other.messageId).not.toBe(first.messageId);
    expect(renderMessage(compiled, recipient(), { keys, at }).bytes).toEqual(first.bytes);
  });

  it("makes the web addresses of the text click links, under the numbers of the HTML", async () => {
    const made = source({
      html: '<p><a href="https://shop.example/a?b=1&amp;c=2">shop</a> <a href="https://x.example/{{ subscriber.id }}">yours</a></p>',
      text: "shop <https://shop.example/a?b=1&c=2>, see https://only.example/text. Yours: https://x.example/{{ subscriber.id }}",
    });
    const compiled = compileMessage(made);
    expect(compiled.links).toEqual(["https://shop.example/a?b=1&c=2", "https://only.example/text"]);
    const { text } = await simpleParser(renderMessage(compiled, recipient(), { keys, at }).bytes);
    const [, shop = "", only = ""] = /<(\S+)>, see (\S+)\. Yours/.exec(text ?? "") ?? [];
    for (const [n, url] of [shop, only].entries()) {
      const [, token = "", link] = /^https:\/\/news\.nordkai\.example\/l\/([\w-]+)\/(\d+)$/.exec(url) ?? [];
      expect(link).toBe(String(n));
      expect(readViewToken(keys, token)).toMatchObject({ campaign: 48, seq: 12 });
    }
    expect(text).toContain("Yours: https://x.example/");
    const untracked = renderMessage(compileMessage({ ...made, trackClicks: false }), recipient(), {
      keys,
      at,
    });
    expect((await simpleParser(untracked.bytes)).text).toContain("<https://shop.example/a?b=1&c=2>");
    expect(renderPreview(made, recipient(), keys).text).toContain("https://only.example/text.");
  });

  it("makes http links click links, also inside conditions, and leaves the others", async () => {
    const html = `<!doctype html><html><head><title>x</title></head><body class="a>b">
      <a class=x href="https://shop.example/a?b=1&amp;c=2">1</a> <a href='https://shop.example/a?b=1&amp;c=2'>2</a>
      <A HREF=http://other.example/>3</A> <a href="mailto:a@b.example">4</a> <a href="#top">5</a> <a href="/rel">6</a>
      <a href="https://x.example/{{ subscriber.city }}">7</a> <a href="{{ view_url }}">8</a>
      {% if subscriber.first_name == &quot;Ines&quot; %}<a href="https://only.example/ines">9</a>{% endif %}
      <a href="javascript:alert(1)">10</a> <link href="https://css.example/x.css"></body></html>`;
    const compiled = compileMessage(source({ html }));
    expect(compiled.links).toEqual([
      "https://shop.example/a?b=1&c=2",
      "http://other.example/",
      "https://only.example/ines",
    ]);
    const { bytes } = renderMessage(compiled, recipient(), { keys, at });
    const mail = await simpleParser(bytes);
    const hrefs = [...String(mail.html).matchAll(/href=["']?([^"'\s>]+)/gi)].map((match) => match[1] ?? "");
    const clicks = hrefs.filter((href) => href.startsWith("https://news.nordkai.example/l/"));
    expect(clicks.map((href) => href.split("/").at(-1))).toEqual(["0", "0", "1", "2"]);
    for (const href of clicks) expect(readViewToken(keys, href.split("/")[4] ?? "")?.seq).toBe(12);
    for (const kept of [
      "mailto:a@b.example",
      "#top",
      "/rel",
      "https://x.example/",
      "https://css.example/x.css",
    ]) {
      expect(hrefs).toContain(kept);
    }
    expect(String(mail.html)).toMatch(
      /<img src="https:\/\/news\.nordkai\.example\/o\/[\w-]+" width="1"[^>]*>\n<\/body>/,
    );
    expect(String(mail.html)).not.toContain("\ufdd2");
  });

  it("compiles hostile markup in bounded time", () => {
    const started = performance.now();
    const shapes = [
      "{{",
      "{%",
      "<div>",
      "<a href=",
      "</body>",
      "<!--",
      "&",
      "<a href='https://a.example/{{'",
    ];
    for (const shape of shapes) {
      const html = `<a href="https://ok.example">ok</a>${shape.repeat(20_000)}`;
      try {
        compileMessage(source({ html }));
      } catch (error) {
        expect(String(error)).toMatch(/^(Tokenization|Parse)Error/);
      }
    }
    expect(performance.now() - started).toBeLessThan(15_000);
  });

  it("tracks nothing where both are off", () => {
    const compiled = compileMessage(source({ trackOpens: false, trackClicks: false }));
    expect(compiled.links).toEqual([]);
    const { bytes } = renderMessage(compiled, recipient(), { keys, at });
    expect(bytes.toString()).not.toMatch(/\/[lo]\//);
  });

  it("adds address and way out where the content lacks them, once", async () => {
    const bare = await simpleParser(renderMessage(compileMessage(source()), recipient(), { keys, at }).bytes);
    expect(String(bare.html)).toContain("Kai 1<br />\n20457 Hamburg");
    expect(bare.text).toContain("Kai 1\n20457 Hamburg\nUnsubscribe: https://news.nordkai.example/u/");
    expect(String(bare.html).match(/\/u\//g)).toHaveLength(1);
    const html = `<p>{{ workspace.address }} <a href="{{ unsubscribe_url }}">bye</a></p>`;
    const own = await simpleParser(
      renderMessage(compileMessage(source({ html })), recipient(), { keys, at }).bytes,
    );
    expect(String(own.html).match(/\/u\//g)).toHaveLength(1);
    expect(own.text?.match(/\/u\//g)).toHaveLength(1);
  });

  it("sends system mail as it is written: no Liquid, no list headers, marked as automatic", async () => {
    const made = source({
      kind: "system",
      subject: "Confirm {{ now }}",
      html: '<p>Hi {{ x }} <a href="https://a.example/c/1">ok</a></p>',
      text: "Hi {{ x }}",
    });
    const { bytes } = renderMessage(
      compileMessage(made),
      recipient({ subscriberId: null, listId: null, listIds: [] }),
      {
        keys,
        at,
        signers,
      },
    );
    expect(await verified(bytes)).toEqual(["ed1: pass", "lm1: pass"]);
    const mail = await simpleParser(bytes);
    expect(mail.subject).toBe("Confirm {{ now }}");
    expect(mail.text).toBe("Hi {{ x }}\n");
    expect(mail.headers.get("auto-submitted")).toBe("auto-generated");
    expect(mail.headers.has("list")).toBe(false);
    expect(String(mail.html)).toContain('href="https://a.example/c/1"');
  });

  it("sends text alone, and an empty body", async () => {
    for (const text of ["Just text\n", "", "\n\n", "a\n\n\n", "a \n \n"]) {
      const made = source({ kind: "system", html: null, text });
      const { bytes } = renderMessage(compileMessage(made), recipient(), { keys, at, signers });
      expectWireSafe(bytes);
      expect(await verified(bytes)).toEqual(["ed1: pass", "lm1: pass"]);
      expect((await simpleParser(bytes, { skipTextToHtml: true })).text?.trim() ?? "").toBe(text.trim());
    }
  });

  it("ends text alone canonically, whatever Liquid leaves at its end", async () => {
    const ending = fc.string({ unit: fc.constantFrom("\n", " ", "a", ".", "é"), maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(ending, ending, ending, async (one, two, three) => {
        const text = `{{ unsubscribe_url }}{{ workspace.address }}${one}{{ subscriber.a }}${two}{{ subscriber.b }}`;
        const made = source({ html: null, text });
        const to = recipient({ attributes: { a: two, b: three } });
        const { bytes } = renderMessage(compileMessage(made), to, { keys, at, signers });
        expectWireSafe(bytes);
        expect(await verified(bytes)).toEqual(["ed1: pass", "lm1: pass"]);
        const mail = await simpleParser(bytes, { skipTextToHtml: true });
        expect(mail.text?.replace(/\n+$/, "")).toBe(renderPreview(made, to, keys).text.replace(/\n+$/, ""));
      }),
      { numRuns: 60 },
    );
  });

  it("fails one recipient's signature when a signed header is added or changed", async () => {
    const { bytes } = renderMessage(compileMessage(source()), recipient(), { keys, at, signers });
    const fails = ["ed1: fail", "lm1: fail"];
    for (const header of [
      "From: x@evil.example",
      "Subject: other",
      "List-Unsubscribe: <https://evil.example>",
    ]) {
      expect(await verified(Buffer.concat([Buffer.from(`${header}\r\n`), bytes]))).toEqual(fails);
    }
    const changed = Buffer.from(bytes.toString("latin1").replace("One-Click", "Two-Click"), "latin1");
    expect(await verified(changed)).toEqual(fails);
  });

  it("keeps every character of any content", async () => {
    const content = fc.string({ unit: "binary", maxLength: 400 });
    await fc.assert(
      fc.asyncProperty(content, content, content, async (before, name, after) => {
        const strip = (text: string) => text.replace(/[{}<\ufdd0-\ufdd2]/g, "").toWellFormed();
        const made = source({
          html: `<p>${strip(before)}{{ subscriber.first_name }}${strip(after)}</p>`,
          text: `${strip(before)}{{ subscriber.first_name }}{{ subscriber.first_name }}${strip(after)}`,
          trackOpens: false,
          trackClicks: false,
        });
        const to = recipient({ attributes: { first_name: strip(name) } });
        const { bytes } = renderMessage(compileMessage(made), to, { keys, at });
        expectWireSafe(bytes);
        const mail = await simpleParser(bytes, { skipTextToHtml: true });
        const seen = renderPreview(made, to, keys);
        expect(mail.html).toBe(seen.html);
        expect(mail.text).toBe(seen.text);
      }),
      { numRuns: 150 },
    );
  });
});
