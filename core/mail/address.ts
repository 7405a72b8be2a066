/**
 * E-mail addresses as they are typed, stored and written into headers. Free of `node:`, so forms may use it too.
 * Identity of an address: local part lower-cased, domain as lower-case A-label; dots and tags are not folded.
 */
import { encodedWords, isPlainHeaderText } from "./message/encoded-words.ts";

/** Why a typed address is refused. */
export const ADDRESS_FAULTS = {
  empty: "There is no address.",
  "control-characters": "The address contains invisible control characters.",
  spaces: "The address contains a space.",
  "no-at": "The address has no @ with something on both sides.",
  quoted: "Quoted addresses are not supported.",
  "local-not-ascii":
    "Use an address whose part before the @ has plain letters: most mail servers refuse others.",
  local: "The part before the @ is not valid.",
  domain: "The part after the @ is not a domain name.",
  "too-long": "The address is longer than mail servers accept.",
} as const;

export type AddressFault = keyof typeof ADDRESS_FAULTS;

/** A usable address. `local@domain` is what goes on the wire; `address` is what the person typed, trimmed. */
export interface ParsedAddress {
  ok: true;
  address: string;
  addressKey: string;
  local: string;
  /** Lower-case A-label, without a final dot. */
  domain: string;
}

export type AddressResult = ParsedAddress | { ok: false; reason: AddressFault };

/** RFC 5321 4.5.3.1: octets in a local part, and in a path less its angle brackets. */
const MAX_LOCAL = 64;
const MAX_ADDRESS = 254;

const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;
const EDGES = /^[\s\u200b-\u200f\u2060\ufeff]+|[\s\u200b-\u200f\u2060\ufeff]+$/g;
/** RFC 5322 dot-atom; letters, marks and digits of other scripts as RFC 6532 §3.2 adds them. */
const LOCAL = /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const NOT_IN_DOMAIN = /[\s!-,/:-@[-`{-~]/;

/**
 * Reads an address as typed or imported. One bare address: no display name, no comment, no quoted local part,
 * no address literal, no single-label domain. A local part in other scripts (RFC 6531) is written in lower case and NFC,
 * so that the database folds it as we do; only servers that offer SMTPUTF8 get its mail.
 */
export function parseAddress(typed: string): AddressResult {
  const address = typed.length > 1024 ? typed : typed.replace(EDGES, "");
  if (address === "") return { ok: false, reason: "empty" };
  if (address.length > 1024) return { ok: false, reason: "too-long" };
  if (CONTROL.test(address)) return { ok: false, reason: "control-characters" };
  const at = address.lastIndexOf("@");
  if (at <= 0 || at === address.length - 1) return { ok: false, reason: "no-at" };
  const typedLocal = address.slice(0, at);
  const isPlain = isAscii(typedLocal);
  const local = isPlain ? typedLocal : typedLocal.normalize("NFC").toLowerCase().normalize("NFC");
  if (local.startsWith('"')) return { ok: false, reason: "quoted" };
  if (/\s/.test(address)) return { ok: false, reason: "spaces" };
  if (!LOCAL.test(local)) return { ok: false, reason: "local" };
  const domain = asciiDomain(address.slice(at + 1));
  if (domain === null) return { ok: false, reason: "domain" };
  const octets = new TextEncoder().encode(local).length;
  if (octets > MAX_LOCAL || octets + 1 + domain.length > MAX_ADDRESS) {
    return { ok: false, reason: "too-long" };
  }
  const written = isPlain ? address : `${local}${address.slice(at)}`;
  return { ok: true, address: written, addressKey: `${local.toLowerCase()}@${domain}`, local, domain };
}

/** Whether a mail to this address needs a server that offers SMTPUTF8 (RFC 6531 §3.2): the domain never does. */
export const isAscii = (text: string): boolean => /^[\u0000-\u007f]*$/.test(text);

/** Like `parseAddress`, for our own side: who writes to us has to be able to answer from any server. */
export function parseOwnAddress(typed: string): AddressResult {
  const parsed = parseAddress(typed);
  return parsed.ok && !isAscii(parsed.local) ? { ok: false, reason: "local-not-ascii" } : parsed;
}

/**
 * A domain name as lower-case A-label, or null where it is none that mail can be sent to
 * (single label, address literal, numeric top level, label over 63 octets: RFC 1035 2.3.4).
 */
export function asciiDomain(typed: string): string | null {
  let name = typed;
  if (!/^[A-Za-z0-9.-]*$/.test(typed)) {
    if (typed.length > 253 || NOT_IN_DOMAIN.test(typed)) return null;
    // The URL parser applies UTS 46 in browsers and in Node alike.
    try {
      name = new URL(`http://${typed}/`).hostname;
    } catch {
      return null;
    }
  }
  name = name.toLowerCase();
  if (name.length > 253) return null;
  const labels = name.split(".");
  if (labels.length < 2 || !labels.every((label) => LABEL.test(label))) return null;
  return /^\d+$/.test(labels[labels.length - 1] as string) ? null : name;
}

const IGNORES_DOTS = ["gmail.com", "googlemail.com"];

/**
 * The mailbox that an address most likely ends in: without its tag, and at Google without dots. For limits only: whoever may
 * not be mailed too often is a person, while two such addresses stay two subscribers.
 */
export function likelyMailbox({ local, domain }: Pick<ParsedAddress, "local" | "domain">): string {
  const bare = local.toLowerCase().replace(/(?<=.)\+.*$/, "");
  return IGNORES_DOTS.includes(domain) ? `${bare.replaceAll(".", "")}@gmail.com` : `${bare}@${domain}`;
}

/** Characters that may stand in an address on the wire; anything else could open a second header or recipient. */
const WIRE_SAFE = /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,255}$/u;

/**
 * A mailbox for From, To or Reply-To (RFC 5322 3.4): `Name <local@domain>`, folded with CRLF SP where long. ASCII unless
 * the local part is not (RFC 6532 §3.2).
 * Any text is safe as a name. Throws where the address is not one that `parseAddress` would accept.
 */
export function formatMailbox(name: string | null | undefined, address: string): string {
  let wire = address;
  if (!WIRE_SAFE.test(wire)) {
    const parsed = parseAddress(address);
    if (!parsed.ok) throw new Error(`not an address that can stand in a header: ${parsed.reason}`);
    wire = `${parsed.local}@${parsed.domain}`;
  }
  const phrase = name ? formatPhrase(name) : "";
  if (phrase === "") return wire;
  const lastLine = phrase.length - (phrase.lastIndexOf("\n") + 1);
  return `${phrase}${lastLine + wire.length > 62 ? "\r\n " : " "}<${wire}>`;
}

function formatPhrase(name: string): string {
  const text = name.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ").trim();
  if (text === "") return "";
  if (/^[A-Za-z0-9]+(?: [A-Za-z0-9]+)*$/.test(text) && text.length <= 60) return text;
  if (isPlainHeaderText(text) && text.length <= 60) return `"${text.replace(/["\\]/g, "\\$&")}"`;
  return encodedWords(text, 10);
}
