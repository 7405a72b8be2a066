import Link from "next/link";
import type { ReactNode } from "react";
import { formatNumber } from "../ui/format.ts";

export type HorizontalBar = {
  key: string;
  label: ReactNode;
  value: number;
  /** Beside the number: the consequence ("retried", "suppressed"). */
  note?: ReactNode;
  /** Replaces the number as it is shown. */
  text?: ReactNode;
  /** Default is the colour of accepted. */
  colour?: string;
  href?: string;
};

/** Counts by name, as bars under their names. Plain HTML: the words and numbers are the chart. */
export function HorizontalBars({ bars, max }: { bars: HorizontalBar[]; max?: number }) {
  const whole = Math.max(max ?? 0, ...bars.map((bar) => bar.value), 1);
  return (
    <ul className="grid gap-3">
      {bars.map((bar) => (
        <li key={bar.key} className="grid gap-1.5">
          <div className="nums flex items-baseline gap-3 text-table">
            <span className="min-w-0 flex-1 truncate">{bar.label}</span>
            {bar.note ? <span className="text-help text-muted">{bar.note}</span> : null}
            <span className="min-w-10 text-end">
              {bar.href ? (
                <Link href={bar.href} className="ink-link">
                  {bar.text ?? formatNumber(bar.value)}
                </Link>
              ) : (
                (bar.text ?? formatNumber(bar.value))
              )}
            </span>
          </div>
          <div
            aria-hidden="true"
            className="h-1.5 overflow-hidden rounded-full bg-default forced-colors:border"
          >
            <div
              className="h-full rounded-full forced-colors:bg-[CanvasText]"
              style={{
                width: `${(bar.value / whole) * 100}%`,
                minWidth: bar.value > 0 ? 3 : 0,
                background: bar.colour ?? "var(--o-accepted)",
              }}
            />
          </div>
        </li>
      ))}
    </ul>
  );
}
