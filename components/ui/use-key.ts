"use client";

import { useEffect, useRef } from "react";

/** What takes the keys while it is open. Not by role: a toast is an alertdialog too, and takes none. */
const overlays = ".alert-dialog__dialog, .dropdown__popover, dialog[open]";

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches("input, textarea, select, [role='textbox'], [role='menu'] *"))
  );
}

/** One key without modifiers, anywhere but inside fields, menus and dialogs. */
export function useKey(key: string, act: () => void, enabled = true) {
  const latest = useRef(act);
  latest.current = act;
  useEffect(() => {
    if (!enabled) return;
    const listen = (event: KeyboardEvent) => {
      if (event.key !== key || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented)
        return;
      if (isTyping(event.target) || document.querySelector(overlays)) return;
      event.preventDefault();
      latest.current();
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, [key, enabled]);
}
