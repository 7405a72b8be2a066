import type { Metadata } from "next";
import { orNotFound } from "#app/(studio)/[workspace]/or-not-found.ts";
import { exclusionWords } from "#components/campaign/audience-panel.tsx";
import { ConsentPanel } from "#components/campaign-report/consent-panel.tsx";
import { DefinitionList } from "#components/ui/definition-list.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Panel } from "#components/ui/panel.tsx";
import { Time } from "#components/ui/time.tsx";
import { explainAbsence, readAbsence } from "#core/campaign/report/left-out.ts";
import { loadReport } from "../../../load-report.ts";

export const metadata: Metadata = { title: "Why not" };

/** Why was this person not in the audience? */
export default async function Page({
  params,
}: PageProps<"/[workspace]/campaigns/[id]/recipients/excluded/[subscriberId]">) {
  const { workspace: slug, id, subscriberId } = await params;
  const { ctx, workspace, campaign, own } = await loadReport(slug, id);
  const trace = await orNotFound(readAbsence(ctx, campaign.id, Number(subscriberId)));
  const zone = workspace.timeZone;
  return (
    <div className="page">
      <PageHeader
        crumbs={[
          { label: "Campaigns", href: `/${slug}/campaigns` },
          { label: campaign.name, href: own },
          { label: "Left out", href: `${own}/left-out` },
          { label: trace.address },
        ]}
        title={`Why did ${trace.address} not get it?`}
        subtitle="Not in the audience, so no mail was made for this person."
      />
      <div className="split">
        <div className="stack">
          <Panel title={explainAbsence(trace)} lead>
            <DefinitionList
              layout="rows"
              facts={[
                {
                  term: "Audience frozen",
                  value: trace.launchedAt ? <Time at={trace.launchedAt} zone={zone} /> : "unknown",
                },
                {
                  term: "Reason",
                  value: trace.reason
                    ? exclusionWords(trace.reason, trace.reason === "suppressed" ? trace.value : null)
                    : "Not a candidate",
                },
                // A suppression is told by the reason.
                ...(trace.value && trace.reason !== "suppressed"
                  ? [{ term: "What it was then", value: trace.value }]
                  : []),
                { term: "Joined", value: <Time at={trace.joinedAt} zone={zone} /> },
              ]}
            />
          </Panel>
        </div>
        <div className="stack">
          <ConsentPanel
            consent={trace.consent}
            list={null}
            zone={zone}
            personHref={`/${slug}/subscribers/${trace.subscriberId}`}
          />
        </div>
      </div>
    </div>
  );
}
