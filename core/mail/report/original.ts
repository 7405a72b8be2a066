import { header, type Part, parseHeaders, splitHeaders, walk } from "./mime.ts";

/** Where what came back says which mail of ours it is about. */
export type Original = {
  messageId: string | null;
  returnPathToken: string | null;
  /** The address our mail was for, from the headers that were returned. */
  recipient: string | null;
};

const TOKEN = /\bb\+([A-Za-z0-9_-]{8,200})@/i;
const ENVELOPE_HEADERS = ["delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "to"];
const SENDER_HEADERS = ["return-path", "x-return-path", "sender", "errors-to", "x-original-return-path"];
/** Hotmail's complaints name the recipient only here. */
const RECIPIENT_HEADERS = ["x-hmxmroriginalrecipient", "x-original-to", "delivered-to", "to"];

/** Reads the headers of our own mail out of a report, whether attached or pasted into the text. Never throws. */
export function findOriginal(root: Part): Original {
  const quoted = quotedHeaders(root);
  const id = quoted
    .map((h) => /<([^<>\s]{3,300})>|^([^<>\s]{3,300})$/.exec(first(h, "message-id")))
    .find(Boolean);
  const tokens = [
    ...ENVELOPE_HEADERS.map((name) => header(root, name)),
    ...quoted.flatMap((h) => SENDER_HEADERS.map((name) => first(h, name))),
    ...walk(root)
      .filter((p) =>
        /^(?:message\/(?:feedback-report|delivery-status|global-delivery-status)|text\/)/.test(p.type),
      )
      .map((p) => p.text.slice(0, 100_000)),
  ];
  return {
    messageId: id?.[1] ?? id?.[2] ?? null,
    returnPathToken: tokens.map((t) => TOKEN.exec(t)?.[1]).find(Boolean) ?? null,
    recipient:
      quoted.flatMap((h) => RECIPIENT_HEADERS.map((name) => firstAddress(first(h, name)))).find(Boolean) ??
      null,
  };
}

/** The first address in a text, lower-case domain and all as written; null for none. */
export function firstAddress(text: string): string | null {
  const short = text.slice(0, 5000);
  const found =
    /<([^<>\s@"]{1,200}@[^<>\s@,;]{1,255})>/.exec(short) ??
    /([^\s<>"'(),;:[\]@]{1,64}@[a-z0-9-]+(?:\.[a-z0-9-]+)+)/i.exec(short);
  return found?.[1]?.replace(/[.,;:]+$/, "") ?? null;
}

function first(headers: Map<string, string[]>, name: string): string {
  return headers.get(name)?.[0] ?? "";
}

function quotedHeaders(root: Part): Map<string, string[]>[] {
  const attached = walk(root).filter((p) =>
    /^(?:message\/(?:rfc822|global)|text\/rfc822-headers?|message\/rfc822-headers)/.test(p.type),
  );
  const blocks = attached.map((p) => splitHeaders(p.text.replace(/^\n+/, "")).head);
  if (blocks.length === 0) blocks.push(...walk(root).map((p) => pastedBlock(p.text)));
  return blocks.filter((b) => b !== "").map(parseHeaders);
}

/** Headers pasted into a text part: from the first line that only a mail header can be. */
function pastedBlock(text: string): string {
  const at = ORIGINAL_STARTS.exec(text);
  return at ? splitHeaders(text.slice(at.index).replace(/^\n+/, "")).head : "";
}

/** A line that begins a copy of our headers. */
export const ORIGINAL_STARTS =
  /^(?:> ?)?(?:return-path|received|message-id|x-mailer|mime-version|dkim-signature):[ \t]/im;
