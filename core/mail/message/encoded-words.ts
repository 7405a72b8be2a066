/** Text in headers: RFC 2047 encoded words where ASCII does not do. Free of `node:`. */

const utf8 = new TextEncoder();
/** RFC 2047 section 2: an encoded word is at most 75 characters; `=?UTF-8?Q?` and `?=` take 12. */
const ROOM = 75 - 12;
/** What may stand literally in a Q-encoded phrase, RFC 2047 section 5 (3); the strictest set, used everywhere. */
const Q_LITERAL = /[A-Za-z0-9!*+/-]/;

/** Whether the text can stand as it is: printable ASCII, single inner spaces, nothing that looks encoded. */
export function isPlainHeaderText(text: string): boolean {
  return /^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/.test(text) && !text.includes("=?");
}

/**
 * Unstructured header text (Subject): line breaks and control characters become spaces, so that nothing can start
 * another header. Plain ASCII stays and is folded at spaces; the rest becomes encoded words.
 * @param used characters already on the first line, such as `Subject: `
 */
export function formatHeaderText(value: string, used: number): string {
  const text = value.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ").trim();
  if (text === "") return "";
  if (!isPlainHeaderText(text)) return encodedWords(text, used);
  if (used + text.length <= 76) return text;
  const words = text.split(" ");
  if (words.some((word) => word.length > 70)) return encodedWords(text, used);
  let out = "";
  let column = used;
  for (const word of words) {
    if (out !== "" && column + 1 + word.length > 76) {
      out += `\r\n ${word}`;
      column = 1 + word.length;
    } else {
      out += out === "" ? word : ` ${word}`;
      column += word.length + (column === used ? 0 : 1);
    }
  }
  return out;
}

/**
 * The text as encoded words, one a line, no character split between two (RFC 2047 section 5). B where most of the
 * text is outside ASCII, else Q, which people can half read in raw headers.
 */
export function encodedWords(text: string, used: number): string {
  const clean = text.isWellFormed() ? text : text.toWellFormed();
  let outside = 0;
  for (let i = 0; i < clean.length; i++) if (clean.charCodeAt(i) > 126) outside++;
  const base64 = outside * 3 > clean.length;
  const words: string[] = [];
  let room = Math.max(16, ROOM - used);
  let pending: number[] = [];
  let encoded = "";
  for (const character of clean) {
    const bytes = utf8.encode(character);
    if (base64) {
      if (pending.length > 0 && Math.ceil((pending.length + bytes.length) / 3) * 4 > room) {
        words.push(`=?UTF-8?B?${btoa(String.fromCharCode(...pending))}?=`);
        pending = [];
        room = ROOM;
      }
      pending.push(...bytes);
    } else {
      const q = qEncode(character, bytes);
      if (encoded !== "" && encoded.length + q.length > room) {
        words.push(`=?UTF-8?Q?${encoded}?=`);
        encoded = "";
        room = ROOM;
      }
      encoded += q;
    }
  }
  if (pending.length > 0) words.push(`=?UTF-8?B?${btoa(String.fromCharCode(...pending))}?=`);
  if (encoded !== "") words.push(`=?UTF-8?Q?${encoded}?=`);
  return words.join("\r\n ");
}

function qEncode(character: string, bytes: Uint8Array): string {
  if (character === " ") return "_";
  if (Q_LITERAL.test(character)) return character;
  let out = "";
  for (const byte of bytes) out += `=${byte < 16 ? "0" : ""}${byte.toString(16).toUpperCase()}`;
  return out;
}
