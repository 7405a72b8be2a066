import Link from "next/link";
import { ForecastPanel, isOutSoon } from "#components/campaign/forecast-panel.tsx";
import { EventList } from "#components/campaign-report/event-list.tsx";
import { LedgerPanel } from "#components/campaign-report/ledger-panel.tsx";
import { ProviderTable } from "#components/campaign-report/provider-table.tsx";
import { RepliesChart } from "#components/campaign-report/replies-chart.tsx";
import { ReportHeader } from "#components/campaign-report/report-header.tsx";
import { leadSentence } from "#components/campaign-report/words.ts";
import { formatMoment } from "#components/ui/format.ts";
import { LiveRegion } from "#components/ui/live-region.tsx";
import { LiveStamp } from "#components/ui/live-stamp.tsx";
import { Panel } from "#components/ui/panel.tsx";
import { forecastRest } from "#core/campaign/forecast.ts";
import { readCampaignReport } from "#core/campaign/report/read.ts";
import { loadReport } from "./load-report.ts";

/** The first page of a report: is it going well. Live while it sends. */
export async function DeliveryReport({ slug, id }: { slug: string; id: string }) {
  const { ctx, workspace, campaign, own, header, parts, isAdministrator } = await loadReport(slug, id);
  const [report, rest] = await Promise.all([
    readCampaignReport(ctx, campaign.id),
    campaign.state === "sending" ? forecastRest(ctx, { campaignId: campaign.id }) : null,
  ]);
  const zone = workspace.timeZone;
  const now = new Date();
  const sentence = leadSentence(campaign.state, report.equation, report.pace, zone, now);
  const started = campaign.launchedAt ? `Started ${formatMoment(campaign.launchedAt, zone, now)}. ` : "";
  return (
    <div className="page">
      <ReportHeader
        {...header}
        tab="Delivery"
        subtitle={`${started}From ${parts.sender?.address ?? "a sender that was removed"}.`}
      />
      <div className="stack">
        <LedgerPanel
          sentence={sentence}
          sum={report.equation}
          path={own}
          leftOut={report.leftOut}
          leftOutHref={`${own}/left-out`}
          {...(isAdministrator ? { troubleHref: "/admin/system" } : {})}
          nextTryAt={report.nextTryAt}
          zone={zone}
          stamp={
            <LiveStamp
              url={`/api/live?topic=campaign:${campaign.id}`}
              zone={zone}
              renderedAt={now.getTime()}
            />
          }
        />
        {rest && !isOutSoon(rest, now) ? (
          <ForecastPanel
            title="When the rest arrives"
            forecast={rest}
            start={now.getTime()}
            zone={zone}
            now={now}
          />
        ) : null}
        <LiveRegion text={campaign.state === "sending" ? "" : sentence} />
        <div className="split">
          <RepliesChart minutes={report.minutes} events={report.events} zone={zone} now={now} />
          <Panel
            title="What the mail system did"
            actions={
              <Link className="link" href={`${own}/activity`}>
                All
              </Link>
            }
          >
            <EventList events={report.events.slice(0, 5)} zone={zone} />
          </Panel>
        </div>
        <ProviderTable
          rows={report.providers}
          path={own}
          zone={zone}
          now={now}
          overFallback={report.overFallback}
        />
      </div>
    </div>
  );
}
