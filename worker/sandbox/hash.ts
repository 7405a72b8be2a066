/**
 * A number in [0, 1) that depends on nothing but the words given: the same seed makes the same world.
 * FNV-1a over UTF-16 units, finished with an avalanche so that near words land far apart.
 */
export function fraction(...words: (string | number)[]): number {
  return hash(words.join("\u0000")) / 0x1_0000_0000;
}

/** An unsigned 32-bit hash of `text`. */
export function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) {
    h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  }
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
