import type { Metadata } from "next";
import { LinkTable } from "#components/campaign-report/link-table.tsx";
import { ReportHeader } from "#components/campaign-report/report-header.tsx";
import { readLinks } from "#core/campaign/report/engagement.ts";
import { equation } from "#core/ledger/equation.ts";
import { loadReport } from "../load-report.ts";

export const metadata: Metadata = { title: "Links" };

export default async function Page({ params }: PageProps<"/[workspace]/campaigns/[id]/links">) {
  const { workspace: slug, id } = await params;
  const { ctx, campaign, own, header } = await loadReport(slug, id);
  const [links, sum] = await Promise.all([readLinks(ctx, campaign.id), equation(ctx.db, campaign.id)]);
  return (
    <div className="page">
      <ReportHeader
        {...header}
        tab="Links"
        subtitle="Clicks of people. Scanners that follow every link are kept apart, under Engagement."
      />
      <LinkTable links={links} path={own} accepted={sum.accepted} isTracked={campaign.trackClicks} />
    </div>
  );
}
