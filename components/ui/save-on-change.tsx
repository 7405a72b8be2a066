"use client";

import { type ReactNode, useRef, useState } from "react";
import { type FormAction, refusalText } from "./form-types.ts";

/** Inside a form: hands the whole form to `action` shortly after something in it was chosen, and says where that fails. */
export function SaveOnChange({
  action,
  delayMs = 300,
  children,
}: {
  action: FormAction;
  delayMs?: number;
  children: ReactNode;
}) {
  const box = useRef<HTMLDivElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  /** Answers come in any order; only that to the newest choice counts. */
  const newest = useRef(0);
  const [trouble, setTrouble] = useState<string | null>(null);
  async function save() {
    const form = box.current?.closest("form");
    if (!form) return;
    newest.current += 1;
    const mine = newest.current;
    const result = (await action(new FormData(form))) ?? undefined;
    if (mine === newest.current) setTrouble(result?.ok === false ? refusalText(result) : null);
  }
  return (
    <div
      ref={box}
      onChange={() => {
        clearTimeout(timer.current);
        timer.current = setTimeout(() => void save(), delayMs);
      }}
    >
      {children}
      <p role="status" className={trouble ? "px-4 py-3 text-table text-t-danger" : "sr-only"}>
        {trouble ?? ""}
      </p>
    </div>
  );
}
