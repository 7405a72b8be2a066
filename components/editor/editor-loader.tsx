"use client";

import "./editor.css";

import dynamic from "next/dynamic";
import type { ComponentProps } from "react";

/** The editor is large and needs the browser: it is loaded by itself, on its pages only. */
const Loaded = dynamic(() => import("./mail-editor.tsx").then((module) => module.MailEditor), {
  ssr: false,
  loading: () => (
    <div className="editor-page" aria-busy="true">
      <div className="editor-head" />
      <div className="editor-body">
        <div className="editor-left" />
        <div className="editor-canvas" />
        <div className="editor-right" />
      </div>
    </div>
  ),
});

export function EditorLoader(props: ComponentProps<typeof Loaded>) {
  return <Loaded {...props} />;
}
