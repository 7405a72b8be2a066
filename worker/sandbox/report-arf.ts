import { randomUUID } from "node:crypto";
import { lines, mailDate } from "./report-dsn.ts";

/** What a complaint tells. */
export interface ArfFacts {
  host: string;
  /** Whom the report goes to. */
  to: string;
  /** The return path of the message complained about. */
  returnPath: string;
  recipient: string;
  sourceIp: string;
  /** Domain in From:, as the reporter saw it. */
  reportedDomain: string;
  /** The message complained about, or its header section. */
  original: string;
  at: Date;
}

/** A feedback report (RFC 5965). The recipient is blacked out, as large providers do. */
export function composeArf(facts: ArfFacts): string {
  const boundary = `feedback-${randomUUID()}`;
  return lines(
    `From: Feedback Loop <feedback@${facts.host}>`,
    `To: <${facts.to}>`,
    "Subject: Complaint about your message",
    `Date: ${mailDate(facts.at)}`,
    `Message-ID: <${randomUUID()}@${facts.host}>`,
    "Auto-Submitted: auto-generated",
    "MIME-Version: 1.0",
    `Content-Type: multipart/report; report-type=feedback-report; boundary="${boundary}"`,
    "",
    `--${boundary}`,
    "Content-Type: text/plain; charset=us-ascii",
    "",
    `This is an email abuse report for a message received from IP ${facts.sourceIp}`,
    `on ${mailDate(facts.at)}.`,
    "",
    `--${boundary}`,
    "Content-Type: message/feedback-report",
    "",
    "Feedback-Type: abuse",
    "User-Agent: Sandbox-FBL/1.0",
    "Version: 1",
    `Original-Mail-From: <${facts.returnPath}>`,
    `Arrival-Date: ${mailDate(facts.at)}`,
    `Source-IP: ${facts.sourceIp}`,
    `Reported-Domain: ${facts.reportedDomain}`,
    "",
    `--${boundary}`,
    "Content-Type: message/rfc822",
    "",
    facts.original.replaceAll(facts.recipient, "redacted@redacted.invalid").trimEnd(),
    "",
    `--${boundary}--`,
    "",
  );
}
