"use client";

import "@react-email/editor/styles/slash-command.css";
import { SlashCommand } from "@react-email/editor/ui";
import type { Editor, JSONContent } from "@tiptap/core";
import { EditorContent, EditorContext } from "@tiptap/react";
import { useMemo } from "react";
import { slashItems } from "./insert-blocks.tsx";
import { canvasCss } from "./mail-styles.ts";

/** The mail as it is written. */
export function BlockCanvas({
  editor,
  brandColor,
  onImage,
  onVariable,
}: {
  editor: Editor;
  brandColor: string;
  onImage: () => void;
  onVariable: () => void;
}) {
  const items = useMemo(() => slashItems({ image: onImage, variable: onVariable }), [onImage, onVariable]);
  const context = useMemo(() => ({ editor }), [editor]);
  return (
    <EditorContext.Provider value={context}>
      <style>{canvasCss(brandColor)}</style>
      <EditorContent editor={editor} className="mail-canvas" />
      <SlashCommand items={items} />
    </EditorContext.Provider>
  );
}

/** A document that the editor can open; an empty one where there is none yet. */
export function openDocument(document: unknown): JSONContent {
  return typeof document === "object" && document !== null && "type" in document
    ? (document as JSONContent)
    : { type: "doc", content: [{ type: "paragraph" }] };
}
