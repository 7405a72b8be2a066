"use client";

import type { Editor } from "@tiptap/core";
import { useEditorState } from "@tiptap/react";
import { ArrowLeft, Monitor, Redo2, Smartphone, Undo2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { type ReactNode, useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import type { FormAction } from "#components/ui/form-types.ts";
import { IconButton } from "#components/ui/icon-button.tsx";
import { Menu } from "#components/ui/menu.tsx";
import { SegmentedButtons } from "#components/ui/segmented-buttons.tsx";
import { TextArea, TextField } from "#components/ui/text-field.tsx";
import type { PreviewPerson, PreviewWidth } from "./preview.tsx";
import type { EditorUrls } from "./types.ts";

export type EditorMode = "write" | "preview" | "source" | "versions";

const MODES: Record<EditorMode, string> = {
  write: "Write",
  preview: "Preview",
  source: "Source",
  versions: "Versions",
};

/** Back, name, save state, views, undo, test and review. */
export function EditorHead({
  name,
  onName,
  kind,
  line,
  isTrouble,
  mode,
  modes,
  onMode,
  width,
  onWidth,
  editor,
  urls,
  readOnly,
  flush,
  sendTest,
  saveAsTemplate,
  ownAddress,
  person,
  pane,
  onPane,
  onToHtml,
  hiddenValues,
  company,
}: {
  name: string;
  onName: ((name: string) => void) | null;
  kind: "campaign" | "template";
  line: string;
  isTrouble: boolean;
  mode: EditorMode;
  modes: EditorMode[];
  onMode: (mode: EditorMode) => void;
  width: PreviewWidth;
  onWidth: (width: PreviewWidth) => void;
  editor: Editor | null;
  urls: EditorUrls;
  readOnly: boolean;
  /** Saves what is not saved; true where all is. */
  flush: () => Promise<boolean>;
  sendTest: FormAction | undefined;
  saveAsTemplate: FormAction | undefined;
  ownAddress: string;
  person: PreviewPerson | null;
  pane: "canvas" | "inspector";
  onPane: (pane: "canvas" | "inspector") => void;
  onToHtml: (() => void) | null;
  hiddenValues: Record<string, string>;
  /** Who else is here. */
  company: ReactNode;
}) {
  const router = useRouter();
  const [dialog, setDialog] = useState<"test" | "template" | null>(null);
  const [leaving, setLeaving] = useState(false);
  async function leave(href: string) {
    setLeaving(true);
    await flush();
    router.push(href);
  }
  async function open(which: "test" | "template") {
    await flush();
    setDialog(which);
  }
  return (
    <header className="editor-head">
      <IconButton
        name={kind === "campaign" ? "Back to campaigns" : "Back to templates"}
        tip="start"
        icon={<ArrowLeft />}
        onClick={() => void leave(urls.back)}
      />
      <div className="editor-title">
        <h1 className="sr-only">{name || "Untitled"}</h1>
        {onName ? (
          <input
            aria-label={kind === "campaign" ? "Name of the campaign" : "Name of the template"}
            className="editor-name"
            value={name}
            maxLength={120}
            onChange={(event) => onName(event.currentTarget.value)}
          />
        ) : (
          <p className="editor-name">{name}</p>
        )}
        <p className="editor-line" data-trouble={isTrouble}>
          {line} <span hidden={isTrouble}>{company}</span>
        </p>
      </div>
      <div className="editor-modes">
        <SegmentedButtons
          label="View"
          options={modes.map((one) => ({ value: one, label: MODES[one] }))}
          value={mode}
          onChange={onMode}
        />
        {mode === "source" || mode === "versions" ? null : (
          <fieldset className="editor-widths" aria-label="Width">
            <IconButton
              name="Desktop"
              icon={<Monitor />}
              aria-pressed={width === "desktop"}
              onClick={() => onWidth("desktop")}
            />
            <IconButton
              name="Phone"
              icon={<Smartphone />}
              aria-pressed={width === "phone"}
              onClick={() => onWidth("phone")}
            />
            {mode === "preview" && kind === "campaign" ? (
              <Button
                variant="ghost"
                size="small"
                aria-pressed={width === "text"}
                onClick={() => onWidth(width === "text" ? "desktop" : "text")}
              >
                Text
              </Button>
            ) : null}
          </fieldset>
        )}
        {editor && mode === "write" ? <History editor={editor} /> : null}
      </div>
      <div className="editor-pane-switch">
        <SegmentedButtons
          label="Part"
          options={[
            { value: "canvas", label: "Mail" },
            { value: "inspector", label: kind === "campaign" ? "Envelope" : "Block" },
          ]}
          value={pane}
          onChange={onPane}
        />
      </div>
      <div className="editor-acts">
        {readOnly && !urls.versions ? null : (
          <Menu
            name="More"
            variant="ghost"
            items={[
              ...(urls.versions
                ? [{ id: "versions", label: "Versions", onSelect: () => onMode("versions") }]
                : []),
              ...(saveAsTemplate
                ? [{ id: "template", label: "Save as template…", onSelect: () => void open("template") }]
                : []),
              ...(onToHtml && !readOnly ? [{ id: "html", label: "Go on in HTML…", onSelect: onToHtml }] : []),
            ]}
          />
        )}
        {sendTest && !readOnly ? (
          <Button aria-haspopup="dialog" onClick={() => void open("test")}>
            Send test
          </Button>
        ) : null}
        {urls.review ? (
          <Button variant="primary" pending={leaving} onClick={() => void leave(urls.review ?? urls.back)}>
            {readOnly ? "Review" : "Review and send"}
          </Button>
        ) : null}
      </div>
      {sendTest ? (
        <ConfirmDialog
          open={dialog === "test"}
          onOpenChange={(isOpen) => !isOpen && setDialog(null)}
          danger={false}
          title="Send a test"
          action={sendTest}
          values={{ ...hiddenValues, ...(person ? { subscriberId: String(person.id) } : {}) }}
          confirmLabel="Send the test"
        >
          <p>
            As {person ? (person.name ?? person.address) : "someone without a name"} would get it. Links to
            unsubscribe lead nowhere in a test.
          </p>
          <TextArea
            name="to"
            label="To"
            help="Up to five addresses, apart by commas."
            rows={2}
            required
            defaultValue={ownAddress}
          />
        </ConfirmDialog>
      ) : null}
      {saveAsTemplate ? (
        <ConfirmDialog
          open={dialog === "template"}
          onOpenChange={(isOpen) => !isOpen && setDialog(null)}
          danger={false}
          title="Save as template"
          action={saveAsTemplate}
          values={hiddenValues}
          confirmLabel="Save the template"
          success="Template saved"
        >
          <TextField name="name" label="Name" required maxLength={120} defaultValue={name} />
        </ConfirmDialog>
      ) : null}
    </header>
  );
}

function History({ editor }: { editor: Editor }) {
  const can = useEditorState({
    editor,
    selector: ({ editor: now }) => ({ undo: now.can().undo(), redo: now.can().redo() }),
  });
  return (
    <fieldset className="editor-widths" aria-label="History">
      <IconButton
        name="Undo"
        icon={<Undo2 />}
        disabled={!can.undo}
        onClick={() => editor.chain().focus().undo().run()}
      />
      <IconButton
        name="Redo"
        icon={<Redo2 />}
        disabled={!can.redo}
        onClick={() => editor.chain().focus().redo().run()}
      />
    </fieldset>
  );
}
