import type { ReactNode } from "react";
import { formatNumber } from "./format.ts";

/** How far a job is, in numbers and as a bar. Without a `total` it says only what is done. */
export function Progress({
  label,
  done,
  total,
  detail,
}: {
  label: string;
  done: number;
  total?: number | null;
  /** "1,204 rows a second, done about 14:52". */
  detail?: ReactNode;
}) {
  const share = total ? Math.min(1, done / total) : null;
  return (
    <div className="grid gap-1.5">
      <div className="nums flex flex-wrap items-baseline justify-between gap-x-4 text-table">
        <span className="font-medium">{label}</span>
        <span className="text-muted">
          {formatNumber(done)}
          {total ? ` of ${formatNumber(total)}, ${Math.floor((share ?? 0) * 100)}\u202f%` : ""}
        </span>
      </div>
      <progress className="progress" aria-label={label} max={1} value={share ?? undefined} />
      {detail ? <p className="text-help text-muted">{detail}</p> : null}
    </div>
  );
}

/** A labelled bar for a share of a cap: "Google 16,204 / 19,000". */
export function Meter({
  label,
  value,
  max,
  note,
  text,
  colour = "var(--o-accepted)",
}: {
  label: ReactNode;
  value: number;
  max: number;
  note?: ReactNode;
  /** Replaces "value / max". */
  text?: ReactNode;
  colour?: string;
}) {
  const share = max > 0 ? Math.min(1, value / max) : 0;
  return (
    <div className="grid gap-1.5">
      <div className="nums flex items-baseline gap-3 text-table">
        <span className="min-w-0 flex-1 truncate">{label}</span>
        {note ? <span className="text-help text-muted">{note}</span> : null}
        <span>{text ?? `${formatNumber(value)} / ${formatNumber(max)}`}</span>
      </div>
      <div className="h-1.5 overflow-hidden rounded-full bg-default forced-colors:border">
        <div
          className="h-full rounded-full"
          style={{ width: `${share * 100}%`, background: colour, minWidth: value > 0 ? 3 : 0 }}
        />
      </div>
    </div>
  );
}
