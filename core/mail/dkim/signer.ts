/** DKIM signatures, RFC 6376 (rsa-sha256) and RFC 8463 (ed25519-sha256), relaxed/relaxed. */
import { hash, type KeyObject, sign } from "node:crypto";
import type { HeaderField } from "../message/headers.ts";
import { canonicalHeader } from "./canonical.ts";

export interface DkimSigner {
  readonly domain: string;
  readonly selector: string;
  /** Length of every header that `sign` makes, in bytes. */
  readonly headerLength: number;
  /**
   * The whole header line, `DKIM-Signature: …` with its CRLF.
   * @param bodyHash SHA-256 of the relaxed body, base64
   */
  sign(fields: readonly HeaderField[], bodyHash: string, at: Date): string;
}

/**
 * Signed headers. Each is named once more than it can occur, so that nobody can add another (RFC 6376 8.15); the
 * same list for all mail keeps the signature's own header constant.
 */
const SIGNED = [
  "from",
  "to",
  "cc",
  "subject",
  "date",
  "message-id",
  "reply-to",
  "mime-version",
  "content-type",
  "content-transfer-encoding",
  "list-id",
  "list-unsubscribe",
  "list-unsubscribe-post",
  "feedback-id",
  "auto-submitted",
];

/** Lines of the h= tag, folded. */
const H_LINES = foldNames(SIGNED.flatMap((name) => [name, name]));

/**
 * A signer with its key parsed once. Throws on keys other than RSA of at least 1024 bits (RFC 8301) and Ed25519.
 */
export function dkimSigner(options: { domain: string; selector: string; privateKey: KeyObject }): DkimSigner {
  const { domain, selector, privateKey } = options;
  const type = privateKey.asymmetricKeyType;
  const bits = privateKey.asymmetricKeyDetails?.modulusLength ?? 0;
  if (!(type === "ed25519" || (type === "rsa" && bits >= 1024)))
    throw new Error("a DKIM key is RSA or Ed25519");
  const rsa = type === "rsa";
  const opening = `v=1; a=${rsa ? "rsa" : "ed25519"}-sha256; c=relaxed/relaxed;\r\n d=${domain};\r\n s=${selector}; t=`;
  const middle = `;\r\n h=${H_LINES};\r\n bh=`;
  const opened = canonicalHeader("DKIM-Signature", opening);
  const middled = middle.replace(/[ \r\n]+/g, " ");
  const header = (at: Date, bodyHash: string, signature: string) =>
    `DKIM-Signature: ${opening}${seconds(at)}${middle}${bodyHash};\r\n b=${foldSignature(signature)}\r\n`;
  const signatureLength = Math.ceil((rsa ? Math.ceil(bits / 8) : 64) / 3) * 4;
  return {
    domain,
    selector,
    headerLength: header(new Date(1e12), "=".repeat(44), "=".repeat(signatureLength)).length,
    sign(fields, bodyHash, at) {
      let data = "";
      for (const name of SIGNED) data += canonicalFields(name, fields);
      data += `${opened}${seconds(at)}${middled}${bodyHash}; b=`;
      const bytes = Buffer.from(data, "latin1");
      const signature = rsa
        ? sign("sha256", bytes, privateKey)
        : sign(null, hash("sha256", bytes, "buffer"), privateKey);
      return header(at, bodyHash, signature.toString("base64"));
    },
  };
}

/** Fields of one name from the last upwards (RFC 6376 5.4.2), two at most: what h= names twice. */
function canonicalFields(name: string, fields: readonly HeaderField[]): string {
  let out = "";
  let left = 2;
  for (let i = fields.length - 1; i >= 0 && left > 0; i--) {
    const [field, value] = fields[i] as HeaderField;
    if (field.length !== name.length || field.toLowerCase() !== name) continue;
    out += `${canonicalHeader(name, value)}\r\n`;
    left--;
  }
  return out;
}

/** Ten digits until the year 2286. */
function seconds(at: Date): string {
  return String(Math.floor(at.getTime() / 1000)).padStart(10, "0");
}

function foldNames(names: readonly string[]): string {
  let out = "";
  let column = 3;
  for (const name of names) {
    if (column + name.length + 1 > 76) {
      out += `:\r\n  ${name}`;
      column = 2 + name.length;
    } else {
      out += out === "" ? name : `:${name}`;
      column += name.length + 1;
    }
  }
  return out;
}

function foldSignature(signature: string): string {
  let out = signature.slice(0, 72);
  for (let i = 72; i < signature.length; i += 72) out += `\r\n ${signature.slice(i, i + 72)}`;
  return out;
}
