import { header, type Part, parseHeaders, walk } from "./mime.ts";
import { firstAddress } from "./original.ts";
import type { ReportClass, ReportKind, ReportRecipient } from "./types.ts";

export type Feedback = { kind: ReportKind; type: string; recipients: ReportRecipient[] };

const RECIPIENT_FIELDS = ["removal-recipient", "original-rcpt-to", "original-recipient"];

/**
 * A complaint in the Abuse Reporting Format (RFC 5965), or one that looks like Hotmail's: a forwarded mail with a
 * telling subject and no ARF part. Null for anything else. Never throws.
 */
export function readFeedback(root: Part, original: string | null): Feedback | null {
  const part = walk(root).find((p) => p.type === "message/feedback-report");
  if (part) {
    const fields = parseHeaders(part.text.replace(/^\n+/, "").replace(/\n\s*\n/g, "\n"));
    const type = (fields.get("feedback-type")?.[0] ?? "abuse").trim().toLowerCase();
    const named = RECIPIENT_FIELDS.flatMap((name) => fields.get(name) ?? [])
      .map(firstAddress)
      .filter((a) => a !== null);
    return feedback(type, named.length > 0 ? [...new Set(named)] : [original]);
  }
  const complaint = /^(?:fw: *|fwd: *)?complaint about (?:a )?message from\b/i.test(header(root, "subject"));
  const attached = walk(root).some((p) => p.type === "message/rfc822");
  return complaint && attached ? feedback("abuse", [original]) : null;
}

function feedback(type: string, addresses: (string | null)[]): Feedback {
  const [kind, cls] = MEANING[type] ?? (["complaint", "complaint"] as const);
  return {
    kind,
    type,
    recipients: addresses.slice(0, 50).map((address) => ({
      address: address !== null && /undisclosed|redacted/i.test(address) ? null : address,
      action: null,
      status: null,
      code: 0,
      diagnostic: `Feedback-Type: ${type}`.slice(0, 200),
      verdict: null,
      class: cls,
      suppress: false,
      rule: null,
    })),
  };
}

/** Types of RFC 5965 and its successors (RFC 6591, 6650); an unknown type counts as a complaint. */
const MEANING: Readonly<Record<string, readonly [ReportKind, ReportClass]>> = {
  "opt-out": ["unsubscribe", "complaint-opt-out"],
  "opt-out-list": ["unsubscribe", "complaint-opt-out"],
  "auth-failure": ["auth-failure", "auth-failure-report"],
  dmarc: ["auth-failure", "auth-failure-report"],
  "not-spam": ["not-a-bounce", "not-a-bounce"],
};
