import type { Editor } from "@tiptap/core";
import type { CheckTarget } from "#core/campaign/checks.ts";
import { firstMark } from "./liquid-marks.ts";

/** Selects the chip that was put in a moment ago, so that its fallback can be changed. */
export function selectBefore(editor: Editor): void {
  const { $from } = editor.state.selection;
  if ($from.nodeBefore?.type.name === "variable") editor.commands.setNodeSelection($from.pos - 1);
}

/** Goes to the first block that a check is about. */
export function selectProblem(editor: Editor, target: CheckTarget): void {
  let found: number | null = target === "content" ? firstMark(editor.state) : null;
  editor.state.doc.descendants((node, pos) => {
    if (found !== null) return false;
    if (target === "image" && node.type.name === "image" && !String(node.attrs.alt ?? "").trim()) found = pos;
    if (target === "link") {
      const leadsNowhere = (href: unknown) => href === "#" || href === "" || href === null;
      if (node.type.name === "button" && leadsNowhere(node.attrs.href)) found = pos + 1;
      if (node.marks.some((mark) => mark.type.name === "link" && leadsNowhere(mark.attrs.href)))
        found = pos + 1;
    }
    return found === null;
  });
  const chain = editor.chain().focus();
  if (found === null) chain.run();
  else if (target === "image") chain.setNodeSelection(found).scrollIntoView().run();
  else chain.setTextSelection(found).scrollIntoView().run();
}
