/** Relaxed canonicalisation, RFC 6376 3.4.2 and 3.4.4. */

/** One header field as it is hashed, without the final CRLF. */
export function canonicalHeader(name: string, value: string): string {
  const plain = /[\t\r\n]| {2}|^ | $/.test(value) ? value.replace(/[ \t\r\n]+/g, " ").trim() : value;
  return `${name.toLowerCase()}:${plain}`;
}

/**
 * A body as it is hashed: spaces and tabs in a row become one space, none before a line break, no empty lines at the
 * end, a CRLF after the last line. Expects CRLF. Returns the same buffer where the body is already so.
 */
export function canonicalBody(body: Buffer): Buffer {
  if (body.length === 0 || isCanonical(body)) return body;
  const out = Buffer.allocUnsafe(body.length + 2);
  let at = 0;
  for (let i = 0; i < body.length; i++) {
    const byte = body[i] as number;
    if (byte === 32 || byte === 9) {
      if (at > 0 && out[at - 1] === 32) continue;
      out[at++] = 32;
      continue;
    }
    if (byte === 13 && body[i + 1] === 10 && at > 0 && out[at - 1] === 32) at--;
    out[at++] = byte;
  }
  if (at > 0 && out[at - 1] === 32) at--;
  while (at >= 2 && out[at - 2] === 13 && out[at - 1] === 10) at -= 2;
  if (at === 0) return out.subarray(0, 0);
  out[at++] = 13;
  out[at++] = 10;
  return out.subarray(0, at);
}

function isCanonical(body: Buffer): boolean {
  if (body.includes(9) || body.includes("  ") || body.includes(" \r\n")) return false;
  if (body.length < 3 || body[body.length - 2] !== 13 || body[body.length - 1] !== 10) return false;
  return !(body[body.length - 4] === 13 && body[body.length - 3] === 10);
}
