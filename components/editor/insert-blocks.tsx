import type { Editor } from "@tiptap/core";
import {
  Braces,
  Columns2,
  Columns3,
  Heading1,
  Heading2,
  Image,
  List,
  ListOrdered,
  Minus,
  Quote,
  RectangleHorizontal,
  Type,
} from "lucide-react";
import type { ReactNode } from "react";

export type InsertBlock = {
  id: string;
  label: string;
  about: string;
  icon: ReactNode;
  words?: string[];
  /** Content to put in, or an act of its own. */
  content?: Record<string, unknown>;
};

const text = (value: string) => ({ type: "text", text: value });
const emptyColumn = { type: "columnsColumn", content: [{ type: "paragraph" }] };

/** The palette and the slash menu, in one list. `image` and `variable` open what they need. */
export const INSERT_BLOCKS: readonly InsertBlock[] = [
  { id: "text", label: "Text", about: "A paragraph", icon: <Type />, content: { type: "paragraph" } },
  {
    id: "heading",
    label: "Heading",
    about: "The headline of the mail or a part",
    icon: <Heading1 />,
    words: ["title", "h1"],
    content: { type: "heading", attrs: { level: 1 } },
  },
  {
    id: "subheading",
    label: "Subheading",
    about: "A smaller headline",
    icon: <Heading2 />,
    words: ["h2"],
    content: { type: "heading", attrs: { level: 2 } },
  },
  { id: "image", label: "Image", about: "From your computer", icon: <Image />, words: ["picture", "photo"] },
  {
    id: "button",
    label: "Button",
    about: "A link that stands out",
    icon: <RectangleHorizontal />,
    words: ["link", "cta"],
    content: { type: "button", attrs: { href: "#" }, content: [text("Read on")] },
  },
  {
    id: "columns",
    label: "Columns",
    about: "Two beside each other, stacked on phones",
    icon: <Columns2 />,
    content: { type: "twoColumns", content: [emptyColumn, emptyColumn] },
  },
  {
    id: "three-columns",
    label: "3 columns",
    about: "Three beside each other",
    icon: <Columns3 />,
    content: { type: "threeColumns", content: [emptyColumn, emptyColumn, emptyColumn] },
  },
  {
    id: "divider",
    label: "Divider",
    about: "A line across",
    icon: <Minus />,
    words: ["line", "rule"],
    content: { type: "horizontalRule" },
  },
  {
    id: "list",
    label: "List",
    about: "Points one below the other",
    icon: <List />,
    words: ["bullets"],
    content: { type: "bulletList", content: [{ type: "listItem", content: [{ type: "paragraph" }] }] },
  },
  {
    id: "numbers",
    label: "Numbers",
    about: "Steps in order",
    icon: <ListOrdered />,
    content: { type: "orderedList", content: [{ type: "listItem", content: [{ type: "paragraph" }] }] },
  },
  {
    id: "quote",
    label: "Quote",
    about: "Somebody's words",
    icon: <Quote />,
    content: { type: "blockquote", content: [{ type: "paragraph" }] },
  },
  {
    id: "variable",
    label: "Variable",
    about: "First name, or there",
    icon: <Braces />,
    words: ["name", "field", "liquid"],
  },
];

/** Puts a block behind the one with the cursor (or in place of it, where that is empty), and the cursor into it. */
export function insertBlock(editor: Editor, block: InsertBlock): void {
  if (!block.content) return;
  const { $from } = editor.state.selection;
  const top = $from.depth > 0 ? $from.node(1) : null;
  const isEmpty = top?.type.name === "paragraph" && top.content.size === 0;
  const from = $from.depth > 0 ? $from.before(1) : editor.state.selection.from;
  const at = $from.depth > 0 ? $from.after(1) : editor.state.selection.to;
  const start = isEmpty ? from : at;
  editor
    .chain()
    .insertContentAt(isEmpty ? { from, to: at } : at, block.content)
    .focus()
    .run();
  const node = editor.state.doc.nodeAt(start);
  if (node?.isTextblock || node?.content.size) {
    editor.commands.setTextSelection(firstTextEnd(editor, start));
  } else editor.commands.setNodeSelection(start);
}

function firstTextEnd(editor: Editor, start: number): number {
  let found: number | null = null;
  editor.state.doc.nodeAt(start)?.descendants((node, pos) => {
    if (found === null && node.isTextblock) found = start + 1 + pos + 1 + node.content.size;
    return found === null;
  });
  const top = editor.state.doc.nodeAt(start);
  return found ?? start + 1 + (top?.isTextblock ? top.content.size : 0);
}

/** Blocks whose name or words begin with what was typed; all for nothing. */
export function findBlocks(query: string): readonly InsertBlock[] {
  const typed = query.toLowerCase();
  return INSERT_BLOCKS.filter((block) =>
    [...block.label.split(" "), block.label, ...(block.words ?? [])].some((word) =>
      word.toLowerCase().startsWith(typed),
    ),
  );
}
