import { z } from "zod";
import { textFromHtml } from "#core/mail/message/text.ts";
import { type Result, refuse } from "#core/platform/context.ts";
import type { BlockStyle, CompileBlocks } from "#core/template/types.ts";
import type { ContentFormat } from "./types.ts";

/** Characters; mail clients cut at a tenth of it. */
const HTML_LIMIT = 1_000_000;

/** Content as an editor sends it. HTML of blocks is made here, never taken from a browser. */
export const ContentInput = z.discriminatedUnion("format", [
  z.object({
    format: z.literal("blocks"),
    document: z.looseObject({ type: z.literal("doc"), content: z.array(z.unknown()).max(2_000) }),
  }),
  z.object({
    format: z.literal("html"),
    html: z.string().max(HTML_LIMIT, "The mail is longer than a million characters."),
  }),
]);
export type ContentInput = z.infer<typeof ContentInput>;

/** Content as rows of campaigns and templates hold it. */
export type StoredContent = { format: ContentFormat; document: unknown; html: string; text: string };

/** Makes what is stored of what was written: HTML and the text part, both with Liquid. */
export async function prepareContent(
  input: ContentInput,
  style: BlockStyle,
  compile: CompileBlocks,
): Promise<Result<StoredContent>> {
  const html = input.format === "html" ? input.html : await compile(input.document, style);
  if (html === null) return refuse("The content cannot be read. What was saved before is kept.");
  if (html.length > HTML_LIMIT) return refuse("The mail is longer than a million characters.");
  return {
    ok: true,
    format: input.format,
    document: input.format === "blocks" ? input.document : null,
    html,
    text: html.trim() === "" ? "" : textFromHtml(html),
  };
}
