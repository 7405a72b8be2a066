import { Download } from "lucide-react";
import type { Metadata } from "next";
import { EXCLUSION_WORDS, exclusionWords } from "#components/campaign/audience-panel.tsx";
import { ReportHeader } from "#components/campaign-report/report-header.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { formatNumber } from "#components/ui/format.ts";
import { hrefWith } from "#components/ui/href.ts";
import { LinkButton } from "#components/ui/link-button.tsx";
import { Segmented } from "#components/ui/segmented.tsx";
import { Toolbar } from "#components/ui/toolbar.tsx";
import { countLeftOut, listLeftOut } from "#core/campaign/report/left-out.ts";
import { EXCLUSION_REASONS } from "#core/campaign/types.ts";
import { loadReport } from "../load-report.ts";

export const metadata: Metadata = { title: "Left out" };

export default async function Page({
  params,
  searchParams,
}: PageProps<"/[workspace]/campaigns/[id]/left-out">) {
  const { workspace: slug, id } = await params;
  const query = await searchParams;
  const { ctx, campaign, own, header } = await loadReport(slug, id);
  const reason = EXCLUSION_REASONS.find((one) => one === query.reason) ?? null;
  const after = Number(query.after) || 0;
  const [counts, page] = await Promise.all([
    countLeftOut(ctx, campaign.id),
    listLeftOut(ctx, campaign.id, { reason, after }),
  ]);
  const path = `${own}/left-out`;
  return (
    <div className="page">
      <ReportHeader
        {...header}
        tab="Recipients"
        subtitle="Left out when the audience was frozen, each with the reason."
      />
      {counts.length > 0 ? (
        <Toolbar
          end={
            <LinkButton
              href={hrefWith(`${path}/export`, { reason: query.reason }, {})}
              variant="ghost"
              icon={<Download />}
              prefetch={false}
            >
              Export
            </LinkButton>
          }
        >
          <Segmented
            label="By reason"
            segments={[
              { label: "All", href: path, current: reason === null },
              ...counts.map((row) => ({
                label: `${EXCLUSION_WORDS[row.reason]} ${formatNumber(row.n)}`,
                href: hrefWith(path, {}, { reason: row.reason }),
                current: reason === row.reason,
              })),
            ]}
          />
        </Toolbar>
      ) : null}
      <DataTable
        caption="People left out"
        rows={page.rows}
        rowKey={(row) => row.subscriberId}
        rowHref={(row) => `${own}/recipients/excluded/${row.subscriberId}`}
        pager={{
          text: "In order of joining",
          back: after ? hrefWith(path, query, { after: null }) : null,
          next: page.next ? hrefWith(path, query, { after: page.next }) : null,
        }}
        empty={<EmptyState title="Nobody was left out" />}
        columns={[
          { key: "address", head: "Person", cell: (row) => row.address || "erased" },
          {
            key: "reason",
            head: "Why",
            cell: (row) => exclusionWords(row.reason, row.reason === "suppressed" ? row.value : null),
          },
          {
            key: "value",
            head: "What it was then",
            quiet: true,
            cell: (row) => (row.reason === "suppressed" ? "" : row.value),
          },
        ]}
      />
    </div>
  );
}
