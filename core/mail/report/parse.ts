import { concludeStatus, deliveryStatus } from "./dsn.ts";
import { readFeedback } from "./feedback.ts";
import { header, type Part, parseMime, walk } from "./mime.ts";
import { readNotification } from "./notification.ts";
import { findOriginal, firstAddress } from "./original.ts";
import { aboutOne, looksLikeBounce, readTextBounce, toldText } from "./text-bounce.ts";
import type { Report, ReportKind, ReportRecipient } from "./types.ts";

/**
 * Reads a message that came back to us: DSN (RFC 3464), complaint (RFC 5965), auto-reply (RFC 3834), unsubscribe
 * mail, or a bounce in words only. Never throws: what it cannot read is `not-a-bounce` and changes nothing.
 */
export function parseReport(raw: Uint8Array): Report {
  const root = parseMime(raw);
  const original = findOriginal(root);
  const base = {
    originalMessageId: original.messageId,
    returnPathToken: original.returnPathToken,
    feedbackType: null,
  };

  const feedback = readFeedback(root, original.recipient);
  if (feedback)
    return { ...base, kind: feedback.kind, recipients: feedback.recipients, feedbackType: feedback.type };

  const bySystem = looksLikeBounce(root) || root.type === "multipart/report";
  const statuses = deliveryStatus(root, bySystem);
  if (statuses.length > 0) {
    const told = toldText(root);
    const all = statuses.flatMap((s) => s.address ?? []);
    const recipients = statuses.map((status) => {
      const alone = statuses.length === 1;
      const named = status.address !== null && told.includes(status.address);
      const context = alone ? told : named ? aboutOne(told, status.address!, all) : "";
      const concluded = concludeStatus(status, context);
      return alone && concluded.address === null ? { ...concluded, address: original.recipient } : concluded;
    });
    return { ...base, kind: kindOf(recipients), recipients };
  }

  for (const part of walk(root).filter((p) => p.children.length === 0 && p.type === "text/plain")) {
    const found = readNotification(part.text);
    if (found) return { ...base, ...found, originalMessageId: found.messageId ?? base.originalMessageId };
  }

  if (isUnsubscribe(root))
    return {
      ...base,
      kind: "unsubscribe",
      recipients: [one(firstAddress(header(root, "from")), "complaint-opt-out")],
    };
  if (isAutoReply(root))
    return { ...base, kind: "autoreply", recipients: [one(firstAddress(header(root, "from")), "autoreply")] };
  if (!looksLikeBounce(root)) return { ...base, kind: "not-a-bounce", recipients: [] };
  const recipients = readTextBounce(root, original.recipient);
  return { ...base, kind: kindOf(recipients), recipients };
}

function kindOf(recipients: readonly ReportRecipient[]): ReportKind {
  if (recipients.every((r) => r.class === "delivered")) return "delivered";
  return recipients.some((r) => r.action === "failed") ? "bounce" : "delayed";
}

/** A person's mail program unsubscribing by mail (RFC 2369, RFC 8058): the subject is the word, whatever else it is marked as. */
function isUnsubscribe(root: Part): boolean {
  if (root.headers.has("x-apple-unsubscribe")) return true;
  return /^\s*(?:re: *)?unsubscribe\b[\s.!]*\S{0,200}\s*$/i.test(header(root, "subject"));
}

const AUTO_SUBJECT =
  /^(?:re: *)?(?:auto(?:matic|mated)?[ -_]?(?:reply|response|antwort)|out of (?:the )?office|abwesen|vacation|away from|on (?:vacation|leave|holiday)|absence|respuesta autom|r[ée]ponse automatique|i am (?:away|out)|autoreply)/i;

/** RFC 3834 and what came before it. A mail system's own notices are marked so too, so its name decides. */
function isAutoReply(root: Part): boolean {
  const marked =
    /auto-replied/i.test(header(root, "auto-submitted")) ||
    ["x-autoreply", "x-autorespond", "x-autoresponse", "x-auto-response", "x-mail-autoreply"].some((n) =>
      root.headers.has(n),
    ) ||
    /auto_reply|autoreply/i.test(header(root, "precedence")) ||
    AUTO_SUBJECT.test(header(root, "subject"));
  const bySystem = /mailer-?daemon|postmaster|mail ?delivery|delivery (?:sub)?system/i.test(
    header(root, "from"),
  );
  return marked && !(bySystem && looksLikeBounce(root));
}

function one(address: string | null, cls: "autoreply" | "complaint-opt-out"): ReportRecipient {
  return {
    address,
    action: null,
    status: null,
    code: 0,
    diagnostic: "",
    verdict: null,
    class: cls,
    suppress: false,
    rule: null,
  };
}
