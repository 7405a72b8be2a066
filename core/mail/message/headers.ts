/** The header fields of one message, in order. */
import { formatMailbox, isAscii } from "../address.ts";
import { unsubscribeUrl } from "../links.ts";
import type { CompiledMessage } from "./compile.ts";
import { encodedWords, formatHeaderText, isPlainHeaderText } from "./encoded-words.ts";
import type { MessageRecipient } from "./types.ts";

/** Name, and value as it stands after `Name: ` (folded with CRLF SP where long). ASCII, or octets of UTF-8 in `To`. */
export type HeaderField = readonly [name: string, value: string];

/** Last field of Feedback-ID: the sender, 5 to 15 characters, the same in all mail of an installation. */
const FEEDBACK_SENDER = "lettermill";

export interface HeaderValues {
  subject: string;
  messageId: string;
  /** Token that unsubscribes. */
  manage: string;
  /** Local part of the unsubscribe address. */
  unsubscribe: string;
  at: Date;
}

/** All header fields but DKIM-Signature. */
export function messageHeaders(
  compiled: CompiledMessage,
  recipient: MessageRecipient,
  values: HeaderValues,
): HeaderField[] {
  const { source } = compiled;
  const fields: HeaderField[] = [
    ["From", compiled.from],
    ["To", octetsOf(formatMailbox(recipient.name, recipient.address))],
    ["Subject", formatHeaderText(values.subject, 9)],
  ];
  if (compiled.replyTo !== null) fields.push(["Reply-To", compiled.replyTo]);
  fields.push(["Date", mailDate(values.at)], ["Message-ID", values.messageId]);
  if (source.kind === "campaign" || source.listHeaders) {
    // RFC 8058: exactly one https address; the mailto beside it is for readers that cannot POST.
    fields.push(
      [
        "List-Unsubscribe",
        `<${unsubscribeUrl(source.baseUrl, values.manage)}>,\r\n <mailto:${values.unsubscribe}@${compiled.bounceDomain}?subject=unsubscribe>`,
      ],
      ["List-Unsubscribe-Post", "List-Unsubscribe=One-Click"],
      ["List-Id", listId(compiled, recipient.listId)],
      [
        "Feedback-ID",
        `c${source.campaign.id}:l${recipient.listId ?? 0}:w${source.workspace.id}:${FEEDBACK_SENDER}`,
      ],
    );
  }
  // RFC 3834: nobody's out-of-office should answer our automatic mail.
  if (source.kind === "system") fields.push(["Auto-Submitted", "auto-generated"]);
  fields.push(["MIME-Version", "1.0"], ...compiled.contentHeaders);
  return fields;
}

/** As it goes on the wire, a character an octet: UTF-8 only where the address itself is not ASCII (RFC 6532 §3.2). */
const octetsOf = (value: string): string =>
  isAscii(value) ? value : Buffer.from(value, "utf8").toString("latin1");

/** `Name <list-3.sender-domain>`; without a list, the workspace (RFC 2919: the label stays the same over time). */
function listId(compiled: CompiledMessage, id: number | null): string {
  const list = compiled.source.lists.find((candidate) => candidate.id === id);
  const name = (list?.name ?? compiled.source.workspace.name)
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ")
    .trim();
  const label = list ? `list-${list.id}` : `workspace-${compiled.source.workspace.id}`;
  const host = `<${label}.${compiled.senderDomain}>`;
  if (name === "") return host;
  if (!isPlainHeaderText(name) || name.length > 60) return `${encodedWords(name, 10)}\r\n ${host}`;
  return `"${name.replace(/["\\]/g, "\\$&")}"${name.length > 30 ? "\r\n" : ""} ${host}`;
}

/** RFC 5322 3.3, in UTC. */
export function mailDate(at: Date): string {
  return at.toUTCString().replace("GMT", "+0000");
}
