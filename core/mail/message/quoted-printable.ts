/**
 * Quoted-printable (RFC 2045 6.7), written straight into the outgoing bytes.
 * The result is also DKIM's relaxed canonical form (RFC 6376 3.4.4) and needs no dot-stuffing: no tab, no two spaces in
 * a row, no space before a line break, no dot at the start of a line. So a body hash is one pass over the bytes.
 */

const HEX = Buffer.from("0123456789ABCDEF", "latin1");
/** RFC 2045 6.7 (5): 76 characters, one of them for the soft break's `=`. */
const LINE = 75;
/** Worst case: three bytes a byte, and three more for each soft break. */
const GROWTH = 3.2;

/** Bytes that may stand as they are, anywhere in a line. Space, dot, F and the rest are looked at. */
const LITERAL = new Uint8Array(256);
for (let byte = 33; byte <= 126; byte++) LITERAL[byte] = byte === 61 ? 0 : 1;

/** Upper bound of the encoded length of `text`, in bytes. */
export function quotedPrintableBound(text: string): number {
  return Math.ceil(text.length * 3 * GROWTH) + 16;
}

/**
 * Text as mail can carry it: `\n` for every line break; no control characters but tab; well-formed Unicode comes with
 * the conversion to bytes.
 */
export function mailText(text: string): string {
  return /[\u0000-\u0008\u000b-\u001f\u007f]/.test(text)
    ? text.replace(/\r\n?/g, "\n").replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, "")
    : text;
}

/** Text that can be spliced as it is: one short line of printable ASCII. */
const SIMPLE = /^[!-\-/-<>-EG-~](?: ?[!-<>-~])*$/;

/**
 * Writes `text` (from `mailText`) from the start of a line. Unless it ends with a line break, a soft break follows, so
 * that whatever comes next starts a line of its own and can be encoded apart.
 * @returns the position after the last byte
 */
export function writeQuotedPrintable(text: string, out: Buffer, start: number): number {
  if (text === "") return start;
  if (text.length <= LINE && SIMPLE.test(text)) {
    const end = start + out.write(text, start, "latin1");
    return softBreak(out, end);
  }
  const end = encodeBytes(Buffer.from(text, "utf8"), out, start);
  return out[end - 1] === 10 ? end : softBreak(out, end);
}

/** The whole text encoded; ends with a line break, hard or soft. */
export function encodeQuotedPrintable(text: string): Buffer {
  const out = Buffer.allocUnsafe(quotedPrintableBound(text));
  return Buffer.from(out.subarray(0, writeQuotedPrintable(text, out, 0)));
}

function softBreak(out: Buffer, at: number): number {
  out[at] = 61;
  out[at + 1] = 13;
  out[at + 2] = 10;
  return at + 3;
}

function encodeBytes(bytes: Buffer, out: Buffer, start: number): number {
  const length = bytes.length;
  let at = start;
  let column = 0;
  for (let i = 0; i < length; i++) {
    const byte = bytes[i] as number;
    if (byte === 10) {
      out[at++] = 13;
      out[at++] = 10;
      column = 0;
      continue;
    }
    if (isLiteral(byte, column, bytes, i, out, at)) {
      if (column + 1 > LINE) {
        at = softBreak(out, at);
        // At the new line's start a dot, or the F of "From ", has to be looked at again.
        column = 0;
        i--;
        continue;
      }
      out[at++] = byte;
      column++;
      continue;
    }
    if (column + 3 > LINE) {
      at = softBreak(out, at);
      column = 0;
      i--;
      continue;
    }
    out[at++] = 61;
    out[at++] = HEX[byte >> 4] as number;
    out[at++] = HEX[byte & 15] as number;
    column += 3;
  }
  return at;
}

function isLiteral(byte: number, column: number, bytes: Buffer, i: number, out: Buffer, at: number): boolean {
  if (LITERAL[byte] === 1) {
    if (column !== 0) return true;
    // mbox readers quote "From " at the start of a line, which breaks signatures.
    return byte !== 46 && !(byte === 70 && bytes[i + 1] === 114 && bytes[i + 4] === 32);
  }
  if (byte !== 32) return false;
  if (i + 1 === bytes.length || bytes[i + 1] === 10) return false;
  return column === 0 || out[at - 1] !== 32;
}
