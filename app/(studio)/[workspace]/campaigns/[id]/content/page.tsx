import type { Metadata } from "next";
import { LiquidText } from "#components/campaign/liquid-text.tsx";
import { ReportHeader } from "#components/campaign-report/report-header.tsx";
import { DefinitionList } from "#components/ui/definition-list.tsx";
import { hrefWith } from "#components/ui/href.ts";
import { Panel } from "#components/ui/panel.tsx";
import { Segmented } from "#components/ui/segmented.tsx";
import { renderCampaignFor } from "#core/campaign/render-content.ts";
import { loadReport } from "../load-report.ts";

export const metadata: Metadata = { title: "Content" };

export default async function Page({
  params,
  searchParams,
}: PageProps<"/[workspace]/campaigns/[id]/content">) {
  const { workspace: slug, id } = await params;
  const query = await searchParams;
  const { ctx, campaign, own, header, parts } = await loadReport(slug, id);
  const subscriberId = Number(query.subscriber) || null;
  const asText = query.as === "text";
  const rendered = await renderCampaignFor(ctx, parts, { subscriberId });
  const path = `${own}/content`;
  return (
    <div className="page">
      <ReportHeader
        {...header}
        tab="Content"
        subtitle={
          subscriberId && rendered.ok
            ? `As ${rendered.address} gets it, by what is known of the person now.`
            : "As somebody of whom nothing is known gets it."
        }
      />
      <div className="stack">
        <Panel title="Envelope">
          <DefinitionList
            layout="rows"
            facts={[
              { term: "Subject", value: <LiquidText text={campaign.subject} /> },
              {
                term: "Preview text",
                value: campaign.preheader ? <LiquidText text={campaign.preheader} /> : "none",
              },
              {
                term: "From",
                value: parts.sender ? `${parts.sender.name}, ${parts.sender.address}` : "removed",
              },
            ]}
          />
        </Panel>
        <Panel
          title="The mail"
          flush
          actions={
            <Segmented
              label="Part"
              segments={[
                { label: "HTML", href: hrefWith(path, query, { as: null }), current: !asText },
                { label: "Text", href: hrefWith(path, query, { as: "text" }), current: asText },
              ]}
            />
          }
        >
          {rendered.ok && rendered.preview.html && !asText ? (
            <iframe
              title="The mail"
              sandbox=""
              srcDoc={rendered.preview.html}
              className="h-[75vh] w-full bg-white"
            />
          ) : (
            <pre className="p-4 whitespace-pre-wrap">
              {rendered.ok ? rendered.preview.text : rendered.reason}
            </pre>
          )}
        </Panel>
      </div>
    </div>
  );
}
