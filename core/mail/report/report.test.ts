import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseMime } from "./mime.ts";
import { parseReport } from "./parse.ts";
import { REPORT_CLASSES, REPORT_KINDS } from "./types.ts";

function parse(text: string, newline = "\r\n") {
  return parseReport(Buffer.from(text.replace(/\n/g, newline), "utf8"));
}

const DSN = (fields: string, told = "Your message could not be delivered.") => `Return-Path: <>
From: MAILER-DAEMON@mx.example.net
To: b+AbCdEf123456_-x@bounces.example.org
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain

${told}

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

${fields}

--b1
Content-Type: message/rfc822

Return-Path: <b+AbCdEf123456_-x@bounces.example.org>
Message-ID: <42.7@example.org>
To: joe@example.com

hello
--b1--
`;

describe("what is not readable", () => {
  it("is not a bounce, and never throws", () => {
    for (const bad of [
      "",
      "\n",
      "\n\n\n",
      "garbage",
      'Content-Type: multipart/report; boundary=""\n\n--\n----\n',
      "From \n\n",
    ]) {
      expect(parse(bad)).toMatchObject({ kind: "not-a-bounce", recipients: [] });
    }
    const words = fc.constantFrom(
      "Return-Path: <>\n",
      "From: MAILER-DAEMON\n",
      "Content-Type: multipart/report; boundary=b\n",
      "\n",
      "--b\n",
      "--b--\n",
      "Content-Type: message/delivery-status\n",
      "Final-Recipient: rfc822; a@b.example\n",
      "Action: failed\n",
      "Status: 5.1.1\n",
      "Content-Type: message/feedback-report\n",
      "Content-Transfer-Encoding: base64\n",
      '{"notificationType":"Bounce"',
      "Subject: unsubscribe\n",
      "<a@b.example>: 550 user unknown\n",
      "\u0000",
      "\ud800",
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(words, fc.string({ unit: "binary" }))), (pieces) => {
        const report = parseReport(Buffer.from(pieces.join(""), "utf8"));
        expect(REPORT_KINDS).toContain(report.kind);
        for (const r of report.recipients) expect(REPORT_CLASSES).toContain(r.class);
      }),
      { numRuns: 500 },
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => void parseReport(bytes)));
  });
  it("is read in bounded time, however it is built", () => {
    const bounce = "Return-Path: <>\nFrom: MAILER-DAEMON@x.example\nSubject: failure notice\n";
    const hostile = [
      `${bounce}\n${"a".repeat(3e6)}`,
      `${bounce}\n${"\n".repeat(3e6)}`,
      `${bounce}\n${" ".repeat(3e6)}x`,
      `${bounce}\n${"<".repeat(3e6)}`,
      `${bounce}\n${"a@b.example\n".repeat(2e5)}`,
      `${bounce}Content-Type: text/html\n\n${"<style ".repeat(3e5)}`,
      `${bounce}Content-Transfer-Encoding: quoted-printable\n\n${" ".repeat(3e6)}`,
      `${bounce}X: ${"x@".repeat(1e6)}\n\n`,
      `${"Content-Type: multipart/mixed; boundary=b\n\n--b\n".repeat(50_000)}`,
      `Content-Type: multipart/mixed; boundary=b\n\n${"--b\n\nx\n".repeat(300_000)}`,
    ];
    for (const text of hostile) {
      const started = performance.now();
      parseReport(Buffer.from(text));
      expect(performance.now() - started, text.slice(0, 120)).toBeLessThan(3000);
    }
  }, 60_000);
});

describe("mime", () => {
  it("reads CRLF, LF and CR alike, 8-bit and declared character sets", () => {
    const text =
      "Content-Type: multipart/mixed; boundary=x\n\npreamble\n--x\n\none\n--x\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\nz=FC=\nrich\n--x--\nepilogue";
    for (const newline of ["\r\n", "\n", "\r"]) {
      expect(parseMime(Buffer.from(text.replace(/\n/g, newline))).children.map((p) => p.text)).toEqual([
        "one",
        "zürich",
      ]);
    }
    expect(parseMime(Buffer.from("Content-Type: text/plain; charset=nonsense\n\n\xe9", "latin1")).text).toBe(
      "é",
    );
    expect(parseMime(Buffer.from("X: y\n\nraw \xff", "latin1")).text).toContain("ÿ");
  });
});

