import Link from "next/link";
import type { ReactNode } from "react";
import type { Outcome } from "./outcome.ts";
import { OutcomeSwatch } from "./outcome-icon.tsx";

export type StatProps = {
  label: ReactNode;
  value: ReactNode;
  /** "of 315,932 settled". */
  detail?: ReactNode;
  outcome?: Outcome;
  href?: string;
};

/** One number with its name and its ground. */
export function Stat({ label, value, detail, outcome, href }: StatProps) {
  return (
    <div className="min-w-0 p-4">
      <dt className="flex items-center gap-2 text-help text-muted">
        {outcome ? <OutcomeSwatch outcome={outcome} /> : null}
        {label}
      </dt>
      <dd>
        <span className="nums block text-title font-semibold">
          {href ? (
            <Link href={href} className="hover:underline hover:decoration-1 hover:underline-offset-4">
              {value}
            </Link>
          ) : (
            value
          )}
        </span>
        {detail ? <span className="nums block text-axis text-muted">{detail}</span> : null}
      </dd>
    </div>
  );
}

/** Stats side by side in one panel: six in a row, 2 × 3 on phones. */
export function StatRow({ stats }: { stats: (StatProps & { key: string })[] }) {
  return (
    <dl className="panel stat-row" style={{ "--stats": stats.length } as React.CSSProperties}>
      {stats.map(({ key, ...stat }) => (
        <Stat key={key} {...stat} />
      ))}
    </dl>
  );
}
