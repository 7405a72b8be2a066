const end = Buffer.from("\r\n.\r\n");
const virtualStart = Buffer.from("\r\n");
const lineDot = Buffer.from("\r\n.");

/**
 * Reads the text after DATA up to the line with only a dot (RFC 5321 §4.1.1.4). Looks for it by `indexOf`, never
 * byte by byte, also where it lies across two chunks. A bare LF ends nothing, so that no second message can be
 * smuggled in.
 */
export class BodyReader {
  #chunks: Buffer[] = [];
  #length = 0;
  #tail: Buffer = virtualStart;

  /** Takes from `chunk`; returns how many of its bytes belonged to the body and its end, or -1 when it goes on. */
  take(chunk: Buffer): number {
    const joint = Buffer.concat([this.#tail, chunk.length > 4 ? chunk.subarray(0, 4) : chunk]);
    let used = -1;
    const across = joint.indexOf(end);
    if (across !== -1 && across < this.#tail.length) {
      used = across + end.length - this.#tail.length;
    } else {
      const inside = chunk.indexOf(end);
      if (inside !== -1) used = inside + end.length;
    }
    const part = used === -1 ? chunk : chunk.subarray(0, used);
    this.#chunks.push(part);
    this.#length += part.length;
    if (used === -1) this.#tail = chunk.length >= 4 ? chunk.subarray(-4) : joint.subarray(-4);
    return used;
  }

  get isEmpty(): boolean {
    return this.#chunks.length === 0;
  }

  /** Octets so far, without the final dot once the end has been seen. */
  get length(): number {
    return Math.max(0, this.#length - 3);
  }

  /** The first octets, enough for the header fields that are looked at. */
  head(): Buffer {
    const first = this.#chunks[0] ?? Buffer.alloc(0);
    return first.length >= 4_096 || this.#chunks.length < 2 ? first : Buffer.concat(this.#chunks.slice(0, 8));
  }

  /** The message as it was written: without the final dot, the first dot of a line removed (RFC 5321 §4.5.2). */
  message(): Buffer {
    const whole = Buffer.concat(this.#chunks, this.length);
    const dotFirst = whole[0] === 0x2e;
    let from = dotFirst ? 1 : 0;
    let at = whole.indexOf(lineDot, from);
    if (at === -1) return dotFirst ? whole.subarray(1) : whole;
    const parts: Buffer[] = [];
    while (at !== -1) {
      parts.push(whole.subarray(from, at + 2));
      from = at + 3;
      at = whole.indexOf(lineDot, from);
    }
    parts.push(whole.subarray(from));
    return Buffer.concat(parts);
  }
}

/** A header field's text from the start of a message, unfolded; "" when it is not there. */
export function fieldOf(head: string, field: RegExp): string {
  const found = field.exec(head);
  return found?.[1] ? found[1].replace(/\r\n(?=[ \t])/g, "").trim() : "";
}

/** The header section of a message, at most 16 kB of it. */
export function headOf(bytes: Buffer): string {
  const stop = bytes.indexOf("\r\n\r\n");
  return bytes.toString("latin1", 0, Math.min(stop === -1 ? bytes.length : stop + 2, 16_384));
}

/** Whether a message has CR or LF apart from each other, or a line of more than 998 octets without its end. */
export function inspectLines(message: Buffer): { bare: boolean; tooLong: boolean } {
  let start = 0;
  let lineFeeds = 0;
  let bare = false;
  let tooLong = false;
  for (let at = message.indexOf(10); at !== -1; at = message.indexOf(10, start)) {
    if (message[at - 1] !== 13) bare = true;
    if (at - start > 999) tooLong = true;
    lineFeeds += 1;
    start = at + 1;
  }
  let returns = 0;
  for (let at = message.indexOf(13); at !== -1; at = message.indexOf(13, at + 1)) returns += 1;
  return { bare: bare || returns !== lineFeeds, tooLong: tooLong || message.length - start > 998 };
}
