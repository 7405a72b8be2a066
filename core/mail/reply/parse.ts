/** Longest text kept of a reply, in characters. RFC 5321 allows 512 per line and any number of lines. */
const REPLY_TEXT_MAX = 4000;

export type ParsedReply = { code: number; enhanced: string | null; text: string };

const LINE = /^(\d{3})(?:([- ])|$|(?=[;:,]))[;:,]?\s*(.*)$/;
const ENHANCED = /^#?([245]\.\d{1,3}\.\d{1,3})(?=$|[\s:;,\])-])[\s:;,-]*/;

/**
 * Reads the lines of one SMTP reply (RFC 5321 §4.2, RFC 2034): multi-line texts joined by a space, the enhanced
 * code taken off where a line repeats it. Code 0 for what is no reply. Never throws; the text is safe to store.
 */
export function parseReply(lines: string | readonly string[]): ParsedReply {
  const all = (
    typeof lines === "string" ? lines.slice(0, REPLY_TEXT_MAX * 2).split(/\r\n|\r|\n/) : lines
  ).slice(0, 200);
  let code = 0;
  let enhanced: string | null = null;
  const texts: string[] = [];
  for (const line of all) {
    let rest = cleanText(String(line).slice(0, REPLY_TEXT_MAX));
    const found = LINE.exec(rest);
    if (found && Number(found[1]) >= 200 && Number(found[1]) < 600) {
      if (code === 0) code = Number(found[1]);
      rest = found[3] ?? "";
    }
    const status = ENHANCED.exec(rest);
    if (status && (enhanced === null || enhanced === status[1])) {
      enhanced = status[1] ?? null;
      rest = rest.slice(status[0].length);
    }
    if (rest !== "") texts.push(rest);
  }
  return { code, enhanced, text: texts.join(" ").slice(0, REPLY_TEXT_MAX).toWellFormed() };
}

/** Control characters (NUL cannot be stored) and runs of white space become one space; lone surrogates are replaced. */
export function cleanText(text: string): string {
  return text
    .replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, " ")
    .trim()
    .toWellFormed();
}
