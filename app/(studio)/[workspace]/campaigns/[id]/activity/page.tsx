import type { Metadata } from "next";
import { EventList } from "#components/campaign-report/event-list.tsx";
import { ReportHeader } from "#components/campaign-report/report-header.tsx";
import { Panel } from "#components/ui/panel.tsx";
import { readEvents } from "#core/campaign/report/read.ts";
import { loadReport } from "../load-report.ts";

export const metadata: Metadata = { title: "Activity" };

export default async function Page({ params }: PageProps<"/[workspace]/campaigns/[id]/activity">) {
  const { workspace: slug, id } = await params;
  const { ctx, workspace, campaign, header } = await loadReport(slug, id);
  return (
    <div className="page">
      <ReportHeader {...header} tab="Activity" />
      <Panel title="What people and the mail system did">
        <EventList events={await readEvents(ctx, campaign.id, 500)} zone={workspace.timeZone} />
      </Panel>
    </div>
  );
}
