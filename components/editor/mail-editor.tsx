"use client";

import { useEditor } from "@tiptap/react";
import { useRouter } from "next/navigation";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { liquidWords } from "#components/campaign/liquid-words.ts";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import type { FormAction } from "#components/ui/form-types.ts";
import { LiveRegion } from "#components/ui/live-region.tsx";
import { showToast } from "#components/ui/show-toast.ts";
import { type CampaignCheck, type CheckTarget, orderChecks } from "#core/campaign/checks.ts";
import { knownVariables } from "#core/mail/liquid/variables.ts";
import { BlockCanvas, openDocument } from "./block-canvas.tsx";
import { mailBlocks } from "./blocks.ts";
import { Company } from "./company.tsx";
import { Conflict } from "./conflict.tsx";
import { withPatch } from "./draft-patch.ts";
import { EditorHead, type EditorMode } from "./editor-head.tsx";
import { HtmlSource } from "./html-source.tsx";
import { INSERT_BLOCKS, type InsertBlock, insertBlock } from "./insert-blocks.tsx";
import { Inspector, type InspectorTab } from "./inspector.tsx";
import { liquidMarks } from "./liquid-marks.ts";
import { Outline } from "./outline.tsx";
import { InboxLine, Preview, type PreviewPerson, type PreviewWidth } from "./preview.tsx";
import { saveLine } from "./save-line.tsx";
import { selectBefore, selectProblem } from "./select.ts";
import { SheetFooter } from "./sheet-footer.tsx";
import { readStored, restoreVersion } from "./stored-draft.ts";
import { TextToolbar } from "./text-toolbar.tsx";
import type { Draft, DraftPatch, EditorChoices, EditorUrls, Revision, StoredDraft } from "./types.ts";
import { uploadImage } from "./upload-image.ts";
import { readKept, useAutosave } from "./use-autosave.ts";
import { Versions } from "./versions.tsx";

export type MailEditorProps = {
  /** In the browser's store: `campaign:12`. */
  storeKey: string;
  kind: "campaign" | "template";
  draft: Draft;
  revision: Revision;
  savedAt: string | null;
  checks: CampaignCheck[];
  choices: EditorChoices;
  urls: EditorUrls;
  brandColor: string;
  /** Who the mail is from while no sender is chosen. */
  workspaceName: string;
  zone: string;
  readOnly: boolean;
  /** Address of the person who writes, for tests. */
  ownAddress: string;
  /** Of the workspace, as the footer shows it. */
  postalAddress: string;
  /** Where to go at the start. */
  startAt?: CheckTarget | null;
  sendTest?: FormAction | undefined;
  saveAsTemplate?: FormAction | undefined;
  /** Sent with the forms of the head: which campaign it is. */
  hiddenValues?: Record<string, string>;
};

