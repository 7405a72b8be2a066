import type { Metadata } from "next";
import { notFound, redirect } from "next/navigation";
import { requireWorkspace } from "#app/_server/page.ts";
import { exclusionWords } from "#components/campaign/audience-panel.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { formatNumber } from "#components/ui/format.ts";
import { hrefWith } from "#components/ui/href.ts";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Segmented } from "#components/ui/segmented.tsx";
import { Toolbar } from "#components/ui/toolbar.tsx";
import { countAudience } from "#core/campaign/count-audience.ts";
import { CandidateFilter, listCandidates } from "#core/campaign/list-candidates.ts";
import { readCampaign } from "#core/campaign/read-draft.ts";

export const metadata: Metadata = { title: "Who gets it" };

/** The people behind each number of the review, as it is now. */
export default async function Page({
  params,
  searchParams,
}: PageProps<"/[workspace]/campaigns/[id]/review/people">) {
  const { workspace: slug, id } = await params;
  const { ctx } = await requireWorkspace(slug);
  const query = await searchParams;
  const parts = await readCampaign(ctx, { campaignId: Number(id) });
  if (!parts) notFound();
  const { campaign } = parts;
  const own = `/${slug}/campaigns/${campaign.id}`;
  if (campaign.state !== "draft" && campaign.state !== "scheduled") redirect(`${own}/left-out`);
  const filter = CandidateFilter.parse(query);
  const after = Number(query.after) || 0;
  const [count, page] = await Promise.all([
    countAudience(ctx, { audience: campaign.audience }),
    listCandidates(ctx, campaign.audience, filter, { after }),
  ]);
  const path = `${own}/review/people`;
  return (
    <div className="page">
      <PageHeader
        crumbs={[
          { label: "Campaigns", href: `/${slug}/campaigns` },
          { label: campaign.name, href: own },
          { label: "Review and send", href: `${own}/review` },
          { label: "People" },
        ]}
        title={filter.reason ? "Who would be left out now" : "Who would get it now"}
        subtitle="As lists, segments and suppressions are at this moment. The audience is frozen when the campaign starts."
      />
      <Toolbar>
        <Segmented
          label="People"
          segments={[
            {
              label: `Would get it ${formatNumber(count.audience)}`,
              href: path,
              current: filter.reason === undefined,
            },
            ...count.exclusions.map((row) => ({
              label: `${exclusionWords(row.reason, row.detail)} ${formatNumber(row.n)}`,
              href: hrefWith(path, {}, { reason: row.reason, detail: row.detail }),
              current: row.reason === filter.reason && (row.detail ?? undefined) === filter.detail,
            })),
          ]}
        />
      </Toolbar>
      <DataTable
        caption="People"
        rows={page.rows}
        rowKey={(row) => row.subscriberId}
        rowHref={(row) => `/${slug}/subscribers/${row.subscriberId}`}
        pager={{
          text: "In order of joining",
          back: after ? hrefWith(path, query, { after: null }) : null,
          next: page.next ? hrefWith(path, query, { after: page.next }) : null,
        }}
        empty={<EmptyState title="Nobody" />}
        columns={[
          { key: "address", head: "Person", cell: (row) => row.address },
          ...(filter.reason
            ? [
                {
                  key: "value",
                  head: "Because of",
                  quiet: true,
                  cell: (row: (typeof page.rows)[number]) =>
                    filter.reason === "suppressed"
                      ? exclusionWords("suppressed", row.value)
                      : row.value || "nothing that stands any more",
                },
              ]
            : []),
        ]}
      />
    </div>
  );
}
