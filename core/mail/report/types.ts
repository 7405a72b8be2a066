import type { Verdict } from "#core/mail/reply/types.ts";

/** What kind of message came back. Only `bounce`, `delivered` and `complaint` speak of a single mail of ours. */
export const REPORT_KINDS = [
  "bounce",
  "delayed",
  "delivered",
  "complaint",
  "unsubscribe",
  "autoreply",
  "auth-failure",
  "not-a-bounce",
] as const;
export type ReportKind = (typeof REPORT_KINDS)[number];

export const REPORT_CLASSES = [
  "hard",
  "soft-quota",
  "soft-transient",
  "soft-ratelimit",
  "block-policy",
  "content-size",
  "complaint",
  "complaint-opt-out",
  "autoreply",
  "delivered",
  "auth-failure-report",
  "not-a-bounce",
  "unknown",
] as const;
export type ReportClass = (typeof REPORT_CLASSES)[number];

export type ReportRecipient = {
  /** As the report names it, without angle brackets; null where providers redact it. */
  address: string | null;
  /** RFC 3464's action; `failed` for a bounce that is no DSN. null for complaints. */
  action: "failed" | "delayed" | "delivered" | "relayed" | "expanded" | null;
  /** Enhanced status code. */
  status: string | null;
  /** Basic SMTP code, 0 where none was quoted. */
  code: number;
  /** What was said, safe to store. */
  diagnostic: string;
  verdict: Verdict | null;
  class: ReportClass;
  /** true only where the address itself is dead. Complaints and opt-outs are for the caller to act on. */
  suppress: boolean;
  /** Id of the reply rule that decided, null where none was asked. */
  rule: string | null;
};

export type Report = {
  kind: ReportKind;
  recipients: ReportRecipient[];
  /** Message-ID of our mail, without angle brackets. */
  originalMessageId: string | null;
  /** What stands after `b+` in our return path, wherever it was quoted, in any case. Unverified: see `readReturnPath`. */
  returnPathToken: string | null;
  /** ARF only: abuse, opt-out, not-spam, … */
  feedbackType: string | null;
};
