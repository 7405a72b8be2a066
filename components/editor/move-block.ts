import type { Editor } from "@tiptap/core";
import { variableLabel } from "./variable.ts";

export type OutlineBlock = { index: number; pos: number; type: string; label: string };

const NAMES: Record<string, string> = {
  paragraph: "Text",
  heading: "Heading",
  button: "Button",
  image: "Image",
  horizontalRule: "Divider",
  twoColumns: "2 columns",
  threeColumns: "3 columns",
  bulletList: "List",
  orderedList: "Numbered list",
  blockquote: "Quote",
};

export const blockName = (type: string): string => NAMES[type] ?? type;

/** The blocks of the mail from top to bottom; the empty line that the editor keeps at the end is none. */
export function readOutline(editor: Editor): OutlineBlock[] {
  const blocks: OutlineBlock[] = [];
  const { doc } = editor.state;
  doc.forEach((node, pos, index) => {
    const text = node
      .textBetween(0, node.content.size, " ", (leaf) =>
        leaf.type.name === "variable"
          ? variableLabel(String(leaf.attrs.name), String(leaf.attrs.fallback))
          : "",
      )
      .trim();
    if (
      index === doc.childCount - 1 &&
      index > 0 &&
      node.type.name === "paragraph" &&
      node.content.size === 0
    )
      return;
    const label = text || (node.type.name === "image" && String(node.attrs.alt ?? "")) || "";
    blocks.push({ index, pos, type: node.type.name, label: label || blockName(node.type.name) });
  });
  return blocks;
}

/** Which block holds the cursor; -1 for none. */
export function currentBlock(editor: Editor): number {
  return editor.state.selection.$from.index(0);
}

function posOf(editor: Editor, index: number): number {
  let at = 0;
  for (let i = 0; i < index; i++) at += editor.state.doc.child(i).nodeSize;
  return at;
}

/** Puts the cursor into a block, or selects it where it has no text. */
export function goToBlock(editor: Editor, index: number, focus = true): void {
  if (index < 0 || index >= editor.state.doc.childCount) return;
  const pos = posOf(editor, index);
  const node = editor.state.doc.child(index);
  const chain = editor.chain();
  if (node.isAtom || node.content.size === 0 ? !node.isTextblock : false) chain.setNodeSelection(pos);
  else chain.setTextSelection(pos + 1);
  if (focus) chain.focus();
  chain.scrollIntoView().run();
}

/** Moves a block up (-1) or down (1); false at the ends. */
export function moveBlock(editor: Editor, index: number, by: -1 | 1): boolean {
  const { doc, tr } = editor.state;
  const other = index + by;
  if (index < 0 || other < 0 || index >= doc.childCount || other >= doc.childCount) return false;
  const first = Math.min(index, other);
  const [upper, lower] = [doc.child(first), doc.child(first + 1)];
  const from = posOf(editor, first);
  tr.replaceWith(from, from + upper.nodeSize + lower.nodeSize, [lower, upper]);
  editor.view.dispatch(tr);
  goToBlock(editor, other, false);
  return true;
}

export function duplicateBlock(editor: Editor, index: number): void {
  const node = editor.state.doc.child(index);
  const at = posOf(editor, index) + node.nodeSize;
  editor.view.dispatch(editor.state.tr.insert(at, node.copy(node.content)));
  goToBlock(editor, index + 1, false);
}

/** Removes a block; undo brings it back. */
export function removeBlock(editor: Editor, index: number): void {
  const { doc } = editor.state;
  if (index < 0 || index >= doc.childCount) return;
  const from = posOf(editor, index);
  const { nodeSize } = doc.child(index);
  const { tr } = editor.state;
  if (doc.childCount === 1) tr.replaceWith(from, from + nodeSize, editor.schema.nodes.paragraph!.create());
  else tr.delete(from, from + nodeSize);
  editor.view.dispatch(tr);
}
