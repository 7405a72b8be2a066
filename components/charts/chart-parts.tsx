"use client";

import type { TooltipContentProps } from "recharts";
import { type Unit, valueText } from "./unit.ts";

/** What stands at an axis: 11.5 px, muted. */
export const tick = { fontSize: 11.5, fill: "var(--muted)" } as const;

/** The values below the pointer. The same numbers are in the table of the figure. */
export function ChartTooltip({
  active,
  payload,
  label,
  unit,
}: Partial<Pick<TooltipContentProps, "active" | "payload" | "label">> & { unit: Unit }) {
  if (!active || !payload?.length) return null;
  return (
    <div className="rounded-control bg-overlay px-3 py-2 text-help shadow-overlay">
      <p className="mb-1 font-medium">{label}</p>
      <ul className="nums grid gap-0.5">
        {[...payload].reverse().map((entry) => (
          <li key={String(entry.dataKey)} className="flex items-center gap-2">
            <span className="size-2 rounded-[2px]" style={{ background: entry.color }} />
            <span className="flex-1 text-muted">{entry.name}</span>
            <span className="pl-3 font-medium">{valueText(Math.abs(Number(entry.value ?? 0)), unit)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Label of a dashed line that marks an event, beside its top. */
export function EventLabel({ viewBox, text, flip }: { viewBox?: unknown; text: string; flip: boolean }) {
  const box = viewBox as { x?: number; y?: number } | undefined;
  return (
    <text
      x={(box?.x ?? 0) + (flip ? -6 : 6)}
      y={(box?.y ?? 0) + 12}
      textAnchor={flip ? "end" : "start"}
      fontSize={11.5}
      fill="var(--muted)"
      stroke="var(--surface)"
      strokeWidth={3}
      paintOrder="stroke"
    >
      {text}
    </text>
  );
}

/** Name of a level line, above it at the left. */
export function LineLabel({ viewBox, text }: { viewBox?: unknown; text: string }) {
  const box = viewBox as { x?: number; y?: number } | undefined;
  return (
    <text
      x={(box?.x ?? 0) + 4}
      y={(box?.y ?? 0) - 5}
      fontSize={11.5}
      fill="var(--muted)"
      stroke="var(--surface)"
      strokeWidth={3}
      paintOrder="stroke"
    >
      {text}
    </text>
  );
}

/**
 * One piece of a stacked bar: a gap of 1 px to the next one where it is 3 px or more, and never
 * less than 1.5 px, so that a few bounces among thousands are still seen.
 */
export function BarPiece(props: { x?: number; y?: number; width?: number; height?: number; fill?: string }) {
  const { x = 0, y = 0, width = 0, height = 0, fill = "none" } = props;
  const size = Math.abs(height);
  if (size === 0 || width <= 0) return null;
  const top = Math.min(y, y + height);
  const drawn = size >= 3 ? size - 1 : Math.max(size, 1.5);
  const below = height < 0;
  return (
    <rect
      className="bar-piece"
      x={x}
      y={below ? top : top + size - drawn}
      width={width}
      height={drawn}
      fill={fill}
    />
  );
}
