import { classifyReply } from "#core/mail/reply/classify.ts";
import { cleanText } from "#core/mail/reply/parse.ts";
import type { Stage } from "#core/mail/reply/types.ts";
import { classOf, isVague } from "./class.ts";
import { type Part, parseHeaders, walk } from "./mime.ts";
import { firstAddress } from "./original.ts";
import type { ReportRecipient } from "./types.ts";

const MAX_RECIPIENTS = 100;

/** One recipient's fields of a delivery status, before anything is concluded. */
export type StatusFields = {
  address: string | null;
  action: ReportRecipient["action"];
  status: string | null;
  diagnostic: string;
};

/**
 * The per-recipient field groups of RFC 3464, from a `message/delivery-status` part or from a text that holds them
 * (some gateways lose the type): that only where `bySystem`, for people quote such texts too. Never throws.
 */
export function deliveryStatus(root: Part, bySystem: boolean): StatusFields[] {
  const parts = walk(root);
  const typed = parts.filter((p) => /^message\/(?:global-)?delivery-status/.test(p.type));
  const places = typed.length > 0 ? typed : parts.filter((p) => bySystem && p.type.startsWith("text/plain"));
  const found = places.flatMap((p) => groups(p.text)).slice(0, MAX_RECIPIENTS);
  const seen = new Set<string>();
  return found.filter((f) => {
    const key = `${f.address}\n${f.action}\n${f.diagnostic}`;
    return !seen.has(key) && seen.add(key);
  });
}

function groups(text: string): StatusFields[] {
  const found: StatusFields[] = [];
  for (const block of text.slice(0, 500_000).split(/\n[ \t]*\n/)) {
    if (!/^(?:final|original)-recipient[ \t]*:/im.test(block)) continue;
    const fields = parseHeaders(block.trim());
    const get = (name: string) => fields.get(name)?.[0] ?? "";
    const address =
      address3464(get("original-recipient")) ??
      address3464(get("final-recipient")) ??
      address3464(get("x-actual-recipient"));
    const action = /^\s*(failed|delayed|delivered|relayed|expanded)/i.exec(
      get("action").replace(/^failure/i, "failed"),
    );
    const status = /\b([245]\.\d{1,3}\.\d{1,3})\b/.exec(get("status"));
    if (!action && !status && get("diagnostic-code") === "") continue;
    found.push({
      address,
      action: (action?.[1]?.toLowerCase() ?? null) as StatusFields["action"],
      status: status?.[1] ?? null,
      diagnostic: cleanText(fields.get("diagnostic-code")?.join(" ") ?? "").slice(0, 4000),
    });
  }
  return found;
}

/** `rfc822;<joe@example.com>` → `joe@example.com`; xtext of RFC 3461 undone. */
function address3464(value: string): string | null {
  const plain = value
    .replace(/^\s*[a-z0-9-]+\s*;\s*/i, "")
    .replace(/\+([0-9A-F]{2})/g, (all, hex: string) => {
      const char = String.fromCharCode(Number.parseInt(hex, 16));
      return /[ -~]/.test(char) && /[+=]/.test(char) ? char : all;
    });
  return firstAddress(plain);
}

/**
 * Concludes from one recipient's fields. `context` is what the report tells people about this recipient: asked only
 * where the diagnostic says nothing that a rule knows.
 */
export function concludeStatus(fields: StatusFields, context: string): ReportRecipient {
  const action =
    fields.action ??
    (fields.status?.startsWith("2") ? "delivered" : fields.status?.startsWith("4") ? "delayed" : "failed");
  const reply = smtpReplyIn(fields.diagnostic);
  const base = {
    address: fields.address,
    action,
    status: reply.enhanced ?? fields.status,
    code: reply.code,
    diagnostic: reply.text,
  };
  if (action === "delivered" || action === "relayed" || action === "expanded") {
    return { ...base, verdict: null, class: "delivered", suppress: false, rule: null };
  }
  const status = specific(reply.enhanced) ?? specific(fields.status) ?? reply.enhanced ?? fields.status;
  const own = classifyReply({
    code: reply.code,
    enhanced: status,
    text: reply.text,
    stage: stageOf(context),
  });
  const c = isVague(own.rule) && context !== "" ? (better(context, reply.code, status) ?? own) : own;
  // Action and code may disagree: what the reporter still retries is not dead.
  const suppress = action === "failed" && c.suppress;
  if (base.diagnostic === "") base.diagnostic = cleanText(context).slice(0, 1000);
  return {
    ...base,
    verdict: c.verdict,
    class: action === "delayed" && c.permanent ? "soft-transient" : classOf(c),
    suppress,
    rule: c.rule,
  };
}

/** 5.0.0 and the like say no more than the basic code. */
function specific(status: string | null): string | null {
  return status === null || /^\d\.0\.0$/.test(status) ? null : status;
}

function better(context: string, code: number, enhanced: string | null) {
  const quoted = smtpReplyIn(transcript(context));
  const c = classifyReply({
    code: quoted.code || code,
    enhanced: quoted.enhanced ?? enhanced,
    text: quoted.code ? quoted.text : context,
    stage: stageOf(context),
  });
  return isVague(c.rule) ? null : c;
}

/** Of a transcript only what the other side said: the reporter's own summary below it often says something else. */
export function transcript(text: string): string {
  const theirs = text.split("\n").filter((line) => /^\s*<<< ?/.test(line));
  return theirs.length > 0 ? theirs.map((line) => line.replace(/^\s*<<< ?/, "")).join("\n") : text;
}

/** The command that was refused, where the report names it. */
export function stageOf(told: string): Stage {
  const command = (/in\s+reply\s+to\s+(end\s+of\s+data|[a-z]+)/i.exec(told) ??
    />>> ?(mail|rcpt|data|helo|ehlo)\b/i.exec(told))?.[1];
  const name = command?.toLowerCase().replace(/\s+/g, " ");
  if (name === "end of data") return "dot";
  return name === "mail" || name === "rcpt" || name === "data"
    ? name
    : name === "helo" || name === "ehlo"
      ? "hello"
      : "report";
}

/** The SMTP reply that a diagnostic or a sentence quotes: its codes and the text after them. */
export function smtpReplyIn(text: string): { code: number; enhanced: string | null; text: string } {
  const clean = cleanText(text.slice(0, 8000)).replace(/^(?:smtp|x-[a-z0-9-]+|x400|lmtp|dns)\s*;\s*/i, "");
  const both = /(?:^|[\s>:'"(;[])([45]\d\d)[ -]+#?([45]\.\d{1,3}\.\d{1,3})\b[\s:;-]*(.*)$/.exec(clean);
  if (both) return { code: Number(both[1]), enhanced: both[2] ?? null, text: (both[3] ?? "").slice(0, 4000) };
  const enhanced = /(?:^|[\s#(])([45]\.\d{1,3}\.\d{1,3})(?=$|[\s):;,-])/.exec(clean)?.[1] ?? null;
  const plain = /(?:^|[\s>:'"(;[])([45]\d\d)[- ]+(?=\S)(?!byte|message|mail)(.*)$/i.exec(clean);
  if (plain) return { code: Number(plain[1]), enhanced, text: (plain[2] ?? "").slice(0, 4000) };
  return { code: 0, enhanced, text: clean.slice(0, 4000) };
}
