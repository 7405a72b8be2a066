import { Eye, Flag, MousePointerClick, Snowflake } from "lucide-react";
import type { Outcome } from "#components/ui/outcome.ts";
import { OutcomeIcon } from "#components/ui/outcome-icon.tsx";
import { ReplyText } from "#components/ui/reply-text.tsx";
import { Time } from "#components/ui/time.tsx";
import { Timeline, type TimelineEntry } from "#components/ui/timeline.tsx";
import type { Trace } from "#core/campaign/report/trace.ts";

/** From the freeze to the last hit, in order. */
export function TraceTimeline({ trace, zone }: { trace: Trace; zone: string }) {
  const icon = (Icon: typeof Eye) => <Icon className="icon" aria-hidden="true" />;
  const steps: (Omit<TimelineEntry, "at"> & { when: Date })[] = [];
  if (trace.launchedAt) {
    steps.push({
      key: "frozen",
      when: trace.launchedAt,
      icon: icon(Snowflake),
      title: "In the frozen audience",
      children: trace.list ? <span>By the list {trace.list}</span> : null,
    });
  }
  for (const attempt of trace.attempts) {
    steps.push({
      key: `try-${attempt.n}`,
      when: attempt.at,
      icon: <OutcomeIcon outcome={attempt.retryAt ? "deferred" : "bounced"} round />,
      title: `Try ${attempt.n}: ${attempt.verdict ?? "no answer"}`,
      children: (
        <>
          {attempt.reply ? <ReplyText quiet>{attempt.reply}</ReplyText> : null}
          {attempt.retryAt ? (
            <span>
              Tried again <Time at={attempt.retryAt} zone={zone} />
            </span>
          ) : null}
        </>
      ),
    });
  }
  if (trace.settledAt && (trace.state === "accepted" || trace.attempts.length === 0)) {
    steps.push({
      key: "settled",
      when: trace.settledAt,
      icon: <OutcomeIcon outcome={trace.state as Outcome} round />,
      title: trace.state === "accepted" ? "Accepted by the receiving server" : `Ended: ${trace.state}`,
      children: trace.reply ? <ReplyText quiet>{trace.reply}</ReplyText> : null,
    });
  }
  for (const report of trace.reports) {
    steps.push({
      key: `report-${report.at.toISOString()}`,
      when: report.at,
      icon: icon(Flag),
      title: `Report came back: ${report.kind}`,
      children: report.summary,
    });
  }
  for (const hit of trace.hits) {
    const who = hit.class === "human" ? "" : ` by a ${hit.class}`;
    steps.push({
      key: `hit-${hit.kind}-${hit.at.toISOString()}-${hit.url ?? ""}`,
      when: hit.at,
      icon: icon(hit.kind === "click" ? MousePointerClick : Eye),
      title: `${hit.kind === "click" ? "Clicked" : "Opened"}${who}`,
      children: (
        <>
          {hit.url ? <span className="break-all">{hit.url}</span> : null}
          {hit.because ? <span>{hit.because}</span> : null}
        </>
      ),
    });
  }
  steps.sort((a, b) => a.when.getTime() - b.when.getTime());
  return (
    <Timeline entries={steps.map(({ when, ...step }) => ({ ...step, at: <Time at={when} zone={zone} /> }))} />
  );
}