describe("delivery status", () => {
  it("tells whom, why, and which mail of ours", () => {
    const fields =
      "Final-Recipient: rfc822;joe@example.com\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 <joe@example.com>: Recipient address\n rejected: User unknown";
    for (const newline of ["\r\n", "\n", "\r"]) {
      expect(parse(DSN(fields), newline)).toMatchObject({
        kind: "bounce",
        originalMessageId: "42.7@example.org",
        returnPathToken: "AbCdEf123456_-x",
        recipients: [
          {
            address: "joe@example.com",
            action: "failed",
            status: "5.1.1",
            code: 550,
            verdict: "recipient-dead",
            class: "hard",
            suppress: true,
          },
        ],
      });
    }
  });
  it("reads several recipients, each with its own fate", () => {
    const fields =
      "Final-Recipient: rfc822; a@example.com\nAction: failed\nStatus: 5.2.2\n\nFinal-Recipient: rfc822; b@example.com\nAction: delivered\nStatus: 2.0.0\n\nFinal-Recipient: rfc822; c@example.com\nAction: failed\nStatus: 5.0.0";
    const told =
      "<c@example.com>: host mx said: 550 5.1.1 User unknown\n<a@example.com>: host mx said: 552 full";
    expect(parse(DSN(fields, told)).recipients.map((r) => [r.address, r.class, r.suppress])).toEqual([
      ["a@example.com", "soft-quota", false],
      ["b@example.com", "delivered", false],
      ["c@example.com", "hard", true],
    ]);
  });
  it("never suppresses on a delay, a success, or a refusal for our own sake", () => {
    const cases: [string, string][] = [
      ["Action: delayed\nStatus: 4.4.7\nDiagnostic-Code: smtp; 550 5.1.1 User unknown", "soft-transient"],
      ["Action: delivered\nStatus: 2.1.5", "delivered"],
      ["Action: relayed\nStatus: 2.0.0", "delivered"],
      ["Action: failed\nStatus: 4.4.7\nDiagnostic-Code: smtp; 451 4.7.1 try later", "soft-transient"],
      [
        "Action: failed\nStatus: 5.7.1\nDiagnostic-Code: smtp; 550 5.7.1 Client host blocked using Spamhaus, user unknown",
        "block-policy",
      ],
      [
        "Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 553 http://www.spamhaus.org/query/bl?ip=192.0.2.1",
        "block-policy",
      ],
      [
        "Action: failed\nStatus: 5.2.3\nDiagnostic-Code: smtp; 552 5.2.3 Message size exceeds fixed maximum message size",
        "content-size",
      ],
      ["Action: failed\nStatus: 5.3.0", "soft-transient"],
    ];
    for (const [fields, cls] of cases) {
      const report = parse(DSN(`Final-Recipient: rfc822; joe@example.com\n${fields}`));
      expect([fields, report.recipients.map((r) => [r.class, r.suppress])]).toEqual([fields, [[cls, false]]]);
    }
  });
  it("believes the receiver in a transcript, not the reporter's summary", () => {
    const told =
      ">>> RCPT To:<joe@example.com>\n<<< 550 5.7.1 rejected: poor reputation\n550 5.1.1 <joe@example.com>... User unknown";
    const report = parse(
      DSN("Final-Recipient: rfc822; joe@example.com\nAction: failed\nStatus: 5.0.0", told),
    );
    expect(report.recipients).toMatchObject([{ class: "block-policy", suppress: false }]);
  });
  it("takes a refusal at MAIL FROM for one of the sender", () => {
    const told = "host mx.example.com said: 550 5.1.1 User unknown (in reply to MAIL FROM command)";
    const fields =
      "Final-Recipient: rfc822; joe@example.com\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown";
    expect(parse(DSN(fields, told)).recipients).toMatchObject([{ suppress: false }]);
  });
  it("does not read a bounce that is only attached or quoted", () => {
    const inner = DSN("Final-Recipient: rfc822; dead@example.com\nAction: failed\nStatus: 5.1.1");
    const forwarded = `Return-Path: <ann@example.com>\nFrom: ann@example.com\nSubject: look at this\nContent-Type: multipart/mixed; boundary=f\n\n--f\n\nWhat is this?\n--f\nContent-Type: message/rfc822\n\n${inner}\n--f--\n`;
    expect(parse(forwarded)).toMatchObject({ kind: "not-a-bounce", recipients: [] });
  });
});

