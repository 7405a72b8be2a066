import Link from "next/link";
import { formatNumber } from "#components/ui/format.ts";
import { Panel } from "#components/ui/panel.tsx";
import type { Trace } from "#core/campaign/report/trace.ts";

/** Whether it is this person or all of them: the same reply to others. */
export function SameReply({ trace, path }: { trace: Trace; path: string }) {
  return (
    <Panel title="The same reply">
      <div className="grid gap-2">
        {trace.sameReply > 0 ? (
          <p>
            <Link className="ink-link" href={`${path}?same=${trace.seq}`}>
              {trace.sameReply > 1000 ? "More than 1,000 others" : `${formatNumber(trace.sameReply)} others`}
            </Link>{" "}
            of this campaign got it, word for word.
          </p>
        ) : (
          <p>Nobody else of this campaign got it, word for word.</p>
        )}
        {trace.sameShape > 1 ? (
          <p className="text-muted">
            {trace.provider ?? "The receiver"} said it {formatNumber(trace.sameShape)} times to {trace.source}{" "}
            in 24 hours, numbers and addresses left aside.
          </p>
        ) : null}
      </div>
    </Panel>
  );
}
