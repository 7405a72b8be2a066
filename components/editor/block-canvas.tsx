"use client";

import type { Editor, JSONContent } from "@tiptap/core";
import { EditorContent } from "@tiptap/react";
import type { InsertBlock } from "./insert-blocks.tsx";
import { canvasCss } from "./mail-styles.ts";
import { SlashMenu } from "./slash-menu.tsx";

/** The mail as it is written. */
export function BlockCanvas({
  editor,
  brandColor,
  onInsert,
}: {
  editor: Editor;
  brandColor: string;
  /** null: read only. */
  onInsert: ((block: InsertBlock) => void) | null;
}) {
  return (
    <>
      <style>{canvasCss(brandColor)}</style>
      <EditorContent editor={editor} className="mail-canvas" />
      {onInsert ? <SlashMenu editor={editor} onInsert={onInsert} /> : null}
    </>
  );
}

/** A document that the editor can open; an empty one where there is none yet. */
export function openDocument(document: unknown): JSONContent {
  return typeof document === "object" && document !== null && "type" in document
    ? (document as JSONContent)
    : { type: "doc", content: [{ type: "paragraph" }] };
}
