import { randomUUID } from "node:crypto";

/** What a DSN tells: who could not be reached, why, and which message it was. */
export interface DsnFacts {
  /** Host that reports. */
  host: string;
  /** The return path of the message: whom the report goes to. */
  returnPath: string;
  recipient: string;
  /** Enhanced status code, such as `5.1.1`. */
  status: string;
  /** The reply of the server behind, such as `550 5.1.1 User unknown`. */
  diagnostic: string;
  /** Header section of the message that failed. */
  originalHeaders: string;
  at: Date;
}

/** A non-delivery report (RFC 3464 in the container of RFC 6522), CRLF throughout. */
export function composeDsn(facts: DsnFacts): string {
  const boundary = `report-${randomUUID()}`;
  return lines(
    `From: Mail Delivery System <MAILER-DAEMON@${facts.host}>`,
    `To: <${facts.returnPath}>`,
    "Subject: Undelivered Mail Returned to Sender",
    `Date: ${mailDate(facts.at)}`,
    `Message-ID: <${randomUUID()}@${facts.host}>`,
    "Auto-Submitted: auto-replied",
    "MIME-Version: 1.0",
    `Content-Type: multipart/report; report-type=delivery-status; boundary="${boundary}"`,
    "",
    `--${boundary}`,
    "Content-Type: text/plain; charset=us-ascii",
    "",
    `This is the mail system at host ${facts.host}.`,
    "",
    "Your message could not be delivered to one or more recipients.",
    "",
    `<${facts.recipient}>: ${facts.diagnostic}`,
    "",
    `--${boundary}`,
    "Content-Type: message/delivery-status",
    "",
    `Reporting-MTA: dns; ${facts.host}`,
    `Arrival-Date: ${mailDate(facts.at)}`,
    "",
    `Final-Recipient: rfc822; ${facts.recipient}`,
    "Action: failed",
    `Status: ${facts.status}`,
    `Diagnostic-Code: smtp; ${facts.diagnostic}`,
    "",
    `--${boundary}`,
    "Content-Type: text/rfc822-headers",
    "",
    facts.originalHeaders.trimEnd(),
    "",
    `--${boundary}--`,
    "",
  );
}

/** `Sun, 22 Nov 2026 23:44:02 +0000`: RFC 5322 §3.3 wants a numeric zone. */
export function mailDate(at: Date): string {
  return at.toUTCString().replace("GMT", "+0000");
}

export function lines(...parts: string[]): string {
  return parts.join("\r\n");
}