describe("what people write", () => {
  it("is no bounce, even with a delivery status in its text", () => {
    const text =
      "Final-Recipient: rfc822; joe@example.com\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 User unknown";
    expect(
      parse(
        `From: Ann <ann@example.com>\nReturn-Path: <ann@example.com>\nSubject: Re: strange\n\nHi,\n\n${text}\n`,
      ).kind,
    ).toBe("not-a-bounce");
    expect(
      parse(`From: Ann <ann@example.com>\nAuto-Submitted: auto-replied\nSubject: away\n\n${text}\n`).kind,
    ).toBe("autoreply");
  });
});

describe("bounces in words", () => {
  it("reads qmail", () => {
    const report = parse(`Return-Path: <>
From: MAILER-DAEMON@mx.example.net
To: us@example.org
Subject: failure notice

Hi. This is the qmail-send program at mx.example.net.
I'm afraid I wasn't able to deliver your message to the following addresses.

<dead@example.com>:
192.0.2.1 does not like recipient.
Remote host said: 550 5.1.1 No such user
<full@example.com>:
192.0.2.1 said: 552 5.2.2 over quota

--- Below this line is a copy of the message.

Return-Path: <b+tokentoken@bounces.example.org>
Message-ID: <77@example.org>
To: dead@example.com
`);
    expect(report).toMatchObject({
      kind: "bounce",
      returnPathToken: "tokentoken",
      originalMessageId: "77@example.org",
    });
    expect(report.recipients).toMatchObject([
      { address: "dead@example.com", class: "hard", suppress: true },
      { address: "full@example.com", class: "soft-quota", suppress: false },
    ]);
  });
  it("does not suppress on words of delay", () => {
    const report = parse(
      "Return-Path: <>\nFrom: MAILER-DAEMON@x.example\nSubject: Warning: message delayed 4 hours\n\nYour message to joe@example.com has not yet been delivered: mailbox unavailable. We will keep trying.\n",
    );
    expect(report).toMatchObject({ kind: "delayed", recipients: [{ suppress: false }] });
  });
});

