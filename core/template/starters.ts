import type { BlockDocument, BlockNode } from "./types.ts";

/** A layout that comes with the product; templates of a workspace are rows. */
export type Starter = { id: string; name: string; about: string; document: BlockDocument };

const text = (value: string): BlockNode => ({ type: "text", text: value });
const paragraph = (...content: BlockNode[]): BlockNode => ({ type: "paragraph", content });
const heading = (level: 1 | 2 | 3, value: string): BlockNode => ({
  type: "heading",
  attrs: { level },
  content: [text(value)],
});
const button = (label: string): BlockNode => ({
  type: "button",
  attrs: { href: "#" },
  content: [text(label)],
});
const divider: BlockNode = { type: "horizontalRule" };
const firstName: BlockNode = {
  type: "variable",
  attrs: { name: "subscriber.first_name", fallback: "there" },
};
const items = (...values: string[]): BlockNode => ({
  type: "bulletList",
  content: values.map((value) => ({ type: "listItem", content: [paragraph(text(value))] })),
});
const column = (...content: BlockNode[]): BlockNode => ({ type: "columnsColumn", content });
const doc = (...content: BlockNode[]): BlockDocument => ({ type: "doc", content });

const BLANK: Starter = {
  id: "blank",
  name: "Blank",
  about: "An empty page.",
  document: doc({ type: "paragraph" }),
};

/** What a campaign can start from before a workspace has templates of its own. */
export const STARTERS: readonly Starter[] = [
  {
    id: "letter",
    name: "A letter",
    about: "Words from one person to another, and one link.",
    document: doc(
      paragraph(text("Hello "), firstName, text(",")),
      paragraph(text("Say in a sentence or two why you write today.")),
      paragraph(text("Then tell the story, as you would to somebody you know.")),
      button("Read on"),
      paragraph(text("Until next time,")),
      paragraph(text("your name")),
    ),
  },
  {
    id: "news",
    name: "News in parts",
    about: "A lead story, two short ones beside each other, and what comes next.",
    document: doc(
      heading(1, "The headline of this issue"),
      paragraph(text("Hello "), firstName, text(", this is what is new.")),
      button("Read the story"),
      divider,
      {
        type: "twoColumns",
        content: [
          column(heading(2, "A short story"), paragraph(text("Two or three sentences are enough here."))),
          column(heading(2, "Another one"), paragraph(text("Say what it is about and where to read on."))),
        ],
      },
      divider,
      heading(2, "What comes next"),
      items("A date and a place", "Something to look forward to", "A small request"),
    ),
  },
  {
    id: "announcement",
    name: "One announcement",
    about: "One thing to say, three reasons, one button.",
    document: doc(
      heading(1, "It is here"),
      paragraph(text("One sentence that says what is new and for whom.")),
      items("The first reason to look", "The second one", "The third one"),
      button("Have a look"),
      paragraph(text("Questions? Answer this mail, "), firstName, text(".")),
    ),
  },
];

export const findStarter = (id: string): Starter | undefined =>
  id === BLANK.id ? BLANK : STARTERS.find((starter) => starter.id === id);
