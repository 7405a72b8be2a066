import type { Metadata } from "next";
import Link from "next/link";
import { ReportHeader } from "#components/campaign-report/report-header.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { formatNumber, formatRate } from "#components/ui/format.ts";
import { hrefWith } from "#components/ui/href.ts";
import { Panel } from "#components/ui/panel.tsx";
import { StatRow } from "#components/ui/stat.tsx";
import { readEngagement } from "#core/campaign/report/engagement.ts";
import { equation } from "#core/ledger/equation.ts";
import { loadReport } from "../load-report.ts";

export const metadata: Metadata = { title: "Engagement" };

export default async function Page({ params }: PageProps<"/[workspace]/campaigns/[id]/engagement">) {
  const { workspace: slug, id } = await params;
  const { ctx, campaign, own, header } = await loadReport(slug, id);
  const [engagement, sum] = await Promise.all([
    readEngagement(ctx, campaign.id),
    equation(ctx.db, campaign.id),
  ]);
  const people = (did: string) => `${own}/recipients?did=${did}`;
  return (
    <div className="page">
      <ReportHeader
        {...header}
        tab="Engagement"
        subtitle="People only. Programs that open and click are kept apart, below."
      />
      <div className="stack">
        <StatRow
          stats={[
            {
              key: "opened",
              label: "Opened",
              value: campaign.trackOpens ? formatNumber(engagement.opened) : "off",
              detail: campaign.trackOpens
                ? `${formatRate(engagement.opened, sum.accepted)} of accepted, ${formatNumber(engagement.opens)} times`
                : "opens are not tracked",
              href: people("opened"),
            },
            {
              key: "clicked",
              label: "Clicked",
              value: campaign.trackClicks ? formatNumber(engagement.clicked) : "off",
              detail: campaign.trackClicks
                ? `${formatRate(engagement.clicked, sum.accepted)} of accepted, ${formatNumber(engagement.clicks)} times`
                : "clicks are not tracked",
              href: people("clicked"),
            },
            {
              key: "left",
              label: "Unsubscribed",
              value: formatNumber(engagement.unsubscribed),
              detail: formatRate(engagement.unsubscribed, sum.accepted),
              href: people("unsubscribed"),
            },
            {
              key: "complained",
              label: "Complained",
              value: formatNumber(engagement.complained),
              detail: formatRate(engagement.complained, sum.accepted),
              outcome: "complained",
              href: people("complained"),
            },
          ]}
        />
        <Panel title="Machines and scanners" description="Kept and classed, never counted as people." flush>
          <DataTable
            bare
            caption="Hits of programs"
            rows={engagement.machines}
            rowKey={(row) => `${row.kind}${row.class}${row.because}`}
            empty={<EmptyState title="None so far" />}
            columns={[
              { key: "because", head: "Why we think so", cell: (row) => row.because },
              { key: "class", head: "What it is", cell: (row) => row.class },
              { key: "kind", head: "Did", cell: (row) => row.kind },
              {
                key: "people",
                head: "Recipients",
                align: "end",
                cell: (row) => (
                  <Link
                    className="ink-link"
                    href={hrefWith(
                      `${own}/recipients`,
                      {},
                      { did: row.kind === "open" ? "opened" : "clicked", by: row.class, why: row.because },
                    )}
                  >
                    {formatNumber(row.people)}
                  </Link>
                ),
              },
              { key: "n", head: "Times", align: "end", quiet: true, cell: (row) => formatNumber(row.n) },
            ]}
          />
        </Panel>
      </div>
    </div>
  );
}
