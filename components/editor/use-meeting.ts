"use client";

import { useCallback, useEffect, useRef, useState } from "react";
import { useLive } from "#components/ui/use-live.ts";
import { BEAT_SECONDS } from "#core/campaign/beat.ts";
import type { CampaignState } from "#core/campaign/types.ts";

export type Others = { name: string; own: boolean; mayWrite: boolean }[];
type Meeting = { ok: true; others: Others; state: CampaignState; revision: number };

/**
 * Says that this tab has the draft open, and hears who else has and how the draft stands: every 15 s, and at once when
 * something about it changed. `onNews` gets what the server knows.
 */
export function useMeeting(
  urls: { meet: string; live: string },
  onNews: (news: { state: CampaignState; revision: number }) => void,
): Others {
  const [others, setOthers] = useState<Others>([]);
  const [tab] = useState(makeTabName);
  const latest = useRef(onNews);
  latest.current = onNews;

  const beat = useCallback(async () => {
    if (document.hidden) return;
    try {
      const response = await fetch(urls.meet, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ tab }),
      });
      const answer = (await response.json()) as Meeting | { ok: false };
      if (!answer.ok) return;
      setOthers(answer.others);
      latest.current(answer);
    } catch {
      // Offline: saving says so.
    }
  }, [urls.meet, tab]);

  useLive(urls.live, beat);
  useEffect(() => {
    void beat();
    const timer = setInterval(beat, BEAT_SECONDS * 1_000);
    const leave = () =>
      navigator.sendBeacon(
        urls.meet,
        new Blob([JSON.stringify({ tab, leaving: true })], { type: "application/json" }),
      );
    const back = () => !document.hidden && void beat();
    window.addEventListener("pagehide", leave);
    document.addEventListener("visibilitychange", back);
    return () => {
      clearInterval(timer);
      window.removeEventListener("pagehide", leave);
      document.removeEventListener("visibilitychange", back);
      leave();
    };
  }, [beat, urls.meet, tab]);
  return others;
}

/** `crypto.randomUUID` is there over https only. */
function makeTabName(): string {
  return [...crypto.getRandomValues(new Uint32Array(4))].map((n) => n.toString(36)).join("-");
}

/** "Tilo is here too.", for the head of the editor; empty where nobody else is. */
export function othersLine(others: Others): string {
  const people = others.filter((one) => !one.own);
  const [first, ...more] = people;
  const own = others.some((one) => one.own) ? "Open in another tab of yours too." : "";
  if (!first) return own;
  const reading = people.every((one) => !one.mayWrite);
  const who =
    more.length === 0
      ? first.name
      : `${first.name} and ${more.length === 1 ? more[0]?.name : `${more.length} others`}`;
  const are = more.length === 0 ? "is" : "are";
  return `${who} ${are} ${reading ? "reading along" : "here too"}.${own ? ` ${own}` : ""}`;
}
