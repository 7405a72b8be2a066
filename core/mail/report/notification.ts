import { classifyReply } from "#core/mail/reply/classify.ts";
import { classOf } from "./class.ts";
import { smtpReplyIn } from "./dsn.ts";
import type { ReportKind, ReportRecipient } from "./types.ts";

type Json = Record<string, unknown>;

/**
 * A notification of Amazon SES in JSON, as its SNS topics mail and post it: Bounce, Complaint or Delivery.
 * Null for anything else. Never throws.
 */
export function readNotification(
  text: string,
): { kind: ReportKind; recipients: ReportRecipient[]; messageId: string | null } | null {
  // SNS adds a signature after a line of two dashes and folds long lines.
  const end = text.indexOf("\n--");
  const json = text.slice(0, Math.min(end < 0 ? text.length : end, 500_000)).trim();
  const root = /^\{"(?:notificationType|eventType|mail)"/.test(json)
    ? object(parse(json.replace(/\n ?/g, "")))
    : null;
  if (root === null) return null;
  const messageId = string(object(root.mail)?.messageId) || null;
  const bounce = object(root.bounce);
  const complaint = object(root.complaint);
  const delivery = object(root.delivery);
  if (bounce) {
    const recipients = list(bounce.bouncedRecipients).map((r) => bounced(r, string(bounce.bounceType)));
    return { kind: "bounce", recipients, messageId };
  }
  if (complaint) {
    const recipients = list(complaint.complainedRecipients).map((r) =>
      plain(string(r.emailAddress), "complaint", "Complaint"),
    );
    return { kind: "complaint", recipients, messageId };
  }
  if (delivery) {
    const to = Array.isArray(delivery.recipients) ? delivery.recipients.map(string) : [];
    const recipients = to.slice(0, 50).map((a) => plain(a, "delivered", string(delivery.smtpResponse)));
    return { kind: "delivered", recipients, messageId };
  }
  return null;
}

function bounced(r: Json, type: string): ReportRecipient {
  const reply = smtpReplyIn(string(r.diagnosticCode));
  const status = reply.enhanced ?? (/^[245]\.\d+\.\d+$/.test(string(r.status)) ? string(r.status) : null);
  const c = classifyReply({ code: reply.code, enhanced: status, text: reply.text, stage: "report" });
  return {
    address: string(r.emailAddress) || null,
    action: type === "Transient" ? "delayed" : "failed",
    status,
    code: reply.code,
    diagnostic: reply.text,
    verdict: c.verdict,
    class: classOf(c),
    suppress: type !== "Transient" && c.suppress,
    rule: c.rule,
  };
}

function plain(address: string, cls: "complaint" | "delivered", said: string): ReportRecipient {
  const action = cls === "delivered" ? cls : null;
  const diagnostic = said.slice(0, 1000);
  return {
    address: address || null,
    action,
    status: null,
    code: 0,
    diagnostic,
    verdict: null,
    class: cls,
    suppress: false,
    rule: null,
  };
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}
function object(value: unknown): Json | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : null;
}
function list(value: unknown): Json[] {
  return Array.isArray(value) ? value.slice(0, 50).map((v) => object(v) ?? {}) : [];
}
function string(value: unknown): string {
  return typeof value === "string" ? value : "";
}
