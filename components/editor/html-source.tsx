"use client";

import { useRef } from "react";
import type { CampaignCheck } from "#core/campaign/checks.ts";

/** The mail as HTML, written by hand. Problems of Liquid stand above it, each with a way to its line. */
export function HtmlSource({
  html,
  readOnly,
  checks,
  onChange,
}: {
  html: string;
  readOnly: boolean;
  checks: CampaignCheck[];
  onChange?: (html: string) => void;
}) {
  const area = useRef<HTMLTextAreaElement>(null);
  const problems = checks.filter((check) => check.id.startsWith("liquid-content"));
  function goToLine(line: number) {
    const lines = html.split("\n");
    const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
    area.current?.focus();
    area.current?.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
  }
  return (
    <div className="html-source">
      {problems.length > 0 ? (
        <ul className="grid gap-1 rounded-control bg-warning-soft px-3 py-2 text-table text-warning-soft-foreground">
          {problems.map((problem) => {
            const line = Number(/line (\d+)/.exec(problem.sentence)?.[1] ?? 0);
            return (
              <li key={problem.id}>
                {problem.sentence}{" "}
                {line > 0 && !readOnly ? (
                  <button type="button" className="underline" onClick={() => goToLine(line)}>
                    Show line {line}
                  </button>
                ) : null}
              </li>
            );
          })}
        </ul>
      ) : null}
      <textarea
        ref={area}
        aria-label="HTML of the mail"
        className="control html-area"
        spellCheck={false}
        wrap="off"
        readOnly={readOnly}
        value={html}
        placeholder={'<h1>Hello {{ subscriber.first_name | default: "there" }}</h1>'}
        onChange={(event) => onChange?.(event.currentTarget.value)}
      />
    </div>
  );
}
