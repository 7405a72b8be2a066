"use client";

import { useEffect, useRef, useState } from "react";

/**
 * The one polite region of a page. Speaks `text` when it changes, at most once in 30 s; what comes
 * in between waits, and only the newest of it is said.
 */
export function LiveRegion({ text, everyMs = 30_000 }: { text: string; everyMs?: number }) {
  const [said, setSaid] = useState("");
  const last = useRef(0);
  useEffect(() => {
    const wait = Math.max(0, last.current + everyMs - Date.now());
    const timer = setTimeout(() => {
      last.current = Date.now();
      setSaid(text);
    }, wait);
    return () => clearTimeout(timer);
  }, [text, everyMs]);
  return (
    <div className="sr-only" aria-live="polite">
      {said}
    </div>
  );
}
