import type { ReplyAction, ReplyRule } from "./types.ts";

const MINUTE = 60;
const HOUR = 3600;

function suspend(seconds: number, count?: number): ReplyAction {
  return { kind: "suspend", seconds, scopes: ["lane"], ...hourly(count) };
}
function slow(
  to: { connections?: number; messagesPerConnection?: number; messagesPerMinute?: number },
  count?: number,
): ReplyAction {
  return { kind: "slow", scopes: ["lane"], ...to, ...hourly(count) };
}
function hourly(count?: number): Pick<ReplyAction, "threshold"> {
  return count === undefined ? {} : { threshold: { count, windowSeconds: HOUR } };
}
function gmailStop(scopes: ReplyAction["scopes"]): ReplyAction {
  return { kind: "suspend", seconds: 10 * MINUTE, scopes, recovery: "gmail" };
}

/**
 * What single providers say about pace and reputation, from their own pages, and what we then do.
 * They stand before the general rules. A row without `providers` is safe to read anywhere, because the token in it
 * is one provider's own; many domains are served by a provider under another name.
 */
export const PROVIDER_RULES: readonly ReplyRule[] = [
  // Google: support.google.com/mail/answer/3726730 and 81126. DKIM, SPF and IP quotas are told apart in the text only.
  {
    id: "google-quota-domain",
    severity: 4,
    text: /unusual rate of .*\b(?:dkim|spf)\b/,
    verdict: "slow-down",
    action: gmailStop(["sender-domain"]),
  },
  {
    id: "google-quota-ip",
    severity: 4,
    text: /unusual rate of .*\bip\b/,
    verdict: "slow-down",
    action: gmailStop(["lane"]),
  },
  {
    id: "google-quota",
    severity: 4,
    text: /unusual rate of/,
    verdict: "slow-down",
    action: gmailStop(["lane", "sender-domain"]),
  },
  {
    id: "google-rate-blocked",
    severity: 5,
    text: /unusual rate of/,
    verdict: "blocked",
    action: suspend(HOUR, 5),
  },
  {
    id: "google-recipient-rate",
    text: /receiving mail (?:at a rate|too quickly)/,
    verdict: "slow-down",
    retry: true,
  },
  {
    id: "google-suspicious",
    text: /detected that this message is (?:likely )?(?:suspicious|unsolicited)/,
    verdict: "blocked",
    action: suspend(HOUR, 5),
  },

  // Yahoo and AOL: senders.yahooinc.com/smtp-error-codes
  { id: "yahoo-tss05", raw: /\[(?:TSS|IPTS)0?5\]/i, verdict: "slow-down", action: suspend(4 * HOUR, 2) },
  {
    id: "yahoo-japan-tss04",
    providers: ["yahoo-japan"],
    raw: /\[(?:TSS|IPTS)04\]|VS98-IP0 deferred/i,
    verdict: "slow-down",
    action: suspend(HOUR, 2),
  },
  {
    // What the words say is milder than what the code stands for elsewhere: fewer connections, not two hours of silence. A
    // worker that stands still keeps its own beside those of whoever took its lane over.
    id: "yahoo-connections",
    raw: /\[(?:TSS|IPTS|TS)0?4\] Too many concurrent SMTP connections/i,
    verdict: "slow-down",
    retry: true,
    action: slow({ connections: 1 }, 3),
  },
  { id: "yahoo-tss04", raw: /\[(?:TSS|IPTS|TS)0?4\]/i, verdict: "slow-down", action: suspend(2 * HOUR, 2) },
  {
    id: "yahoo-ts03",
    raw: /\[(?:TSS|TS)0[13]\]/i,
    verdict: "slow-down",
    action: slow({ messagesPerMinute: 10 }, 3),
  },
  {
    id: "yahoo-ts02",
    raw: /\[(?:TSS|TS)02\]/i,
    verdict: "slow-down",
    action: slow({ messagesPerMinute: 1 }, 3),
  },
  { id: "yahoo-block-list", raw: /\[BL\d*\]/, verdict: "blocked", action: suspend(2 * HOUR, 5) },
  {
    id: "messages-per-connection",
    text: /(?:max(?:imum)?|too many) (?:number of )?messages? (?:per|in (?:this|one)) (?:connection|session)/,
    verdict: "slow-down",
    retry: true,
    action: slow({ messagesPerConnection: 2 }, 2),
  },

  // Microsoft: sendersupport.olc.protection.outlook.com and learn.microsoft.com on NDR codes
  {
    id: "microsoft-concurrent",
    raw: /\bRP-003\b|exceeded the maximum number of connections|max concurrent connections|IB007/i,
    verdict: "slow-down",
    retry: true,
    action: slow({ connections: 1 }, 2),
  },
  {
    id: "microsoft-rate",
    raw: /\bRP-00[12]\b/,
    verdict: "slow-down",
    retry: true,
    action: suspend(30 * MINUTE, 3),
  },
  {
    id: "microsoft-ip-reputation",
    severity: 4,
    text: /(?:mail server|ip|address) .{0,60}temporarily rate limited due to .{0,20}reputation|^the mail server .{0,60}temporarily rate limited/,
    verdict: "blocked",
    action: suspend(30 * MINUTE, 3),
  },
  {
    id: "microsoft-block-list",
    raw: /network is on our block ?list|\bS31[45]0\b|\b(?:SC|DY|OU)-00\d\b|banned sending IP/i,
    verdict: "blocked",
    action: suspend(2 * HOUR, 5),
  },
  {
    id: "microsoft-server-busy",
    text: /server busy\b.*try again later/,
    verdict: "slow-down",
    action: slow({ connections: 1, messagesPerMinute: 1 }, 3),
  },
  {
    id: "microsoft-temporary",
    providers: ["outlook", "office365"],
    severity: 4,
    text: /temporary server error/,
    verdict: "temporary",
    action: suspend(HOUR, 5),
  },
  {
    id: "microsoft-denied-later",
    text: /access denied, please try again later/,
    verdict: "blocked",
    retry: true,
    action: suspend(HOUR, 5),
  },

  // Apple: support.apple.com/102322
  {
    id: "apple-deferred",
    raw: /\[HCM1\]|\[BS02\]/,
    verdict: "slow-down",
    action: suspend(15 * MINUTE, 3),
  },
  {
    id: "apple-volume",
    severity: 4,
    text: /deferred due to excessive volume/,
    verdict: "slow-down",
    action: suspend(15 * MINUTE, 3),
  },
  {
    id: "apple-unavailable",
    providers: ["apple"],
    severity: 4,
    text: /service unavailable/,
    verdict: "temporary",
    action: suspend(15 * MINUTE, 5),
  },

  // Comcast, 1&1, Orange, Mimecast, QQ, NetEase, Charter
  {
    id: "comcast-rate-domain",
    raw: /\bRL000010\b/,
    verdict: "slow-down",
    action: { ...suspend(5 * MINUTE), scopes: ["sender-domain"] },
  },
  {
    id: "comcast-rate",
    raw: /\bRL0000\d\d\b/,
    verdict: "slow-down",
    action: slow({ connections: 5 }, 2),
  },
  { id: "comcast-block", raw: /\bBL0000\d\d\b/, verdict: "blocked", action: suspend(2 * HOUR, 5) },
  {
    id: "gmx-violations",
    providers: ["gmx"],
    text: /policy violations/,
    verdict: "blocked",
    action: suspend(HOUR, 5),
  },
  {
    id: "gmx-restrictions",
    providers: ["gmx"],
    text: /(?:policy )?restrictions/,
    verdict: "policy",
    action: slow({ messagesPerMinute: 1 }, 5),
  },
  {
    id: "orange-connections",
    text: /trop de connexions/,
    verdict: "slow-down",
    retry: true,
    action: slow({ connections: 1 }, 2),
  },
  {
    id: "orange-spam",
    raw: /\bO?FR_?506\b|LPN\d+_(?:506|510)/i,
    verdict: "blocked",
    action: suspend(2 * HOUR, 5),
  },
  {
    id: "orange-refused",
    text: /service refuse\b.*essayer plus tard/,
    verdict: "temporary",
    retry: true,
    action: suspend(HOUR, 3),
  },
  {
    id: "mimecast-busy",
    text: /internal resources? (?:are |is )?temporarily unavailable/,
    verdict: "temporary",
    action: suspend(30 * MINUTE, 5),
  },
  {
    id: "qq-frequency",
    text: /(?:sender|ip|connection|domain) frequency limited/,
    verdict: "slow-down",
    retry: true,
    action: suspend(HOUR, 3),
  },
  { id: "netease-spam", raw: /\bDT:SPM\b/, severity: 4, verdict: "content", action: suspend(15 * MINUTE, 3) },
  {
    id: "netease-spam-permanent",
    raw: /\bDT:SPM\b/,
    verdict: "content",
    action: slow({ connections: 1 }, 3),
  },
  {
    id: "netease-rate",
    raw: /\b(?:RP:ORQ|HL:ITC)\b/,
    verdict: "slow-down",
    retry: true,
    action: suspend(HOUR, 3),
  },
  {
    // Said at the end of DATA it means that the person's own filter refused; an address that is dead is refused at RCPT.
    id: "docomo-filter",
    raw: /docomo/i,
    stages: ["data", "dot"],
    text: /^unknown user/,
    verdict: "policy",
  },
  {
    id: "charter-rate",
    raw: /\bAUP#(?:CNCT|(?:In|Out)-1[23]\d0)\b/i,
    verdict: "slow-down",
    action: suspend(HOUR, 3),
  },
  { id: "charter-block", raw: /\bAUP#/i, verdict: "blocked", action: suspend(2 * HOUR, 5) },
];
