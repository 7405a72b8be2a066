import { Download } from "lucide-react";
import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { RecipientFilters } from "#components/campaign-report/recipient-filters.tsx";
import { RecipientTable } from "#components/campaign-report/recipient-table.tsx";
import { ReportHeader } from "#components/campaign-report/report-header.tsx";
import { RetryButton } from "#components/campaign-report/retry-button.tsx";
import { Banner } from "#components/ui/banner.tsx";
import { countOf, formatNumber } from "#components/ui/format.ts";
import { hrefWith } from "#components/ui/href.ts";
import { LinkButton } from "#components/ui/link-button.tsx";
import { SearchField } from "#components/ui/search-field.tsx";
import { Toolbar } from "#components/ui/toolbar.tsx";
import { readLinks } from "#core/campaign/report/engagement.ts";
import { readProviders } from "#core/campaign/report/providers.ts";
import { RecipientFilter } from "#core/campaign/report/recipient-filter.ts";
import { countRecipients, findSeq, listRecipients } from "#core/campaign/report/recipients.ts";
import { countRetryable } from "#core/campaign/retry.ts";
import { hasRole } from "#core/platform/context.ts";
import { retryRecipientsAction } from "../../actions.ts";
import { loadReport } from "../load-report.ts";

export const metadata: Metadata = { title: "Recipients" };

export default async function Page({
  params,
  searchParams,
}: PageProps<"/[workspace]/campaigns/[id]/recipients">) {
  const { workspace: slug, id } = await params;
  const query = await searchParams;
  const { ctx, workspace, campaign, own, header } = await loadReport(slug, id);
  const path = `${own}/recipients`;
  if (query.subscriber) {
    const subscriberId = Number(query.subscriber) || 0;
    const seq = await findSeq(ctx, campaign.id, subscriberId);
    redirect(`${path}/${seq ?? `excluded/${subscriberId}`}`);
  }
  const filter = RecipientFilter.parse(query);
  const after = Number(query.after) || 0;
  const mayRetry = hasRole(ctx.role, "marketer") && campaign.state === "finished";
  const [page, count, providers, links, retryable] = await Promise.all([
    listRecipients(ctx, campaign.id, filter, { after }),
    countRecipients(ctx, campaign.id, filter),
    readProviders(ctx, campaign.id),
    readLinks(ctx, campaign.id),
    mayRetry ? countRetryable(ctx, campaign.id, filter) : null,
  ]);
  const isFiltered = Object.values(filter).some((value) => value !== undefined);
  return (
    <div className="page">
      <ReportHeader {...header} tab="Recipients" />
      <Toolbar
        end={
          <span className="flex items-center gap-3">
            {count === null ? null : (
              <span className="nums text-table text-muted">{countOf(count, "recipient", "recipients")}</span>
            )}
            {retryable ? (
              <RetryButton
                n={retryable}
                filter={filter}
                campaignId={campaign.id}
                hours={campaign.expireAfterHours}
                action={retryRecipientsAction.bind(null, slug)}
                goTo={own}
              />
            ) : null}
            <LinkButton
              href={hrefWith(`${path}/export`, query, {})}
              variant="ghost"
              icon={<Download />}
              prefetch={false}
            >
              Export
            </LinkButton>
          </span>
        }
      >
        <SearchField label="Address" />
        <RecipientFilters filter={filter} path={path} query={query} providers={providers} links={links} />
      </Toolbar>
      {page.gaveUp ? (
        <Banner
          tone="warning"
          title="Still looking through the recipients after ten seconds, so this page stopped."
        >
          {count === null ? "" : `${formatNumber(count)} match. `}Narrow it down by a state or a provider.
        </Banner>
      ) : null}
      {page.gaveUp ? null : (
        <RecipientTable
          rows={page.rows}
          next={page.next}
          after={after}
          path={path}
          query={query}
          zone={workspace.timeZone}
          isFiltered={isFiltered}
        />
      )}
    </div>
  );
}