describe("complaints and answers", () => {
  const arf = (fields: string) =>
    `From: fbl@example.com\nSubject: FW: hello\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\n\nThis is an abuse report.\n--b\nContent-Type: message/feedback-report\n\nUser-Agent: X/1\nVersion: 1\n${fields}\n\n--b\nContent-Type: message/rfc822\n\nReturn-Path: <b+tokentoken@bounces.example.org>\nMessage-ID: <9@example.org>\nTo: joe@example.com\n\nhi\n--b--\n`;

  it("reads ARF of each type", () => {
    expect(parse(arf("Feedback-Type: abuse\nOriginal-Rcpt-To: <joe@example.com>"))).toMatchObject({
      kind: "complaint",
      feedbackType: "abuse",
      returnPathToken: "tokentoken",
      originalMessageId: "9@example.org",
      recipients: [{ address: "joe@example.com", class: "complaint", suppress: false }],
    });
    expect(parse(arf("Feedback-Type: opt-out\nRemoval-Recipient: joe@example.com")).kind).toBe("unsubscribe");
    expect(parse(arf("Feedback-Type: auth-failure")).kind).toBe("auth-failure");
    expect(parse(arf("Feedback-Type: not-spam")).kind).toBe("not-a-bounce");
    expect(parse(arf("Feedback-Type: strange")).kind).toBe("complaint");
  });
  it("reads Hotmail's complaint, which has no ARF part", () => {
    const report = parse(
      "From: <staff@hotmail.com>\nSubject: complaint about message from 192.0.2.1\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\nX-HmXmrOriginalRecipient: joe@hotmail.com\nReturn-Path: <b+tokentoken@bounces.example.org>\nTo: someone@else.example\n\nhi\n--b--\n",
    );
    expect(report).toMatchObject({
      kind: "complaint",
      returnPathToken: "tokentoken",
      recipients: [{ address: "joe@hotmail.com" }],
    });
  });
  it("reads an unsubscribe mail even when it is marked as an automatic reply", () => {
    const report = parse(
      "From: Joe <joe@icloud.com>\nTo: u@example.org\nSubject: unsubscribe\nAuto-Submitted: auto-replied\n\n",
    );
    expect(report).toMatchObject({ kind: "unsubscribe", recipients: [{ address: "joe@icloud.com" }] });
  });
  it("lets a vacation notice change nothing, though it says that the mailbox is full or the user gone", () => {
    for (const body of [
      "I am away, and my mailbox is full.",
      "I no longer work here. User unknown.",
      "550 5.1.1 user unknown",
    ]) {
      const report = parse(
        `Return-Path: <>\nFrom: Joe <joe@example.com>\nSubject: Out of office: hello\nAuto-Submitted: auto-replied\n\n${body}\n`,
      );
      expect(report).toMatchObject({ kind: "autoreply", recipients: [{ suppress: false, verdict: null }] });
    }
  });
  it("reads an SES notification, and survives a broken one", () => {
    const json = JSON.stringify({
      notificationType: "Bounce",
      bounce: {
        bounceType: "Permanent",
        bouncedRecipients: [
          {
            emailAddress: "joe@example.com",
            status: "5.1.1",
            diagnosticCode: "smtp; 550 5.1.1 user unknown",
          },
        ],
      },
      mail: { messageId: "m1" },
    });
    expect(parse(`From: no-reply@sns.amazonaws.com\n\n${json}\n\n--\nfooter`)).toMatchObject({
      kind: "bounce",
      originalMessageId: "m1",
      recipients: [{ address: "joe@example.com", suppress: true }],
    });
    expect(parse(`From: no-reply@sns.amazonaws.com\n\n${json.slice(0, 60)}`).kind).toBe("not-a-bounce");
  });
});

const folder = path.join(process.env.CORPORA_DIR ?? path.resolve("../shared/corpora"), "bounces");
/** Whose mail must go on: the sender, the message or nobody was at fault. */
const LIVING = [
  "block-policy",
  "content-size",
  "autoreply",
  "delivered",
  "auth-failure-report",
  "not-a-bounce",
  "soft-quota",
  "soft-transient",
  "soft-ratelimit",
];

describe.skipIf(!existsSync(path.join(folder, "labels.tsv")))(
  "real reports (skipped without CORPORA_DIR)",
  () => {
    it("classes at least 92 % as labelled and suppresses no living address", () => {
      const rows = readFileSync(path.join(folder, "labels.tsv"), "utf8")
        .trim()
        .split(/\r?\n/)
        .slice(1)
        .map((l) => l.split("\t"));
      const wrong: string[] = [];
      const suppressed: string[] = [];
      let judged = 0;
      for (const [file = "", , index, expected = "", label = "", reason, , , , , agree] of rows) {
        const report = parseReport(readFileSync(path.join(folder, file)));
        if (label === "") continue;
        judged++;
        const r =
          report.recipients.find((x) => x.address?.toLowerCase() === expected.toLowerCase()) ??
          report.recipients[Number(index) - 1] ??
          report.recipients[0];
        const got = r?.class ?? report.kind;
        if (got !== (label === "hard-ambiguous" ? "hard" : label))
          wrong.push(`${file}: ${label} (${reason}) → ${got} (${r?.rule})`);
        if (r?.suppress && LIVING.includes(label) && agree !== "NO") suppressed.push(file);
      }
      const share = 1 - wrong.length / judged;
      console.info(
        `reports: ${judged - wrong.length} of ${judged} as labelled (${(share * 100).toFixed(1)} %)\n${wrong.join("\n")}`,
      );
      expect(suppressed).toEqual([]);
      expect(share).toBeGreaterThanOrEqual(0.92);
    });
  },
);
