"use client";

import type { Editor } from "@tiptap/core";
import { useEditorState } from "@tiptap/react";
import {
  AlignCenter,
  AlignLeft,
  AlignRight,
  Bold,
  Braces,
  Italic,
  Link2,
  List,
  ListOrdered,
  Strikethrough,
  Underline,
} from "lucide-react";
import { type KeyboardEvent, useRef } from "react";

const TEXT_BLOCKS = ["heading", "paragraph", "button", "image"];

/** Marks and lists for the selected text. One tab stop, arrows inside. */
export function TextToolbar({
  editor,
  onLink,
  onVariable,
}: {
  editor: Editor;
  onLink: () => void;
  onVariable: () => void;
}) {
  const bar = useRef<HTMLDivElement>(null);
  const on = useEditorState({
    editor,
    selector: ({ editor: now }) => ({
      bold: now.isActive("bold"),
      italic: now.isActive("italic"),
      underline: now.isActive("underline"),
      strike: now.isActive("strike"),
      link: now.isActive("link"),
      bulletList: now.isActive("bulletList"),
      orderedList: now.isActive("orderedList"),
      alignment: TEXT_BLOCKS.map((type) => now.getAttributes(type).alignment).find(Boolean) ?? "left",
    }),
  });
  const align = (alignment: string) => () => {
    const chain = editor.chain().focus();
    for (const type of TEXT_BLOCKS) chain.updateAttributes(type, { alignment });
    chain.run();
  };
  const chain = () => editor.chain().focus();
  const tools = [
    { name: "Bold", icon: <Bold />, isOn: on.bold, run: () => chain().toggleBold().run() },
    { name: "Italic", icon: <Italic />, isOn: on.italic, run: () => chain().toggleItalic().run() },
    {
      name: "Underline",
      icon: <Underline />,
      isOn: on.underline,
      run: () => chain().toggleUnderline().run(),
    },
    {
      name: "Struck through",
      icon: <Strikethrough />,
      isOn: on.strike,
      run: () => chain().toggleStrike().run(),
    },
    { name: "Link", icon: <Link2 />, isOn: on.link, run: onLink },
    { name: "Variable", icon: <Braces />, isOn: false, run: onVariable },
    { name: "List", icon: <List />, isOn: on.bulletList, run: () => chain().toggleBulletList().run() },
    {
      name: "Numbered list",
      icon: <ListOrdered />,
      isOn: on.orderedList,
      run: () => chain().toggleOrderedList().run(),
    },
    { name: "Left", icon: <AlignLeft />, isOn: on.alignment === "left", run: align("left") },
    { name: "Centred", icon: <AlignCenter />, isOn: on.alignment === "center", run: align("center") },
    { name: "Right", icon: <AlignRight />, isOn: on.alignment === "right", run: align("right") },
  ];
  function onKeyDown(event: KeyboardEvent) {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (by === 0) return;
    event.preventDefault();
    const buttons = [...(bar.current?.querySelectorAll("button") ?? [])];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    buttons[(at + by + buttons.length) % buttons.length]?.focus();
  }
  return (
    <div ref={bar} role="toolbar" aria-label="Text" className="text-toolbar" onKeyDown={onKeyDown}>
      {tools.map((tool, index) => (
        <button
          key={tool.name}
          type="button"
          tabIndex={index === 0 ? 0 : -1}
          aria-label={tool.name}
          aria-pressed={tool.isOn}
          data-tip={tool.name}
          // The selection in the text must survive the press.
          onMouseDown={(event) => event.preventDefault()}
          onClick={tool.run}
        >
          {tool.icon}
        </button>
      ))}
    </div>
  );
}
