import Link from "next/link";
import { cx } from "./cx.ts";
import { formatNumber } from "./format.ts";
import { type Outcome, outcomeColour } from "./outcome.ts";
import { OutcomeLabel } from "./outcome-icon.tsx";

export type BarPart = {
  outcome: Outcome;
  count: number;
  /** Word in the key; the outcome's own by default. */
  label?: string;
  href?: string;
  /** Waiting by plan (warm-up): hatched. */
  planned?: boolean;
};

/**
 * One stacked bar over a whole. Anything above zero keeps 2 px, so that three bounces among
 * a million are still seen. The numbers stand in the key or beside it.
 */
export function OutcomeBar({
  parts,
  label,
  height = 16,
  legend = false,
}: {
  parts: BarPart[];
  /** What the bar says, read out. Made from the parts if left out. */
  label?: string;
  /** In px: 28 on a report, 16 on Home, 8 in tables. */
  height?: number;
  legend?: boolean;
}) {
  const shown = parts.filter((part) => part.count > 0);
  const said = parts.map((part) => `${formatNumber(part.count)} ${part.label ?? part.outcome}`).join(", ");
  return (
    <div className="grid min-w-0 gap-2.5">
      <div
        role="img"
        aria-label={label ?? said}
        className="flex w-full min-w-16 gap-px overflow-hidden rounded-chip forced-colors:border"
        style={{
          height,
          borderRadius: Math.min(6, height / 2),
          background: shown.length ? undefined : "var(--default)",
        }}
      >
        {shown.map((part) => (
          <span
            key={`${part.outcome} ${part.label ?? ""}`}
            className={cx("min-w-0.5 forced-colors:border-e", part.planned && "hatch")}
            style={{ flexGrow: part.count, flexBasis: 0, backgroundColor: outcomeColour(part.outcome) }}
          />
        ))}
      </div>
      {legend ? (
        <ul className="nums flex flex-wrap gap-x-5 gap-y-1 text-help text-muted">
          {parts.map((part) => (
            <li key={`${part.outcome} ${part.label ?? ""}`}>
              <OutcomeLabel outcome={part.outcome} {...(part.planned ? { planned: true } : {})}>
                {part.href ? (
                  <Link href={part.href} className="ink-link">
                    {formatNumber(part.count)} {part.label ?? part.outcome}
                  </Link>
                ) : (
                  <span>
                    {formatNumber(part.count)} {part.label ?? part.outcome}
                  </span>
                )}
              </OutcomeLabel>
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}
