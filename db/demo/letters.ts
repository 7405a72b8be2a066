import { readFile } from "node:fs/promises";
import type { StoredContent } from "#core/campaign/content.ts";
import { textFromHtml } from "#core/mail/message/text.ts";
import type { BlockDocument, BlockNode } from "#core/template/types.ts";

/** Stands in documents and stored HTML where the picture's own address comes when the demo is made. */
const PICTURE_ADDRESS = "https://pictures.nordkai.example/harbour.png";
const SHOP = "https://nordkai.example";

const text = (value: string): BlockNode => ({ type: "text", text: value });
const paragraph = (...content: BlockNode[]): BlockNode => ({ type: "paragraph", content });
const heading = (level: 1 | 2, value: string): BlockNode => ({
  type: "heading",
  attrs: { level },
  content: [text(value)],
});
const button = (label: string, path: string): BlockNode => ({
  type: "button",
  attrs: { href: SHOP + path },
  content: [text(label)],
});
const link = (label: string, path: string): BlockNode => ({
  type: "text",
  text: label,
  marks: [{ type: "link", attrs: { href: SHOP + path } }],
});
const variable = (name: string, fallback: string): BlockNode => ({
  type: "variable",
  attrs: { name: `subscriber.${name}`, fallback },
});
const items = (...values: string[]): BlockNode => ({
  type: "bulletList",
  content: values.map((value) => ({ type: "listItem", content: [paragraph(text(value))] })),
});
const column = (...content: BlockNode[]): BlockNode => ({ type: "columnsColumn", content });
const divider: BlockNode = { type: "horizontalRule" };
const picture: BlockNode = {
  type: "image",
  attrs: { src: PICTURE_ADDRESS, alt: "A cup of coffee before a harbour in the morning", width: 600 },
};
const doc = (...content: BlockNode[]): BlockDocument => ({ type: "doc", content });

/** The mails of the demo's coffee roasters, as the block editor keeps them. A test compiles each and compares. */
export const LETTERS = {
  roast: doc(
    picture,
    heading(1, "This week's roast"),
    paragraph(
      text("Hello "),
      variable("first_name", "there"),
      text(", on Tuesday we opened a sack from Huehuetenango that smells of cocoa and ripe plum."),
    ),
    paragraph(
      text("It goes into the drum on Thursday and to the post on Friday. There are 240 bags, and "),
      link("the last one was gone by Sunday", "/journal/last-week"),
      text("."),
    ),
    button("Take a bag", "/shop/huehuetenango"),
    divider,
    {
      type: "twoColumns",
      content: [
        column(
          heading(2, "For filter"),
          paragraph(
            text("15 g, 250 g of water at 94 °C, three minutes. "),
            link("The recipe", "/brew/filter"),
          ),
        ),
        column(
          heading(2, "For espresso"),
          paragraph(
            text("18 g in, 40 g out, 28 seconds. "),
            link("What to change if it runs fast", "/brew/espresso"),
          ),
        ),
      ],
    },
    divider,
    paragraph(text("Until Friday,")),
    paragraph(text("Tilo and everybody at the harbour")),
  ),
  guide: doc(
    heading(1, "Cold water, long wait"),
    paragraph(
      text("Hello "),
      variable("first_name", "there"),
      text(", this guide needs a jar, a coarse grinder and one night."),
    ),
    items(
      "80 g of coffee, ground like coarse salt",
      "One litre of cold water, soft if you have it",
      "Twelve hours in the fridge, then a paper filter",
    ),
    paragraph(
      text("A light roast stays fruity, a dark one becomes chocolate. "),
      link("Both, compared", "/brew/cold"),
    ),
    button("Read the whole guide", "/brew/cold-brew"),
    paragraph(text("Next time: why your grinder matters more than your machine.")),
  ),
  offer: doc(
    picture,
    heading(1, "Ten per cent, for those who come back"),
    paragraph(
      text("Thank you, "),
      variable("first_name", "friend"),
      text(". You ordered more than once, so until Sunday your next order costs a tenth less."),
    ),
    button("Use it", "/shop?code=HARBOUR10"),
    paragraph(
      text("It works for beans, "),
      link("filters", "/shop/filters"),
      text(" and "),
      link("grinders", "/shop/grinders"),
      text("."),
    ),
  ),
  wholesale: doc(
    heading(1, "Prices for cafés"),
    paragraph(
      text("Hello "),
      variable("first_name", "there"),
      text(", these hold from the first of the month."),
    ),
    items("House espresso, 12 kg: 214 €", "Filter of the month, 6 kg: 131 €", "Decaf, 6 kg: 126 €"),
    paragraph(
      text("Milk, cups and service stay as they are. "),
      link("The whole list", "/wholesale/prices.pdf"),
    ),
    button("Order", "/wholesale/order"),
    paragraph(text("Questions? Answer this mail and Mara reads it.")),
  ),
  back: doc(
    heading(1, "Still thirsty?"),
    paragraph(
      text("Hello "),
      variable("first_name", "there"),
      text(
        ", it has been a while. Much has changed at the harbour: a new drum, two new farms, and a decaf that nobody notices.",
      ),
    ),
    button("See what is new", "/journal/new"),
    paragraph(text("If coffee is no longer your thing, one click at the end of this mail and we stop.")),
  ),
} as const satisfies Record<string, BlockDocument>;

export type LetterId = keyof typeof LETTERS;

/** Where a letter's HTML lies: compiled from its document beforehand, since the compiler needs the app. */
export const htmlFileOf = (id: LetterId): URL => new URL(`./html/${id}.html`, import.meta.url);

/** A letter as campaigns and templates keep it, with the picture at its address in this installation. */
export async function readLetter(id: LetterId, pictureUrl: string): Promise<StoredContent> {
  const html = (await readFile(htmlFileOf(id), "utf8")).trimEnd().replaceAll(PICTURE_ADDRESS, pictureUrl);
  const document = JSON.parse(JSON.stringify(LETTERS[id]).replaceAll(PICTURE_ADDRESS, pictureUrl));
  return { format: "blocks", document, html, text: textFromHtml(html) };
}
