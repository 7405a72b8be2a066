/** Longest shape, in characters: a grouping key, not the evidence. */
const SHAPE_MAX = 200;

const MASKS: readonly [RegExp, string][] = [
  [/https?:\/\/[^\s>)\]]+/gi, "<url>"],
  [/<?[^\s<>"'(),;:[\]]{1,64}@[a-z0-9._-]+\.?[a-z0-9-]*>?/gi, "<addr>"],
  [/\[?\b\d{1,3}(?:\.\d{1,3}){3}\b\]?/g, "<ip>"],
  [/\[?(?:ipv6:)?\b(?:[0-9a-f]{1,4}:){2,7}:?[0-9a-f:]{0,39}\]?/gi, "<ip>"],
  [/\b\d{4}-\d\d-\d\d[t ]\d\d:\d\d:\d\d[.\d]*z?\b/gi, "<time>"],
  [/\b(?=[a-z0-9-]{0,63}[a-z])[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,24}\b(?!>)/gi, "<host>"],
];

/**
 * The text of a reply with what differs from mail to mail masked (addresses, hosts, links, ids, numbers), so that
 * a thousand refusals for one reason are one line. Short codes that mean something (TSS04, S3140, RP-001) stay.
 */
export function replyShape(text: string): string {
  let shape = text.slice(0, 1000).replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, " ");
  for (const [pattern, mask] of MASKS) shape = shape.replace(pattern, mask);
  shape = shape.replace(/[a-z0-9]+(?:[-_.=+/][a-z0-9=]+)*/gi, maskToken);
  return shape.replace(/ +/g, " ").trim().slice(0, SHAPE_MAX).trim().toWellFormed();
}

function maskToken(token: string): string {
  if (!/\d/.test(token)) return token.length > 24 ? "<id>" : token;
  if (/^\d+$/.test(token)) return "N";
  if (/^[245]\.\d{1,3}\.\d{1,3}$/.test(token)) return token;
  if (/^[a-z]{1,5}[-_]?\d{1,4}$/i.test(token)) return token;
  if (/^[\d.,/-]+$/.test(token)) return "N";
  return "<id>";
}
