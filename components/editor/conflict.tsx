"use client";

import { useState } from "react";
import { LiquidText } from "#components/campaign/liquid-text.tsx";
import { liquidWords } from "#components/campaign/liquid-words.ts";
import { Button } from "#components/ui/button.tsx";
import { formatClock } from "#components/ui/format.ts";
import { Differences } from "./differences.tsx";
import type { OtherDraft } from "./types.ts";

/** Two people wrote at once: shows what differs, and lets the person keep either. Nothing is lost before that. */
export function Conflict({
  theirs,
  zone,
  onKeepMine,
  onTakeTheirs,
}: {
  theirs: OtherDraft;
  zone: string;
  onKeepMine: () => void;
  onTakeTheirs: () => void;
}) {
  const [shown, setShown] = useState<"differences" | "whole" | null>(null);
  const { mine } = theirs;
  const who = theirs.isOwn ? "You" : (theirs.by ?? "Somebody");
  const where = theirs.isOwn ? " in another tab" : "";
  const subjects = mine.subject !== null && mine.subject !== theirs.subject;
  const texts = mine.text !== null && mine.text !== theirs.text;
  const toggle = (what: "differences" | "whole") => setShown(shown === what ? null : what);
  return (
    <div role="alert" className="editor-conflict">
      <p className="min-w-0 flex-1">
        <strong>
          {who} changed this{where} at {formatClock(new Date(theirs.at), zone)}.
        </strong>{" "}
        See what differs, or keep yours. What you wrote is kept in this tab.
      </p>
      <div className="flex flex-wrap gap-2">
        <Button size="small" aria-expanded={shown === "differences"} onClick={() => toggle("differences")}>
          See what differs
        </Button>
        <Button size="small" aria-expanded={shown === "whole"} onClick={() => toggle("whole")}>
          Show theirs
        </Button>
        <Button size="small" onClick={onTakeTheirs}>
          Take theirs
        </Button>
        <Button size="small" onClick={onKeepMine}>
          Keep mine
        </Button>
      </div>
      {shown === "differences" ? (
        <div className="editor-theirs">
          {subjects ? (
            <Differences
              label="Subject"
              mine={liquidWords(mine.subject ?? "")}
              theirs={liquidWords(theirs.subject)}
            />
          ) : null}
          {texts ? (
            <Differences label="Text" mine={liquidWords(mine.text ?? "")} theirs={liquidWords(theirs.text)} />
          ) : null}
          {subjects || texts ? null : (
            <p>
              Subject and text are the same. What you changed is something else: the look, the sender, the
              audience or another setting.
            </p>
          )}
        </div>
      ) : null}
      {shown === "whole" ? (
        <div className="editor-theirs">
          {theirs.subject ? (
            <p>
              <span className="text-muted">Subject</span> <LiquidText text={theirs.subject} />
            </p>
          ) : null}
          <iframe
            title="The other version"
            sandbox=""
            srcDoc={liquidWords(theirs.html)}
            className="preview-frame"
          />
        </div>
      ) : null}
    </div>
  );
}
