/** The text part of a mail. */
import { convert } from "html-to-text";
import { mentionsVariable, shieldLiquid } from "../liquid/tokens.ts";
import { textFooter } from "./footer.ts";

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

/** The text with the footer where asked, ending with a line break. */
export function finishText(text: string, footer: boolean): string {
  const ended = text.endsWith("\n") ? text : `${text}\n`;
  return footer ? ended + textFooter((variable) => mentionsVariable(text, variable)) : ended;
}
