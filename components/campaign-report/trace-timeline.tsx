import { Ban, Eye, Flag, MailX, MousePointerClick, Send, Snowflake } from "lucide-react";
import type { Outcome } from "#components/ui/outcome.ts";
import { OutcomeIcon } from "#components/ui/outcome-icon.tsx";
import { ReplyText } from "#components/ui/reply-text.tsx";
import { Time } from "#components/ui/time.tsx";
import { Timeline, type TimelineEntry } from "#components/ui/timeline.tsx";
import type { Trace } from "#core/campaign/report/trace.ts";

const ATTEMPT_WORDS: Partial<Record<Outcome, string>> = {
  deferred: "refused for now",
  bounced: "refused for good",
  uncertain: "nobody knows how it ended",
  expired: "refused, and the time for trying was over",
};

/** How a try ended: those before the last were deferrals; the last one without a next turn ended as the delivery did. */
function attemptOutcome(trace: Trace, index: number): Outcome {
  const attempt = trace.attempts[index];
  const isLast = index === trace.attempts.length - 1;
  if (attempt?.retryAt || !isLast) return "deferred";
  return trace.state in ATTEMPT_WORDS ? (trace.state as Outcome) : "bounced";
}

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
      children: (
        <span>
          {trace.list ? `By the list ${trace.list}. ` : ""}
          {trace.provider ? `${trace.domain} is served by ${trace.provider}.` : ""}
        </span>
      ),
    });
  }
  for (const [index, attempt] of trace.attempts.entries()) {
    const outcome = attemptOutcome(trace, index);
    steps.push({
      key: `try-${attempt.n}`,
      when: attempt.at,
      icon: <OutcomeIcon outcome={outcome} round />,
      title: `Try ${attempt.n}, ${ATTEMPT_WORDS[outcome] ?? outcome}`,
      children: (
        <>
          {attempt.verdict ? <span>We conclude: {attempt.verdict.replaceAll("-", " ")}</span> : null}
          {attempt.reply ? (
            <ReplyText block>{[attempt.code, attempt.reply].filter(Boolean).join(" ")}</ReplyText>
          ) : null}
          {attempt.retryAt ? (
            <span>
              {trace.settledAt && attempt.retryAt > trace.settledAt ? "Was to be tried again" : "Tried again"}{" "}
              <Time at={attempt.retryAt} zone={zone} />
            </span>
          ) : null}
        </>
      ),
    });
  }
  if (trace.claimed && (trace.state === "waiting" || trace.state === "deferred")) {
    steps.push({
      key: "claimed",
      when: new Date(),
      icon: icon(Send),
      title: "Taken by a lane",
      children: "Consent and suppressions are checked again before the connection.",
    });
  }
  const isTold = trace.attempts.some(
    (attempt, index) => attempt.retryAt === null && attemptOutcome(trace, index) === trace.state,
  );
  if (trace.settledAt && !isTold) {
    steps.push({
      key: "settled",
      when: trace.settledAt,
      icon: <OutcomeIcon outcome={trace.state as Outcome} round />,
      title: trace.state === "accepted" ? "Accepted by the receiving server" : `Ended: ${trace.state}`,
      children:
        trace.stopReason ??
        (trace.reply ? (
          <ReplyText block>{[trace.code, trace.reply].filter(Boolean).join(" ")}</ReplyText>
        ) : null),
    });
  }
  if (trace.suppression?.here) {
    steps.push({
      key: "suppressed",
      when: trace.suppression.at,
      icon: icon(Ban),
      title: "Suppressed",
      children: "No campaign mails this address until someone lifts it.",
    });
  }
  for (const event of trace.consent.filter((one) => one.here)) {
    steps.push({
      key: `consent-${event.id}`,
      when: event.at,
      icon: icon(MailX),
      title: event.kind === "unsubscribed" ? "Unsubscribed by this mail" : `By this mail: ${event.kind}`,
      children: event.source,
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
