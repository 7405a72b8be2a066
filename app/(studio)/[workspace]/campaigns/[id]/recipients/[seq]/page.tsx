import type { Metadata } from "next";
import Link from "next/link";
import { orNotFound } from "#app/(studio)/[workspace]/or-not-found.ts";
import { TraceTimeline } from "#components/campaign-report/trace-timeline.tsx";
import { CopyButton } from "#components/ui/copy-button.tsx";
import { DefinitionList } from "#components/ui/definition-list.tsx";
import { formatMoment, formatNumber } from "#components/ui/format.ts";
import type { Outcome } from "#components/ui/outcome.ts";
import { OutcomeLabel } from "#components/ui/outcome-icon.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Panel } from "#components/ui/panel.tsx";
import { ReplyText } from "#components/ui/reply-text.tsx";
import { Time } from "#components/ui/time.tsx";
import { explainTrace, readTrace } from "#core/campaign/report/trace.ts";
import { loadReport } from "../../load-report.ts";

export const metadata: Metadata = { title: "Why" };

/** Why did this person get it, or not? One page, one query. */
export default async function Page({ params }: PageProps<"/[workspace]/campaigns/[id]/recipients/[seq]">) {
  const { workspace: slug, id, seq } = await params;
  const { ctx, workspace, campaign, own } = await loadReport(slug, id);
  const trace = await orNotFound(readTrace(ctx, campaign.id, Number(seq) || 0));
  const zone = workspace.timeZone;
  const sentence = explainTrace(trace, (at) => formatMoment(at, zone, new Date()));
  return (
    <div className="page">
      <PageHeader
        crumbs={[
          { label: "Campaigns", href: `/${slug}/campaigns` },
          { label: campaign.name, href: own },
          { label: "Recipients", href: `${own}/recipients` },
          { label: trace.address },
        ]}
        title={trace.address}
        chip={<OutcomeLabel outcome={trace.state as Outcome}>{trace.state}</OutcomeLabel>}
        subtitle={campaign.name}
      />
      <div className="split">
        <div className="stack">
          <Panel title={sentence} lead>
            {trace.reply ? (
              <div className="grid gap-2">
                <ReplyText block>{trace.reply}</ReplyText>
                {trace.sameReply > 0 ? (
                  <p className="text-help text-muted">
                    {trace.sameReply > 1000 ? "More than 1,000" : formatNumber(trace.sameReply)} other
                    recipients of this campaign got the same reply.
                  </p>
                ) : null}
              </div>
            ) : (
              <p className="text-muted">No server has said anything about this recipient yet.</p>
            )}
          </Panel>
          <Panel title="Step by step">
            <TraceTimeline trace={trace} zone={zone} />
          </Panel>
        </div>
        <div className="stack">
          <Panel title="Consent" description={trace.list ? `By the list ${trace.list}` : undefined}>
            {trace.consent.length === 0 ? (
              <p className="text-muted">No event is kept.</p>
            ) : (
              <ul className="grid gap-3 text-table">
                {trace.consent.map((event) => (
                  <li key={`${event.kind}${event.at.toISOString()}`} className="grid">
                    <span className="font-medium">{event.kind}</span>
                    <span className="text-muted">
                      <Time at={event.at} zone={zone} />, {event.source}
                      {event.ip ? `, ${event.ip}` : ""}
                    </span>
                    {event.wording ? <q>{event.wording}</q> : null}
                  </li>
                ))}
              </ul>
            )}
            {trace.subscriberId ? (
              <p className="mt-3">
                <Link className="link" href={`/${slug}/subscribers/${trace.subscriberId}`}>
                  Everything about this person
                </Link>
              </p>
            ) : null}
          </Panel>
          <Panel
            title="For a postmaster"
            actions={<CopyButton text={trace.messageId} label="Copy Message-ID" />}
          >
            <DefinitionList
              layout="stacked"
              facts={[
                { term: "Message-ID", value: <ReplyText>{trace.messageId}</ReplyText> },
                { term: "Return path", value: <ReplyText>{trace.returnPath}</ReplyText> },
                { term: "Source", value: trace.source ?? "none yet" },
                ...(trace.dup > 0 ? [{ term: "Further copies known", value: String(trace.dup) }] : []),
              ]}
            />
          </Panel>
        </div>
      </div>
    </div>
  );
}
