/**
 * Doubles dots at the start of lines for DATA (RFC 5321 4.5.2). Returns the same buffer where there are none, which is
 * always so for messages rendered here. Expects CRLF line breaks; adds no final dot.
 */
export function dotStuff(message: Buffer): Buffer {
  const first = message[0] === 46 ? 0 : nextDot(message, 0);
  if (first < 0) return message;
  const parts: Buffer[] = [];
  let from = 0;
  for (let dot = first; dot >= 0; dot = nextDot(message, dot)) {
    parts.push(message.subarray(from, dot), DOT);
    from = dot;
  }
  parts.push(message.subarray(from));
  return Buffer.concat(parts);
}

const DOT = Buffer.from(".");
const LINE_DOT = Buffer.from("\r\n.");

function nextDot(message: Buffer, from: number): number {
  const found = message.indexOf(LINE_DOT, from);
  return found < 0 ? -1 : found + 2;
}
