/** The text part of a mail. */
import { convert } from "html-to-text";
import { mentionsVariable, shieldLiquid } from "../liquid/tokens.ts";
import { textFooter } from "./footer.ts";
import { VIEW_TOKEN_MARK } from "./html.ts";

const HEADINGS = ["h1", "h2", "h3", "h4", "h5", "h6"];

/** Readable text of an HTML mail: link targets in angle brackets, images as their description. Liquid stays. */
export function textFromHtml(html: string): string {
  const { shielded, restore } = shieldLiquid(html);
  const text = convert(shielded, {
    wordwrap: false,
    selectors: [
      {
        selector: "a",
        options: { linkBrackets: ["<", ">"], hideLinkHrefIfSameAsText: true, noAnchorUrl: true },
      },
      { selector: "img", format: "description" },
      ...HEADINGS.map((selector) => ({ selector, options: { uppercase: false } })),
    ],
    formatters: {
      description: (element, _walk, builder) => {
        const alt: string = element.attribs?.alt ?? "";
        if (alt !== "") builder.addInline(alt);
      },
    },
    // Deeper nesting than any mail has, and less than the stack.
    limits: { maxDepth: 400 },
  });
  return restore(text);
}

/** A web address in text, up to a blank or a bracket; stops at the marks that stand for Liquid. */
const ADDRESS = /https?:\/\/[^\s<>"\ufdd0-\ufdd2]+/gi;
/** What ends a sentence and not an address. */
const SENTENCE_END = /[.,;:!?)\]}'»”’…]+$/;

/**
 * Makes the web addresses of a text click links, numbered on after those of the HTML; an address that stands in both has
 * one number. Addresses with Liquid in them are left alone, as in the HTML.
 * @param links grows by addresses that only the text has
 */
export function trackText(text: string, clickBase: string, links: string[]): string {
  const numbers = new Map(links.map((url, n) => [url, n]));
  const { shielded, restore } = shieldLiquid(text);
  const tracked = shielded.replace(ADDRESS, (found: string, offset: number) => {
    const isBracketed = shielded[offset - 1] === "<" && shielded[offset + found.length] === ">";
    const end = isBracketed ? "" : (SENTENCE_END.exec(found)?.[0] ?? "");
    const url = end === "" ? found : found.slice(0, -end.length);
    const hasLiquid = shielded[offset + found.length] === "\ufdd0";
    if (hasLiquid || !URL.canParse(url)) return found;
    const n = numbers.get(url) ?? links.push(url) - 1;
    numbers.set(url, n);
    return `${clickBase}${VIEW_TOKEN_MARK}/${n}${end}`;
  });
  return restore(tracked);
}

/** The text with the footer where asked, ending with a line break. */
export function finishText(text: string, footer: boolean): string {
  const ended = text.endsWith("\n") ? text : `${text}\n`;
  return footer ? ended + textFooter((variable) => mentionsVariable(text, variable)) : ended;
}
