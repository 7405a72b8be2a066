"use client";

import { Check, Copy } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Button } from "./button.tsx";

/** Copies a text, and says so where it was pressed. */
export function CopyButton({
  text,
  label = "Copy",
  iconOnly,
}: {
  text: string;
  label?: string;
  iconOnly?: boolean;
}) {
  const [said, setSaid] = useState<"copied" | "failed" | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      setSaid("copied");
    } catch {
      setSaid("failed");
    }
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setSaid(null), 2500);
  }
  const word = said === "copied" ? "Copied" : said === "failed" ? "Select it and copy by hand" : label;
  return (
    <>
      <Button
        variant="ghost"
        size="small"
        className={iconOnly ? "btn-icon" : undefined}
        aria-label={iconOnly ? word : undefined}
        data-tip={iconOnly ? word : undefined}
        data-tip-side={iconOnly ? "end" : undefined}
        onClick={() => void copy()}
        icon={said === "copied" ? <Check aria-hidden="true" /> : <Copy aria-hidden="true" />}
      >
        {iconOnly ? null : word}
      </Button>
      <span className="sr-only" role="status">
        {said ? word : ""}
      </span>
    </>
  );
}
