"use client";

import { useCallback, useEffect, useRef, useState } from "react";
import type { CampaignCheck } from "#core/campaign/checks.ts";
import type { DraftPatch, OtherDraft, Revision, SaveAnswer, SaveState } from "./types.ts";

const WAIT_MS = 800;
const RETRY_MS = 5_000;

export type Kept = { revision: Revision; patch: DraftPatch };

/** What could not be saved the last time and was kept in this browser; null for nothing. */
export function readKept(key: string): Kept | null {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? "null");
    return typeof kept === "object" && kept !== null && "patch" in kept ? (kept as Kept) : null;
  } catch {
    return null;
  }
}

/**
 * Saves changed fields 800 ms after the last change, one request at a time. What a dead connection kept from going up
 * stays in this browser and is tried again; a newer version of somebody else's stops saving until a person decides.
 */
export function useAutosave(options: {
  url: string;
  key: string;
  revision: Revision;
  savedAt: string | null;
  kept: Kept | null;
  onSaved: (answer: { html: string; checks?: CampaignCheck[] | undefined }) => void;
}) {
  const { url, key } = options;
  const [state, setState] = useState<SaveState>(
    options.kept ? { kind: "unsaved" } : { kind: "saved", at: options.savedAt },
  );
  const revision = useRef<Revision>(options.kept?.revision ?? options.revision);
  const pending = useRef<DraftPatch>(options.kept?.patch ?? {});
  const running = useRef<Promise<boolean> | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const stopped = useRef(false);
  /** Whether what lies in the browser's store is this tab's: another tab of the same draft may keep its own there. */
  const isKept = useRef(options.kept !== null);
  const onSaved = useRef(options.onSaved);
  onSaved.current = options.onSaved;
  const [revisionShown, setRevisionShown] = useState<Revision>(revision.current);

  const keep = useCallback(() => {
    try {
      localStorage.setItem(key, JSON.stringify({ revision: revision.current, patch: pending.current }));
      isKept.current = true;
    } catch {
      // A full or closed store: the open tab still holds it.
    }
  }, [key]);

  const forget = useCallback(() => {
    if (isKept.current) localStorage.removeItem(key);
    isKept.current = false;
  }, [key]);

  /** True where everything is saved. */
  const flush = useCallback(async (): Promise<boolean> => {
    clearTimeout(timer.current);
    if (running.current) {
      await running.current;
      return flush();
    }
    if (stopped.current) return false;
    const taken = pending.current;
    if (Object.keys(taken).length === 0) return true;
    pending.current = {};
    setState({ kind: "saving" });
    const run = send(url, { ...taken, revision: revision.current }).then((answer) => {
      if (answer === "offline") {
        pending.current = { ...taken, ...pending.current };
        keep();
        setState({ kind: "offline" });
        clearTimeout(timer.current);
        timer.current = setTimeout(flush, RETRY_MS);
        return false;
      }
      if (!answer.ok) {
        // Kept for the next save, so that a field that is mended takes the others along.
        pending.current = { ...taken, ...pending.current };
        setState({ kind: "refused", reason: answer.reason, fields: answer.fields ?? {} });
        return false;
      }
      if (answer.outcome === "changed-by-another") {
        pending.current = { ...taken, ...pending.current };
        stopped.current = true;
        keep();
        setState({ kind: "conflict", theirs: answer.theirs });
        return false;
      }
      revision.current = answer.revision;
      setRevisionShown(answer.revision);
      forget();
      const isAll = Object.keys(pending.current).length === 0;
      setState(isAll ? { kind: "saved", at: answer.savedAt } : { kind: "unsaved" });
      onSaved.current(answer);
      return isAll;
    });
    running.current = run;
    const done = await run;
    running.current = null;
    return done;
  }, [url, keep, forget]);

  const change = useCallback(
    (patch: DraftPatch) => {
      Object.assign(pending.current, patch);
      if (stopped.current) return keep();
      setState((before) =>
        before.kind === "saving" || before.kind === "offline" ? before : { kind: "unsaved" },
      );
      clearTimeout(timer.current);
      timer.current = setTimeout(flush, WAIT_MS);
    },
    [flush, keep],
  );

  /** Goes on with what is written here, over the other version that the person has seen. */
  const keepMine = useCallback(
    (theirs: OtherDraft) => {
      revision.current = theirs.revision;
      stopped.current = false;
      void flush();
    },
    [flush],
  );

  /** Drops what is written here; the caller loads the page again. */
  const dropMine = useCallback(() => {
    pending.current = {};
    forget();
  }, [forget]);

  /** Nothing is written here that is not on the server. */
  const isClean = useCallback(
    () => !stopped.current && running.current === null && Object.keys(pending.current).length === 0,
    [],
  );

  /** Goes on from a version that came from the server, and is shown already. */
  const adopt = useCallback((now: { revision: Revision; savedAt: string }) => {
    revision.current = now.revision;
    setRevisionShown(now.revision);
    setState({ kind: "saved", at: now.savedAt });
  }, []);

  useEffect(() => {
    if (Object.keys(pending.current).length > 0) void flush();
    const now = () => void flush();
    const hold = (event: BeforeUnloadEvent) => {
      if (Object.keys(pending.current).length === 0 && !running.current) return;
      keep();
      void flush();
      event.preventDefault();
    };
    const hide = () => document.visibilityState === "hidden" && now();
    window.addEventListener("online", now);
    window.addEventListener("blur", now);
    window.addEventListener("beforeunload", hold);
    document.addEventListener("visibilitychange", hide);
    return () => {
      window.removeEventListener("online", now);
      window.removeEventListener("blur", now);
      window.removeEventListener("beforeunload", hold);
      document.removeEventListener("visibilitychange", hide);
      clearTimeout(timer.current);
      // Leaving by a link inside the page: what is left goes up now.
      void flush();
    };
  }, [flush, keep]);

  const currentRevision = useCallback(() => revision.current, []);
  return {
    state,
    revision: revisionShown,
    currentRevision,
    change,
    flush,
    keepMine,
    dropMine,
    isClean,
    adopt,
  };
}

async function send(url: string, body: unknown): Promise<SaveAnswer | "offline"> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const answer: unknown = await response.json();
    return typeof answer === "object" && answer !== null && "ok" in answer
      ? (answer as SaveAnswer)
      : "offline";
  } catch {
    // No connection, or a server that is being restarted: both come back.
    return "offline";
  }
}
