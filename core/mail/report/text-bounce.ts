import { classifyReply } from "#core/mail/reply/classify.ts";
import { cleanText } from "#core/mail/reply/parse.ts";
import { classOf, isVague } from "./class.ts";
import { smtpReplyIn, stageOf, transcript } from "./dsn.ts";
import { header, type Part, walk } from "./mime.ts";
import { firstAddress, ORIGINAL_STARTS } from "./original.ts";
import type { ReportRecipient } from "./types.ts";

const MAX_RECIPIENTS = 50;
/** What a mail system has to say stands at the top. */
const READ_CHARS = 60_000;
const ADDRESS = /[^\s<>"'(),;:[\]@=]{1,64}@[a-z0-9-]+(?:\.[a-z0-9-]+)+/gi;
/** Lines that begin the copy of our mail, in the words of many servers. */
const COPY_STARTS =
  /^[ \t>*#|_=-]{0,80}(?:(?:below this line|the header of the original|this is a copy of|(?:--+ ?)?(?:start of )?(?:the )?(?:original|returned|undelivered|unsent) (?:e-?mail|message|mail|text)|bounced e-?mail|message (?:headers?|text|follows)|original message (?:headers?|follows)|included is a copy|a copy of your message|returned message|the following is the (?:initial|first)|your original (?:message|e-?mail)|message header)\b)/im;

const SENT_BY =
  /mailer-?daemon|postmaster|mail ?delivery|mail-?daemon|mdaemon|system administrator|mail administrator|delivery (?:sub)?system|mail system|mailadm|no-?reply@.*(?:bounce|delivery)/i;
const SUBJECT =
  /undeliver|non-?deliver|not deliver|delivery[ -_](?:status|failure|failed|has failed|problem|error|report|notification|unsuccess)|failure (?:notice|delivery)|failed (?:mail|delivery|message)|returned (?:mail|to sender)|mail (?:delivery |system )?(?:fail|error|could not)|could ?n[o']t be (?:sent|delivered)|bounce|cannot (?:send|deliver)|unzustellbar|non remis|delivery delay|delayed|message status/i;
const STILL_TRYING =
  /will (?:continue|keep) (?:to try|trying|to be)|still (?:being )?(?:retr|undelivered|trying)|not yet (?:been )?delivered|warning: (?:message|could not)|delivery (?:is |has been )?delayed|you do not need to resend|no action is required|will be retried/i;

/** True for a message that a mail system sent about a mail that did not arrive, judging by its outer headers. */
export function looksLikeBounce(root: Part): boolean {
  const from = `${header(root, "from")} ${header(root, "return-path")} ${header(root, "sender")}`;
  const nullSender = /^\s*<?\s*>?\s*$/.test(header(root, "return-path")) && root.headers.has("return-path");
  if (root.headers.has("x-failed-recipients")) return true;
  if (
    nullSender &&
    /(?:could|can) ?not be delivered|undeliverable|delivery (?:has )?failed/i.test(
      toldText(root).slice(0, 3000),
    )
  )
    return true;
  return (
    SENT_BY.test(from) ||
    (SUBJECT.test(header(root, "subject")) &&
      (nullSender || !root.headers.has("return-path") || SENT_BY.test(from)))
  );
}

/** What the report says in words, without the copy of our mail. */
export function toldText(root: Part): string {
  const parts = walk(root).filter((p) => p.children.length === 0);
  const plain = parts.filter((p) => p.type === "text/plain" && p.text.trim() !== "");
  const html = parts.filter((p) => p.type === "text/html").map((p) => stripHtml(p.text.slice(0, READ_CHARS)));
  const texts = (plain.length > 0 ? plain.map((p) => p.text) : html)
    .slice(0, 20)
    .map((t) => t.slice(0, READ_CHARS));
  return texts.map(withoutCopy).join("\n").slice(0, 20_000);
}

function withoutCopy(text: string): string {
  const cuts = [COPY_STARTS.exec(text)?.index ?? -1, ORIGINAL_STARTS.exec(text)?.index ?? -1].filter(
    (i) => i > 0,
  );
  return cuts.length > 0 ? text.slice(0, Math.min(...cuts)) : text;
}

function stripHtml(html: string): string {
  return html
    .split(/<(?=style|script)/i)
    .map((piece, i) => (i === 0 ? piece : piece.slice(Math.max(0, piece.search(/<\/(?:style|script)/i)))))
    .join(" ")
    .replace(/<(?:br|p|div|tr|li|h\d)\b[^<>]{0,500}>/gi, "\n")
    .replace(/<[^<>@]{0,500}>/g, " ")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&nbsp;/g, " ")
    .replace(/&#39;|&rsquo;/g, "'")
    .replace(/&amp;/g, "&");
}

/** Recipients and verdicts of a bounce that has no delivery status. Never throws. */
export function readTextBounce(root: Part, original: string | null): ReportRecipient[] {
  const told = toldText(root);
  const addresses = failedAddresses(root, told, original);
  if (addresses.length === 0) return [conclude(null, told, root)];
  return addresses.map((address) => conclude(address, aboutOne(told, address, addresses), root));
}

function failedAddresses(root: Part, told: string, original: string | null): string[] {
  const listed = (root.headers.get("x-failed-recipients") ?? []).join(",").match(ADDRESS);
  if (listed) return [...new Set(listed)].slice(0, MAX_RECIPIENTS);
  const ours = new Set(
    ["from", "to", "return-path", "reply-to"].map((n) => firstAddress(header(root, n))?.toLowerCase()),
  );
  const mentioned = [...new Set((told.match(ADDRESS) ?? []).map((a) => a.replace(/\.$/, "")))].slice(0, 200);
  const others = mentioned.filter(
    (a) => !ours.has(a.toLowerCase()) && !/postmaster@|mailer-daemon@|abuse@|support@/i.test(a),
  );
  // An address that stands alone, or first and before a colon, is one that the server lists.
  const lines = told.split("\n").map((l) => l.replace(/^[\s<"'*>-]+/, ""));
  const alone = others.filter((a) =>
    lines.some((l) => l.startsWith(a) && /^[\s>"'.]*(?::|$)/.test(l.slice(a.length))),
  );
  const isOriginal = (a: string) => a.toLowerCase() === original?.toLowerCase();
  if (original && (alone.length < 2 || !alone.some(isOriginal)) && mentioned.some(isOriginal))
    return [original];
  const found = alone.length > 0 ? alone : others.slice(0, 1);
  if (found.length > 0) return found.slice(0, MAX_RECIPIENTS);
  return original ? [original] : [];
}

/** What is said about one of several addresses: from where it is named to where the next of them is. */
export function aboutOne(told: string, address: string, all: readonly string[]): string {
  const at = told.indexOf(address);
  if (at < 0 || all.length < 2) return told;
  const from = told.lastIndexOf("\n", at) + 1;
  const after = at + address.length;
  const ends = all.filter((a) => a !== address).map((a) => told.indexOf(a, after));
  const end = Math.min(told.length, ...ends.filter((i) => i >= 0));
  return told.slice(from, end);
}

function conclude(address: string | null, told: string, root: Part): ReportRecipient {
  const delayed = STILL_TRYING.test(told) || /delayed|warning/i.test(header(root, "subject"));
  const stage = stageOf(told);
  const quoted = smtpReplyIn(transcript(told));
  const known = quoted.code !== 0 || quoted.enhanced !== null;
  let c = known ? classifyReply({ ...quoted, stage }) : null;
  if (c === null || isVague(c.rule)) {
    const words = told.replace(/\n[ \t]*\n/g, "\n");
    c = classifyReply({
      code: quoted.code || (delayed ? 450 : 550),
      enhanced: quoted.enhanced,
      text: words,
      stage,
    });
  }
  return {
    address,
    action: delayed ? "delayed" : "failed",
    status: quoted.enhanced,
    code: quoted.code,
    diagnostic: cleanText(known ? quoted.text : told).slice(0, 1000),
    verdict: c.verdict,
    class:
      !known && !delayed && isVague(c.rule)
        ? "unknown"
        : delayed && c.permanent
          ? "soft-transient"
          : classOf(c),
    suppress: !delayed && c.suppress,
    rule: c.rule,
  };
}
