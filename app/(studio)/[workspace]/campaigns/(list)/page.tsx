import { Plus, Send } from "lucide-react";
import type { Metadata } from "next";
import { CampaignTable } from "#components/campaign/campaign-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { formatNumber } from "#components/ui/format.ts";
import { hrefWith } from "#components/ui/href.ts";
import { LinkButton } from "#components/ui/link-button.tsx";
import { LinkTabs } from "#components/ui/link-tabs.tsx";
import { LiveStamp } from "#components/ui/live-stamp.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { SearchField } from "#components/ui/search-field.tsx";
import { Toolbar } from "#components/ui/toolbar.tsx";
import { CAMPAIGN_TABS, type CampaignTab, listCampaigns } from "#core/campaign/read-list.ts";
import { hasRole } from "#core/platform/context.ts";
import { requireWorkspace } from "../../../../_server/page.ts";
import { duplicateAndOpen, removeCampaignAction } from "../actions.ts";

export const metadata: Metadata = { title: "Campaigns" };

const LABELS: Record<CampaignTab, string> = {
  all: "All",
  drafts: "Drafts",
  scheduled: "Scheduled",
  sending: "Sending",
  sent: "Sent",
};

export default async function Page({ params, searchParams }: PageProps<"/[workspace]/campaigns">) {
  const { ctx, workspace } = await requireWorkspace((await params).workspace);
  const query = await searchParams;
  const path = `/${workspace.slug}/campaigns`;
  const tab = CAMPAIGN_TABS.find((one) => one === query.tab) ?? "all";
  const search = typeof query.q === "string" ? query.q : "";
  const after = Number(query.after) || null;
  const { rows, counts, next } = await listCampaigns(ctx, { tab, search, after });
  // States come by the workspace's topic, numbers by those of campaigns that send; one stream takes five.
  const topics = [
    `workspace:${ctx.workspaceId}`,
    ...rows
      .filter((row) => row.state === "sending" || row.state === "paused")
      .slice(0, 4)
      .map((row) => `campaign:${row.id}`),
  ];
  const canWrite = hasRole(ctx.role, "marketer");
  const isNew = counts.all === 0 && search === "";
  const start = canWrite ? (
    <LinkButton href={`${path}/new`} variant="primary" icon={<Plus />}>
      New campaign
    </LinkButton>
  ) : undefined;
  return (
    <div className="page">
      <PageHeader title="Campaigns" actions={isNew ? undefined : start}>
        <LinkTabs
          label="Campaigns by state"
          tabs={CAMPAIGN_TABS.map((one) => ({
            label: LABELS[one],
            href: hrefWith(path, query, { tab: one === "all" ? null : one }),
            current: one === tab,
            count: formatNumber(counts[one]),
          }))}
        />
      </PageHeader>
      <Toolbar
        end={
          <LiveStamp
            url={`/api/live?${new URLSearchParams(topics.map((topic) => ["topic", topic]))}`}
            zone={workspace.timeZone}
            renderedAt={Date.now()}
          />
        }
      >
        <SearchField label="Search by name" />
      </Toolbar>
      <CampaignTable
        rows={rows}
        path={path}
        zone={workspace.timeZone}
        canWrite={canWrite}
        duplicate={duplicateAndOpen.bind(null, workspace.slug)}
        remove={removeCampaignAction.bind(null, workspace.slug)}
        pager={{
          text: rows.length > 0 ? "Newest first" : "",
          back: after ? hrefWith(path, query, { after: null }) : null,
          next: next ? hrefWith(path, query, { after: next }) : null,
        }}
        empty={
          isNew ? (
            <EmptyState icon={<Send />} title="No campaigns yet" actions={start}>
              Write to the people on your lists: from a blank page, from one of the starters, or from HTML of
              your own. Nothing is sent before you have seen who gets it.
            </EmptyState>
          ) : (
            <EmptyState title={search ? `No campaign is called “${search}”` : "Nothing here"} />
          )
        }
      />
    </div>
  );
}
