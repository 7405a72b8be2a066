"use client";

import type { Editor } from "@tiptap/core";
import { CheckList } from "#components/campaign/check-list.tsx";
import type { CampaignCheck, CheckTarget } from "#core/campaign/checks.ts";
import { BlockInspector } from "./block-inspector.tsx";
import { Envelope } from "./envelope.tsx";
import type { Draft, DraftPatch, EditorChoices, EditorUrls } from "./types.ts";

export type InspectorTab = "envelope" | "block" | "checks";

/** The right pane: what belongs to the mail, to the block with the cursor, and what is to mend. */
export function Inspector({
  kind,
  tab,
  onTab,
  draft,
  choices,
  urls,
  checks,
  fields,
  readOnly,
  change,
  editor,
  onReplaceImage,
  goTo,
  adopted,
}: {
  kind: "campaign" | "template";
  tab: InspectorTab;
  onTab: (tab: InspectorTab) => void;
  draft: Draft;
  choices: EditorChoices;
  urls: EditorUrls;
  checks: CampaignCheck[];
  fields: Record<string, string>;
  readOnly: boolean;
  change: (patch: DraftPatch) => void;
  /** null: no block can be changed now. */
  editor: Editor | null;
  onReplaceImage: () => void;
  goTo: (target: CheckTarget) => void;
  adopted: string;
}) {
  const toMend = checks.filter((check) => check.severity !== "pass");
  const tabs: { id: InspectorTab; label: string; count?: number }[] = [
    ...(kind === "campaign" ? [{ id: "envelope" as const, label: "Envelope" }] : []),
    { id: "block", label: "Block" },
    ...(kind === "campaign" ? [{ id: "checks" as const, label: "Checks", count: toMend.length }] : []),
  ];
  return (
    <aside className="editor-right" aria-label="Settings of the mail">
      <div role="tablist" aria-label="Settings of the mail" className="tabs editor-tabs">
        {tabs.map((one, index) => (
          <button
            key={one.id}
            type="button"
            role="tab"
            id={`tab-${one.id}`}
            aria-selected={one.id === tab}
            aria-controls="editor-panel"
            tabIndex={one.id === tab ? 0 : -1}
            className="tab"
            onClick={() => onTab(one.id)}
            onKeyDown={(event) => {
              const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
              const next = tabs[(index + by + tabs.length) % tabs.length];
              if (by === 0 || !next) return;
              onTab(next.id);
              document.getElementById(`tab-${next.id}`)?.focus();
            }}
          >
            {one.label}
            {one.count ? <span className="tab-count">{one.count}</span> : null}
          </button>
        ))}
      </div>
      <div role="tabpanel" id="editor-panel" aria-labelledby={`tab-${tab}`} className="editor-panel">
        {tab === "envelope" ? (
          <>
            <Envelope
              draft={draft}
              choices={choices}
              urls={urls}
              fields={fields}
              readOnly={readOnly}
              change={change}
              adopted={adopted}
              checks={checks}
            />
            <div className="editor-checks">
              <p className="flex justify-between gap-2">
                <span className="text-panel font-semibold">Checks</span>
                <span className="text-muted">
                  {checks.length - toMend.length} of {checks.length} pass
                </span>
              </p>
              <Checks checks={toMend.slice(0, 4)} goTo={goTo} />
            </div>
          </>
        ) : tab === "checks" ? (
          <Checks checks={checks} goTo={goTo} />
        ) : editor ? (
          <BlockInspector editor={editor} attributes={choices.attributes} onReplaceImage={onReplaceImage} />
        ) : (
          <p className="text-muted">
            {draft.format === "html"
              ? "This mail is HTML of your own: there are no blocks."
              : "Go back to Write to change a block."}
          </p>
        )}
      </div>
    </aside>
  );
}

function Checks({ checks, goTo }: { checks: CampaignCheck[]; goTo: (target: CheckTarget) => void }) {
  return (
    <CheckList
      checks={checks}
      action={(target, label) => (
        <button type="button" className="link" onClick={() => goTo(target)}>
          {label}
        </button>
      )}
    />
  );
}
