/** Compact bytes for tokens: varints of whole numbers up to 2^53, and lower-case base32 that survives case folding. */

const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
const VALUES = new Int8Array(128).fill(-1);
for (let i = 0; i < 32; i++) VALUES[ALPHABET.charCodeAt(i)] = i;

/** Writes `value` as little-endian base 128 at `at`; returns the position after it. Throws on anything but a safe whole number ≥ 0. */
export function writeVarint(into: Uint8Array, at: number, value: number): number {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`not an id: ${value}`);
  let rest = value;
  let position = at;
  while (rest > 127) {
    into[position++] = (rest % 128) | 128;
    rest = Math.floor(rest / 128);
  }
  into[position++] = rest;
  return position;
}

/** Reads varints one after the other; `next` gives null when the bytes end or a number is too large. */
export class VarintReader {
  readonly bytes: Uint8Array;
  position: number;

  constructor(bytes: Uint8Array, position: number) {
    this.bytes = bytes;
    this.position = position;
  }

  next(): number | null {
    let value = 0;
    let scale = 1;
    while (this.position < this.bytes.length) {
      const byte = this.bytes[this.position++] as number;
      value += (byte & 127) * scale;
      if (value > Number.MAX_SAFE_INTEGER) return null;
      if (byte < 128) return value;
      scale *= 128;
    }
    return null;
  }

  get ended(): boolean {
    return this.position === this.bytes.length;
  }
}

/** RFC 4648 base32 in lower case, without padding. */
export function toBase32(bytes: Uint8Array): string {
  let out = "";
  let held = 0;
  let bits = 0;
  for (let i = 0; i < bytes.length; i++) {
    held = (held << 8) | (bytes[i] as number);
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      out += ALPHABET[(held >>> bits) & 31];
    }
    held &= (1 << bits) - 1;
  }
  return bits > 0 ? out + ALPHABET[(held << (5 - bits)) & 31] : out;
}

/** The bytes, in either case; null where a character is foreign or the last one carries stray bits. */
export function fromBase32(text: string): Uint8Array | null {
  const lower = text.toLowerCase();
  const out = new Uint8Array(Math.floor((lower.length * 5) / 8));
  let held = 0;
  let bits = 0;
  let at = 0;
  for (let i = 0; i < lower.length; i++) {
    const code = lower.charCodeAt(i);
    const value = code < 128 ? (VALUES[code] as number) : -1;
    if (value < 0) return null;
    held = (held << 5) | value;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      out[at++] = (held >>> bits) & 255;
    }
    held &= (1 << bits) - 1;
  }
  return bits >= 5 || held !== 0 ? null : out;
}
