import type { ReactNode } from "react";

export type TimelineEntry = {
  key: string | number;
  at: ReactNode;
  icon: ReactNode;
  title: ReactNode;
  children?: ReactNode;
};

/** What happened, step by step, in order. */
export function Timeline({ entries }: { entries: TimelineEntry[] }) {
  return (
    <ol className="timeline">
      {entries.map((entry) => (
        <li key={entry.key} className="timeline-entry">
          <div className="nums pt-0.5 text-table text-muted max-sm:order-3 max-sm:col-start-2">
            {entry.at}
          </div>
          <div className="timeline-icon">{entry.icon}</div>
          <div className="min-w-0 pb-5">
            <div className="text-body font-medium">{entry.title}</div>
            {entry.children ? (
              <div className="grid gap-1.5 text-table text-muted">{entry.children}</div>
            ) : null}
          </div>
        </li>
      ))}
    </ol>
  );
}
