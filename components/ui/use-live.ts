"use client";

import { useEffect, useRef, useState } from "react";

export type LiveState = { live: boolean; lastAt: number | null };

/**
 * Follows one server-sent stream. Calls `onChange` at most once a second, with the newest data.
 * Rests while the tab is hidden and catches up when it is seen again. While the stream is broken
 * it calls `onChange(null)` every 10 s, after the server answered `pollUrl`. The state turns to not
 * live 30 s after the last sign of life; the stream has to send an event `ping` more often than that.
 * `since` is when the data that is shown was read: a stream opened later tells what changed in between.
 */
export function useLive(
  url: string,
  onChange: (data: string | null) => void,
  {
    pollUrl = url,
    pollMs = 10_000,
    staleMs = 30_000,
    since,
  }: { pollUrl?: string; pollMs?: number; staleMs?: number; since?: number } = {},
): LiveState {
  const [state, setState] = useState<LiveState>({ live: true, lastAt: null });
  const latest = useRef(onChange);
  latest.current = onChange;
  const shownFrom = useRef(since);
  shownFrom.current = since;

  useEffect(() => {
    let source: EventSource | null = null;
    let broken = false;
    let waiting: ReturnType<typeof setTimeout> | null = null;
    let newest: string | null = null;
    let seenAt = Date.now();
    let paintedAt = 0;
    let hiddenOnce = false;
    const alive = new AbortController();

    const seen = () => {
      seenAt = Date.now();
      setState({ live: true, lastAt: seenAt });
    };
    const paint = () => {
      waiting = null;
      paintedAt = Date.now();
      latest.current(newest);
    };
    const change = (data: string | null) => {
      newest = data;
      if (!waiting) waiting = setTimeout(paint, Math.max(0, paintedAt + 1_000 - Date.now()));
    };
    const open = () => {
      if (source || document.hidden) return;
      const from = shownFrom.current;
      source = new EventSource(
        from === undefined ? url : `${url}${url.includes("?") ? "&" : "?"}since=${from}`,
      );
      source.onopen = () => {
        broken = false;
        seen();
      };
      source.onmessage = (event: MessageEvent<string>) => {
        seen();
        change(event.data);
      };
      source.addEventListener("ping", seen);
      source.onerror = () => {
        broken = true;
        // The browser tries again by itself unless it was refused.
        if (source?.readyState === EventSource.CLOSED) close();
      };
    };
    const close = () => {
      source?.close();
      source = null;
    };
    const poll = setInterval(async () => {
      if (document.hidden) return;
      if (Date.now() - seenAt > staleMs) {
        setState((before) => (before.live ? { ...before, live: false } : before));
        // A stream can be open and dead: start another one, and ask by hand meanwhile.
        broken = true;
        close();
      }
      if (!source) open();
      if (!broken) return;
      try {
        const answer = await fetch(pollUrl, { method: "HEAD", cache: "no-store", signal: alive.signal });
        if (!answer.ok) return;
        seen();
        change(null);
      } catch {
        // Offline, or the server is away: the stamp says so after `staleMs`.
      }
    }, pollMs);
    const visibility = () => {
      if (document.hidden) {
        hiddenOnce = true;
        close();
      } else {
        open();
        if (hiddenOnce) change(null);
      }
    };
    open();
    document.addEventListener("visibilitychange", visibility);
    return () => {
      alive.abort();
      close();
      clearInterval(poll);
      if (waiting) clearTimeout(waiting);
      document.removeEventListener("visibilitychange", visibility);
    };
  }, [url, pollUrl, pollMs, staleMs]);
  return state;
}
