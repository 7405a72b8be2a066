"use client";

import { useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { formatClock } from "#components/ui/format.ts";
import type { OtherDraft } from "./types.ts";

/** Two people wrote at once: shows the other version, and lets the person keep either. Nothing is lost before that. */
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
  const [isOpen, setOpen] = useState(false);
  const who = theirs.by ?? "Somebody";
  return (
    <div role="alert" className="editor-conflict">
      <p className="min-w-0 flex-1">
        <strong>
          {who} changed this at {formatClock(new Date(theirs.at), zone)}.
        </strong>{" "}
        See what differs, or keep yours. What you wrote is kept in this tab.
      </p>
      <div className="flex flex-wrap gap-2">
        <Button size="small" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? "Hide theirs" : "Show theirs"}
        </Button>
        <Button size="small" onClick={onTakeTheirs}>
          Take theirs
        </Button>
        <Button size="small" onClick={onKeepMine}>
          Keep mine
        </Button>
      </div>
      {isOpen ? (
        <div className="editor-theirs">
          {theirs.subject ? (
            <p>
              <span className="text-muted">Subject</span> {theirs.subject}
            </p>
          ) : null}
          <iframe title={`The version of ${who}`} sandbox="" srcDoc={theirs.html} className="preview-frame" />
        </div>
      ) : null}
    </div>
  );
}
