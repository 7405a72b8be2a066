import { simpleParser } from "mailparser";

export type ShownMail = { html: string | null; text: string; headers: string };

/** A stored mail taken apart for the page: its HTML, its text and its head as it stands. */
export async function showMail(raw: Buffer): Promise<ShownMail> {
  const end = raw.indexOf("\r\n\r\n");
  const mail = await simpleParser(raw, { skipHtmlToText: true, skipTextToHtml: true });
  return {
    html: typeof mail.html === "string" ? mail.html : null,
    text: mail.text ?? "",
    headers: raw.subarray(0, end < 0 ? raw.length : end).toString("utf8"),
  };
}
