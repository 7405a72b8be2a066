"use client";

import type { Editor } from "@tiptap/core";
import { useEditorState } from "@tiptap/react";
import { useEffect, useId, useRef, useState } from "react";
import { findBlocks, type InsertBlock } from "./insert-blocks.tsx";

/** The palette at the cursor, while `/` and a word are typed. Arrows choose, Enter inserts, Escape leaves the text. */
export function SlashMenu({ editor, onInsert }: { editor: Editor; onInsert: (block: InsertBlock) => void }) {
  const typed = useEditorState({ editor, selector: ({ editor: now }) => readSlash(now) });
  const [active, setActive] = useState(0);
  const [left, setLeft] = useState<number | null>(null);
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const found = typed && typed.from !== left ? findBlocks(typed.query) : [];
  const isOpen = found.length > 0;
  const chosen = Math.min(active, found.length - 1);

  function pick(block: InsertBlock | undefined) {
    if (!block || !typed) return;
    setActive(0);
    editor.chain().focus().deleteRange({ from: typed.from, to: typed.to }).run();
    onInsert(block);
  }
  // Read by the listener below, which must not be bound anew with each key.
  const now = useRef({ found, chosen, pick, leave: () => {} });
  now.current = { found, chosen, pick, leave: () => setLeft(typed?.from ?? null) };

  useEffect(() => {
    if (!isOpen) return;
    const { dom } = editor.view;
    const onKey = (event: KeyboardEvent) => {
      const { found: blocks, chosen: at } = now.current;
      const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
      if (by !== 0) setActive((at + by + blocks.length) % blocks.length);
      else if (event.key === "Enter" || event.key === "Tab") now.current.pick(blocks[at]);
      else if (event.key === "Escape") now.current.leave();
      else return;
      event.preventDefault();
      event.stopPropagation();
    };
    dom.addEventListener("keydown", onKey, { capture: true });
    dom.setAttribute("aria-controls", id);
    return () => {
      dom.removeEventListener("keydown", onKey, { capture: true });
      dom.removeAttribute("aria-controls");
      dom.removeAttribute("aria-activedescendant");
    };
  }, [editor, id, isOpen]);

  useEffect(() => {
    if (!isOpen) return;
    editor.view.dom.setAttribute("aria-activedescendant", `${id}-${chosen}`);
    list.current?.children[chosen]?.scrollIntoView({ block: "nearest" });
  }, [editor, id, isOpen, chosen]);

  if (!isOpen || !typed) return null;
  const at = editor.view.coordsAtPos(typed.from);
  const height = Math.min(320, found.length * 44 + 8);
  const isBelow = at.bottom + 6 + height < window.innerHeight;
  return (
    <div
      ref={list}
      id={id}
      role="listbox"
      aria-label="Insert"
      className="slash-menu"
      style={{
        left: Math.max(8, Math.min(at.left, window.innerWidth - 288)),
        top: isBelow ? at.bottom + 6 : Math.max(8, at.top - height - 6),
      }}
    >
      {found.map((block, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: keys are the text's
        <div
          key={block.id}
          id={`${id}-${index}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === chosen}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => pick(block)}
        >
          {block.icon}
          <span className="grid">
            <span>{block.label}</span>
            <span className="text-help text-muted">{block.about}</span>
          </span>
        </div>
      ))}
    </div>
  );
}

/** What stands between a slash at the start of a word and the cursor; null where there is none. */
function readSlash(editor: Editor): { query: string; from: number; to: number } | null {
  const { $from, empty } = editor.state.selection;
  if (!empty || !$from.parent.isTextblock || !editor.isEditable) return null;
  const before = $from.parent.textBetween(0, $from.parentOffset, undefined, "\ufffc");
  const match = /(?:^|\s)\/([\p{L}\d]{0,20})$/u.exec(before);
  if (!match) return null;
  const query = match[1] ?? "";
  return { query, from: $from.pos - query.length - 1, to: $from.pos };
}