/** Writing a mail: blocks or HTML, its envelope, checks and previews. Saves by itself. */
export function MailEditor(props: MailEditorProps) {
  const { kind, urls, readOnly, zone, brandColor, choices } = props;
  const router = useRouter();
  const [kept] = useState(() => (readOnly ? null : readKept(props.storeKey)));
  const [draft, setDraft] = useState<Draft>(() => withPatch(props.draft, kept?.patch));
  const [checks, setChecks] = useState(props.checks);
  const [html, setHtml] = useState(props.draft.html);
  const [mode, setMode] = useState<EditorMode>("write");
  const [width, setWidth] = useState<PreviewWidth>("desktop");
  const [tab, setTab] = useState<InspectorTab>(kind === "campaign" ? "envelope" : "block");
  const [pane, setPane] = useState<"canvas" | "inspector">("canvas");
  const [person, setPerson] = useState<PreviewPerson | null>(null);
  const [toHtml, setToHtml] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [adopted, setAdopted] = useState("");
  const [followed, setFollowed] = useState<StoredDraft | null>(null);
  const file = useRef<HTMLInputElement>(null);
  const isBlocks = draft.format === "blocks";

  const save = useAutosave({
    url: urls.save,
    key: props.storeKey,
    revision: props.revision,
    savedAt: props.savedAt,
    kept,
    onSaved: (answer) => {
      setHtml(answer.html);
      const { checks: fresh } = answer;
      // A save that left the audience alone does not count it again: what is known of it stays.
      if (fresh) {
        setChecks((before) =>
          fresh.some((check) => check.id === "audience")
            ? fresh
            : orderChecks([...before.filter((check) => check.id === "audience"), ...fresh]),
        );
      }
    },
  });
  const { change: saveChange } = save;
  const change = useCallback(
    (patch: DraftPatch) => {
      setDraft((before) => withPatch(before, patch));
      saveChange(patch);
    },
    [saveChange],
  );

  const [extensions] = useState(() => [
    ...mailBlocks(),
    liquidMarks(knownVariables(choices.attributes.map((one) => one.key))),
  ]);
  const editor = useEditor({
    extensions,
    content: openDocument(draft.document),
    editable: !readOnly,
    immediatelyRender: true,
    editorProps: {
      attributes: { role: "textbox", "aria-multiline": "true", "aria-label": "Mail", spellcheck: "true" },
      handlePaste: (_view, event) => takeFiles(event.clipboardData?.files),
      handleDrop: (_view, event, _slice, moved) => !moved && takeFiles(event.dataTransfer?.files),
      handleClickOn: (_view, _pos, node) => {
        if (node.type.name === "variable" || node.type.name === "image") setTab("block");
        return false;
      },
    },
    onUpdate: ({ editor: now }) => saveChange({ content: { format: "blocks", document: now.getJSON() } }),
  });

  function takeFiles(files: FileList | undefined): boolean {
    const image = [...(files ?? [])].find((one) => one.type.startsWith("image/"));
    if (image) void putImage(image);
    return image !== undefined;
  }
  async function putImage(image: File) {
    setTrouble(null);
    const answer = await uploadImage(urls.images, image);
    if (!answer.ok) return setTrouble(answer.reason);
    const { selection } = editor.state;
    const isImage = "node" in selection && editor.isActive("image");
    if (isImage) editor.chain().updateAttributes("image", { src: answer.url }).run();
    else {
      insertBlock(editor, {
        id: "image",
        label: "",
        about: "",
        icon: null,
        content: { type: "image", attrs: { src: answer.url, alt: "", alignment: "center" } },
      });
    }
    setTab("block");
  }
  const askImage = useCallback(() => file.current?.click(), []);
  const askVariable = useCallback(() => {
    const name = choices.attributes.find((one) => one.key === "first_name") ?? choices.attributes[0];
    editor
      .chain()
      .focus()
      .insertContent({
        type: "variable",
        attrs: name
          ? { name: `subscriber.${name.key}`, fallback: name.key === "first_name" ? "there" : "" }
          : { name: "subscriber.email", fallback: "" },
      })
      .run();
    selectBefore(editor);
    setTab("block");
  }, [editor, choices.attributes]);
  const askLink = useCallback(() => {
    if (editor.isActive("link") || editor.isActive("button")) return setTab("block");
    const chain = editor.chain().focus();
    if (editor.state.selection.empty) {
      const at = editor.state.selection.from;
      chain.insertContent("link").setTextSelection({ from: at, to: at + 4 });
    }
    chain.setLink({ href: "#" }).run();
    setTab("block");
    setPane("inspector");
    requestAnimationFrame(() =>
      document.querySelector<HTMLInputElement>(".editor-right [name=link]")?.focus(),
    );
  }, [editor]);
  function insert(block: InsertBlock) {
    if (block.id === "image") askImage();
    else if (block.id === "variable") askVariable();
    else insertBlock(editor, block);
    setPane("canvas");
  }

  function goTo(target: CheckTarget) {
    const settings =
      target === "workspace-settings" ? urls.settings : target === "sender-settings" ? urls.senders : null;
    if (settings) return router.push(settings);
    if (["subject", "preheader", "sender", "audience", "expireAfterHours"].includes(target)) {
      setTab("envelope");
      setPane("inspector");
      const selector =
        target === "audience" ? "#field-audience input:not([type=hidden])" : `.editor-right [name=${target}]`;
      requestAnimationFrame(() => document.querySelector<HTMLElement>(selector)?.focus());
      return;
    }
    setMode("write");
    setPane("canvas");
    if (!isBlocks) return;
    selectProblem(editor, target);
    setTab(target === "content" ? "checks" : "block");
  }
  function show(stored: StoredDraft) {
    setDraft(stored.draft);
    setHtml(stored.draft.html);
    if (stored.checks) setChecks(stored.checks);
    editor.commands.setContent(openDocument(stored.draft.document), { emitUpdate: false });
    save.adopt(stored);
    setAdopted(String(stored.revision));
  }
  /** Somebody else saved: shows theirs, where nothing of ours would be lost by it. */
  async function follow(news: { state: string; revision: number }) {
    const isNewer = (revision: Revision) => Number(revision) > Number(save.currentRevision());
    if (!save.isClean()) return;
    if (news.state !== "draft" && !readOnly) return window.location.reload();
    if (!isNewer(news.revision)) return;
    const stored = await readStored(urls.stored);
    if (!stored || !save.isClean() || !isNewer(stored.revision)) return;
    show(stored);
    setFollowed(stored);
  }
  async function bringBack(version: number) {
    await save.flush();
    const before = Number(save.currentRevision());
    const answer = await restoreVersion(urls.versions, before, version);
    const stored = answer === true ? await readStored(urls.stored) : null;
    if (stored) show(stored);
    if (answer !== true) return setTrouble(answer);
    setMode("write");
    showToast("The version is back", { undo: () => bringBack(before), undone: "As it was before" });
  }
  // Once, when the editor has its place in the page.
  const [startAt] = useState(props.startAt);
  // biome-ignore lint/correctness/useExhaustiveDependencies: later changes of the functions must not move anybody
  useEffect(() => {
    if (startAt) goTo(startAt);
  }, []);
  const words = useMemo(
    () => saveLine(save.state, zone, { readOnly, kind }),
    [save.state, zone, readOnly, kind],
  );
  const from = choices.senders.find((one) => one.id === draft.senderId)?.name ?? props.workspaceName;

  return (
    <div className="editor-page" data-pane={pane} data-mode={mode}>
      <EditorHead
        name={draft.name}
        onName={readOnly ? null : (name) => change({ name })}
        kind={kind}
        line={words}
        isTrouble={["offline", "refused", "conflict"].includes(save.state.kind)}
        mode={mode}
        modes={isBlocks ? ["write", "preview", "source"] : ["write", "preview"]}
        onMode={async (next) => {
          if (next !== "write") await save.flush();
          setMode(next);
        }}
        width={width}
        onWidth={setWidth}
        editor={isBlocks && !readOnly ? editor : null}
        urls={urls}
        readOnly={readOnly}
        flush={save.flush}
        sendTest={props.sendTest}
        saveAsTemplate={props.saveAsTemplate}
        ownAddress={props.ownAddress}
        hiddenValues={props.hiddenValues ?? {}}
        person={person}
        pane={pane}
        onPane={setPane}
        onToHtml={isBlocks ? () => setToHtml(true) : null}
        company={
          urls.meet && urls.live ? (
            <Company
              urls={{ meet: urls.meet, live: urls.live }}
              onNews={(news) => void follow(news)}
              followed={followed?.revision === save.revision ? followed : null}
              zone={zone}
            />
          ) : null
        }
      />
      {save.state.kind === "conflict" ? (
        <Conflict
          theirs={save.state.theirs}
          zone={zone}
          onKeepMine={() => save.state.kind === "conflict" && save.keepMine(save.state.theirs)}
          onTakeTheirs={() => {
            save.dropMine();
            window.location.reload();
          }}
        />
      ) : null}
      {trouble ? (
        <p role="alert" className="editor-trouble">
          {trouble}{" "}
          <button type="button" className="underline" onClick={() => setTrouble(null)}>
            Close
          </button>
        </p>
      ) : null}
      <div className="editor-body">
        {isBlocks && !readOnly && mode === "write" ? (
          <aside className="editor-left" aria-label="Blocks">
            <h2 className="editor-label">Insert, or type /</h2>
            <div className="insert-palette">
              {INSERT_BLOCKS.map((block) => (
                <button
                  key={block.id}
                  type="button"
                  onMouseDown={(event) => event.preventDefault()}
                  onClick={() => insert(block)}
                  title={block.about}
                >
                  {block.icon}
                  {block.label}
                </button>
              ))}
            </div>
            <Outline editor={editor} readOnly={readOnly} />
          </aside>
        ) : null}
        <section
          className="editor-canvas"
          aria-label={mode === "preview" ? "Preview" : mode === "versions" ? "Earlier versions" : "Mail"}
          data-width={width}
        >
          {mode === "versions" && urls.versions ? (
            <Versions
              url={urls.versions}
              zone={zone}
              canRestore={!readOnly}
              onRestore={bringBack}
              onClose={() => setMode("write")}
            />
          ) : mode === "preview" && urls.preview ? (
            <Preview
              url={urls.preview}
              width={width}
              version={`${save.revision}`}
              person={person}
              onPerson={setPerson}
              from={from}
            />
          ) : mode === "preview" ? (
            <div className="preview" data-width={width}>
              <iframe title="The template" className="preview-frame" sandbox="" srcDoc={liquidWords(html)} />
            </div>
          ) : mode === "source" || !isBlocks ? (
            <HtmlSource
              html={isBlocks ? html : draft.html}
              readOnly={readOnly || isBlocks}
              checks={checks}
              onChange={(next) => change({ content: { format: "html", html: next } })}
            />
          ) : null}
          {/* Stays mounted, so that switching views keeps the history of undo. */}
          <div className="write" hidden={mode !== "write" || !isBlocks}>
            {kind === "campaign" ? (
              <InboxLine from={from} subject={draft.subject} preheader={draft.preheader} />
            ) : null}
            {readOnly ? null : <TextToolbar editor={editor} onLink={askLink} onVariable={askVariable} />}
            <div className="mail-sheet" lang="en">
              {isBlocks ? (
                <BlockCanvas editor={editor} brandColor={brandColor} onInsert={readOnly ? null : insert} />
              ) : null}
              <SheetFooter
                workspaceName={props.workspaceName}
                postalAddress={props.postalAddress}
                settingsUrl={urls.settings}
              />
            </div>
          </div>
        </section>
        <Inspector
          kind={kind}
          tab={tab}
          onTab={setTab}
          draft={draft}
          choices={choices}
          urls={urls}
          checks={checks}
          fields={save.state.kind === "refused" ? save.state.fields : {}}
          readOnly={readOnly}
          change={change}
          editor={isBlocks && !readOnly && mode === "write" ? editor : null}
          onReplaceImage={askImage}
          goTo={goTo}
          adopted={adopted}
        />
      </div>
      <input
        ref={file}
        type="file"
        accept="image/*"
        className="sr-only"
        tabIndex={-1}
        aria-label="Image to upload"
        onChange={(event) => {
          const image = event.currentTarget.files?.[0];
          event.currentTarget.value = "";
          if (image) void putImage(image);
        }}
      />
      <ConfirmDialog
        open={toHtml}
        onOpenChange={setToHtml}
        title="Go on in HTML?"
        action={async () => {
          await save.flush();
          change({ content: { format: "html", html } });
          setMode("write");
        }}
        confirmLabel="Go on in HTML"
        cancelLabel="Keep the blocks"
      >
        The mail looks the same, and from then on you write its HTML yourself. There is no way back to blocks;
        a copy of the campaign keeps them.
      </ConfirmDialog>
      <LiveRegion text={["offline", "refused", "conflict"].includes(save.state.kind) ? words : ""} />
    </div>
  );
}
