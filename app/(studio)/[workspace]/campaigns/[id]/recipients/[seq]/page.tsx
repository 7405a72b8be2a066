import { Mail } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { orNotFound } from "#app/(studio)/[workspace]/or-not-found.ts";
import { ConsentPanel } from "#components/campaign-report/consent-panel.tsx";
import { SameReply } from "#components/campaign-report/same-reply.tsx";
import { TraceTimeline } from "#components/campaign-report/trace-timeline.tsx";
import { CopyButton } from "#components/ui/copy-button.tsx";
import { DefinitionList } from "#components/ui/definition-list.tsx";
import { formatMoment, formatNumber } from "#components/ui/format.ts";
import { LinkButton } from "#components/ui/link-button.tsx";
import type { Outcome } from "#components/ui/outcome.ts";
import { OutcomeLabel } from "#components/ui/outcome-icon.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Panel } from "#components/ui/panel.tsx";
import { ReplyText } from "#components/ui/reply-text.tsx";
import { explainTrace, readTrace } from "#core/campaign/report/trace.ts";
import { loadReport } from "../../load-report.ts";

export const metadata: Metadata = { title: "Why" };

/** States in which nobody got anything. */
const NOT_GOT = new Set<string>(["bounced", "suppressed", "expired", "cancelled"]);

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
        title={
          NOT_GOT.has(trace.state)
            ? `Why did ${trace.address} not get it?`
            : `What became of the mail to ${trace.address}?`
        }
        actions={
          trace.subscriberId ? (
            <LinkButton href={`${own}/content?subscriber=${trace.subscriberId}`} icon={<Mail />}>
              See the mail
            </LinkButton>
          ) : undefined
        }
        chip={<OutcomeLabel outcome={trace.state as Outcome}>{trace.state}</OutcomeLabel>}
        subtitle={`Recipient ${formatNumber(trace.seq)} of ${formatNumber(campaign.audienceSize)}, in order of sending`}
      />
      <div className="split">
        <div className="stack">
          <Panel title={sentence} lead>
            <div className="grid gap-2">
              {trace.reply ? (
                <ReplyText block>{[trace.code, trace.reply].filter(Boolean).join(" ")}</ReplyText>
              ) : (
                <p className="text-muted">No server has said anything about this recipient yet.</p>
              )}
              {trace.suppression ? (
                <p className="text-muted">
                  The address is suppressed now ({trace.suppression.reason.replaceAll("-", " ")}), so no
                  campaign mails it.{" "}
                  <Link
                    className="link"
                    href={`/${slug}/suppressions?q=${encodeURIComponent(trace.address)}`}
                  >
                    See the evidence
                  </Link>
                </p>
              ) : null}
            </div>
          </Panel>
          <Panel title="Step by step">
            <TraceTimeline trace={trace} zone={zone} />
          </Panel>
        </div>
        <div className="stack">
          {trace.sameReply > 0 || trace.sameShape > 1 ? (
            <SameReply trace={trace} path={`${own}/recipients`} />
          ) : null}
          <ConsentPanel
            consent={trace.consent}
            list={trace.list}
            zone={zone}
            personHref={trace.subscriberId ? `/${slug}/subscribers/${trace.subscriberId}` : null}
          />
          <Panel
            title="For a postmaster"
            actions={<CopyButton text={trace.messageId} label="Copy Message-ID" />}
          >
            <DefinitionList
              layout="stacked"
              facts={[
                { term: "Message-ID", value: <ReplyText block>{trace.messageId}</ReplyText> },
                { term: "Return path", value: <ReplyText block>{trace.returnPath}</ReplyText> },
                {
                  term: "Source",
                  value: trace.source
                    ? [trace.source, trace.sourceAddress].filter(Boolean).join(", ")
                    : "none yet",
                },
                { term: "Provider", value: trace.provider ?? "none, the domain takes no mail" },
                ...(trace.dup > 0 ? [{ term: "Further copies known", value: String(trace.dup) }] : []),
              ]}
            />
          </Panel>
        </div>
      </div>
    </div>
  );
}
