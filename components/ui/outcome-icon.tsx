import { Ban, Check, CircleHelp, Clock, Flag, Hourglass, Slash, Timer, X } from "lucide-react";
import { cx } from "./cx.ts";
import { type Outcome, outcomeColour } from "./outcome.ts";

const icons = {
  accepted: Check,
  deferred: Clock,
  bounced: X,
  complained: Flag,
  uncertain: CircleHelp,
  expired: Hourglass,
  suppressed: Ban,
  cancelled: Slash,
  waiting: Timer,
} satisfies Record<Outcome, typeof Check>;

/** The second sign of an outcome. Always beside its word, or with a name. */
export function OutcomeIcon({ outcome, name, round }: { outcome: Outcome; name?: string; round?: boolean }) {
  const Icon = icons[outcome];
  const named = name ? { role: "img", "aria-label": name } : { "aria-hidden": true };
  if (round)
    return (
      <span
        {...named}
        className="inline-grid size-6 flex-none place-content-center rounded-full text-surface forced-colors:border"
        style={{ background: outcomeColour(outcome) }}
      >
        <Icon className="size-3.5" strokeWidth={2.25} aria-hidden="true" />
      </span>
    );
  return <Icon {...named} className="icon text-muted" />;
}

/** The little square of an outcome's colour; `planned` is hatched. */
export function OutcomeSwatch({
  outcome,
  planned,
  className,
}: {
  outcome: Outcome;
  planned?: boolean;
  className?: string;
}) {
  return (
    <span
      aria-hidden="true"
      className={cx(
        "inline-block size-2.5 flex-none rounded-[3px] forced-colors:border",
        planned && "hatch",
        className,
      )}
      style={{ backgroundColor: outcomeColour(outcome) }}
    />
  );
}

/** Swatch and word: "■ accepted". */
export function OutcomeLabel({
  outcome,
  children,
  planned,
}: {
  outcome: Outcome;
  children?: React.ReactNode;
  planned?: boolean;
}) {
  return (
    <span className="inline-flex items-center gap-2 whitespace-nowrap">
      <OutcomeSwatch outcome={outcome} {...(planned ? { planned } : {})} />
      {children ?? outcome}
    </span>
  );
}
