import { BASIC_CODES, CODE_RULES } from "./code-rules.ts";
import { cleanText } from "./parse.ts";
import { PROVIDER_RULES } from "./provider-rules.ts";
import { TEXT_RULES } from "./text-rules.ts";
import type { Classification, Reply, ReplyRule, Stage, Verdict } from "./types.ts";

export const REPLY_RULES: readonly ReplyRule[] = [...PROVIDER_RULES, ...TEXT_RULES, ...CODE_RULES];

/** Before the first recipient is named, a refusal is about the connection and says nothing about anybody's address. */
const BEFORE_RECIPIENT: readonly Stage[] = ["connect", "greeting", "hello", "tls", "auth"];

/**
 * RFC 5321 §4.2.3: what the server made of a command, not of the person named in it. 501 may also refuse a parameter, so
 * that there the text is believed where it says something else.
 */
const SESSION_CODES: readonly number[] = [500, 502, 503, 504];
const SYNTAX_ERROR = 501;

/** Enough of a text to judge it by; the rest is evidence only. */
const JUDGED_CHARS = 1500;

/**
 * Turns a reply into a verdict and what follows from it. Never throws.
 * A 4xx is deferred, a 5xx bounced unless its rule says that it is about the moment, it is about the conversation, or it
 * came before a recipient was named. Only a bounced `recipient-dead` suppresses.
 */
export function classifyReply(input: Reply & { stage: Stage; provider?: string | null }): Classification {
  const severity = severityOf(input);
  const rule = findRule(input, severity) ?? fallbackRule(input.code, severity);
  const early = BEFORE_RECIPIENT.includes(input.stage);
  const verdict = verdictOf(input, rule);
  // A server that reports of it has given up; one that we speak to may understand us the next time.
  const isSession =
    input.stage !== "report" &&
    (SESSION_CODES.includes(input.code) || (input.code === SYNTAX_ERROR && verdict === "protocol"));
  const permanent = severity === 5 && !early && !isSession && rule.retry !== true;
  return {
    verdict,
    permanent,
    suppress: permanent && verdict === "recipient-dead",
    ...(rule.action ? { action: rule.action } : {}),
    rule: rule.id,
    greylisted:
      severity === 4 && rule.greylisted === true && ["mail", "rcpt", "data", "dot"].includes(input.stage),
  };
}

/** Nobody's address is dead by a word about a command, nor by one before the recipient; at MAIL FROM it is the sender's. */
function verdictOf(input: { code: number; stage: Stage }, rule: ReplyRule): Verdict {
  if (rule.verdict !== "recipient-dead") return rule.verdict;
  if (input.code === SYNTAX_ERROR || SESSION_CODES.includes(input.code)) return "protocol";
  return input.stage === "mail" || BEFORE_RECIPIENT.includes(input.stage) ? "policy" : rule.verdict;
}

/** The basic code decides; a bounce message often has only the enhanced one. 0 where neither says. */
function severityOf(input: Reply): 4 | 5 | 0 {
  const first = Math.floor(input.code / 100);
  if (first === 4 || first === 5) return first;
  const digit = input.enhanced?.[0];
  return digit === "5" ? 5 : digit === "4" ? 4 : 0;
}

function findRule(
  input: Reply & { stage: Stage; provider?: string | null },
  severity: 4 | 5 | 0,
): ReplyRule | undefined {
  const raw = cleanText(input.text.slice(0, JUDGED_CHARS * 2)).slice(0, JUDGED_CHARS);
  const text = plainText(raw);
  return REPLY_RULES.find(
    (rule) =>
      (rule.severity === undefined || rule.severity === severity) &&
      (rule.stages === undefined || rule.stages.includes(input.stage)) &&
      (rule.providers === undefined || (input.provider != null && rule.providers.includes(input.provider))) &&
      (rule.enhanced === undefined || (input.enhanced != null && rule.enhanced.test(input.enhanced))) &&
      (rule.raw === undefined || rule.raw.test(raw)) &&
      (rule.text === undefined || rule.text.test(text)),
  );
}

function fallbackRule(code: number, severity: 4 | 5 | 0): ReplyRule {
  const known = BASIC_CODES[code];
  if (known) return { id: `code ${code}`, verdict: known };
  if (severity === 4) return { id: "unknown 4xx", verdict: "temporary" };
  if (severity === 5) return { id: "unknown 5xx", verdict: "policy" };
  return { id: "no reply", verdict: "protocol" };
}

/** Lower case, without links and addresses: neither a path in a help page's URL nor a local part may match a rule. */
function plainText(raw: string): string {
  return raw
    .toLowerCase()
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/\b(?:https?:\/\/|www\.)[^\s>)\]]+/g, " ")
    .replace(/<?[^\s<>"'(),;:[\]]{1,64}@[a-z0-9._*-]+>?/g, " <addr> ")
    .replace(/\s+/g, " ")
    .trim();
}
