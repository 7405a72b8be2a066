"use client";

import type { Editor } from "@tiptap/core";
import { useEditorState } from "@tiptap/react";
import { type KeyboardEvent, useRef, useState } from "react";
import { showToast } from "#components/ui/show-toast.ts";
import { blockName, currentBlock, goToBlock, moveBlock, readOutline, removeBlock } from "./move-block.ts";

/**
 * The blocks as a list, the way through a mail by keys: arrows move, Alt and arrows reorder, Enter edits, Delete removes.
 */
export function Outline({ editor, readOnly }: { editor: Editor; readOnly: boolean }) {
  const { blocks, current } = useEditorState({
    editor,
    selector: ({ editor: now }) => ({ blocks: readOutline(now), current: currentBlock(now) }),
  });
  const list = useRef<HTMLUListElement>(null);
  const [said, setSaid] = useState("");
  const active = Math.min(current, blocks.length - 1);

  function focusItem(index: number) {
    requestAnimationFrame(() => list.current?.querySelectorAll("button")[index]?.focus());
  }
  function onKeyDown(event: KeyboardEvent, index: number) {
    const by = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : 0;
    if (by !== 0) {
      event.preventDefault();
      const target = index + by;
      if (target < 0 || target >= blocks.length) return;
      if (event.altKey && !readOnly) {
        moveBlock(editor, index, by);
        setSaid(`${blockName(blocks[index]?.type ?? "")}, ${target + 1} of ${blocks.length}`);
      } else goToBlock(editor, target, false);
      focusItem(target);
    } else if ((event.key === "Delete" || event.key === "Backspace") && !readOnly) {
      event.preventDefault();
      const name = blockName(blocks[index]?.type ?? "");
      removeBlock(editor, index);
      goToBlock(editor, Math.max(0, index - 1), false);
      focusItem(Math.max(0, index - 1));
      showToast(`${name} removed`, { undo: async () => editor.commands.undo() });
    }
  }

  return (
    <div className="editor-outline">
      <h2 className="editor-label">Outline</h2>
      <ul ref={list}>
        {blocks.map((block, index) => (
          <li key={block.pos}>
            <button
              type="button"
              tabIndex={index === Math.max(active, 0) ? 0 : -1}
              aria-current={index === active ? "true" : undefined}
              aria-label={`${blockName(block.type)}: ${block.label}, ${index + 1} of ${blocks.length}`}
              onClick={() => goToBlock(editor, block.index)}
              onKeyDown={(event) => onKeyDown(event, index)}
            >
              <span className="truncate">{block.label}</span>
            </button>
          </li>
        ))}
        <li className="editor-outline-fixed">
          <span>Footer</span>
          <span className="text-help text-muted">fixed</span>
        </li>
      </ul>
      <p className="sr-only" aria-live="polite">
        {said}
      </p>
    </div>
  );
}
