import { Download } from "lucide-react";
import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { ReportHeader } from "#components/campaign-report/report-header.tsx";
import { Banner } from "#components/ui/banner.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { FilterChips } from "#components/ui/filter-chips.tsx";
import { hrefWith } from "#components/ui/href.ts";
import { LinkButton } from "#components/ui/link-button.tsx";
import { Menu } from "#components/ui/menu.tsx";
import type { Outcome } from "#components/ui/outcome.ts";
import { OutcomeLabel } from "#components/ui/outcome-icon.tsx";
import { ReplyText } from "#components/ui/reply-text.tsx";
import { SearchField } from "#components/ui/search-field.tsx";
import { Time } from "#components/ui/time.tsx";
import { Toolbar } from "#components/ui/toolbar.tsx";
import { findSeq, listRecipients, RecipientFilter, STATES } from "#core/campaign/report/recipients.ts";
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
    const seq = await findSeq(ctx, campaign.id, Number(query.subscriber) || 0);
    redirect(seq === null ? `${own}/left-out` : `${path}/${seq}`);
  }
  const filter = RecipientFilter.parse(query);
  const after = Number(query.after) || 0;
  const page = await listRecipients(ctx, campaign.id, filter, { after });
  const chip = (key: keyof RecipientFilter, field: string) =>
    filter[key] === undefined
      ? []
      : [
          {
            key,
            field,
            relation: "is",
            value: String(filter[key]),
            removeHref: hrefWith(path, query, { [key]: null }),
          },
        ];
  return (
    <div className="page">
      <ReportHeader {...header} tab="Recipients" />
      <Toolbar
        end={
          <LinkButton href={hrefWith(`${path}/export`, query, {})} variant="ghost" icon={<Download />}>
            Export
          </LinkButton>
        }
      >
        <SearchField label="Address" />
        <FilterChips
          chips={[
            ...chip("state", "State"),
            ...chip("verdict", "Verdict"),
            ...chip("did", "Who"),
            ...chip("link", "Link"),
            ...chip("bucket", "Provider"),
          ]}
        >
          <Menu
            name="Add a filter"
            label="Add filter"
            variant="ghost"
            size="small"
            items={[
              ...STATES.map((state) => ({
                id: state,
                label: `State is ${state}`,
                href: hrefWith(path, query, { state }),
              })),
              ...(["opened", "clicked", "unsubscribed", "complained"] as const).map((did) => ({
                id: did,
                label: `Who ${did}`,
                href: hrefWith(path, query, { did }),
              })),
            ]}
          />
        </FilterChips>
      </Toolbar>
      {page.gaveUp ? (
        <Banner tone="warning" title="Looking through so many recipients takes too long here.">
          Narrow it down by a state or a provider, or export.
        </Banner>
      ) : null}
      <DataTable
        caption="Recipients"
        big
        rows={page.rows}
        rowKey={(row) => row.seq}
        rowHref={(row) => `${path}/${row.seq}`}
        pager={{
          text: "In order of sending",
          back: after ? hrefWith(path, query, { after: null }) : null,
          next: page.next ? hrefWith(path, query, { after: page.next }) : null,
        }}
        empty={<EmptyState title="No recipient matches">Take one of the filters away.</EmptyState>}
        columns={[
          {
            key: "address",
            head: "Recipient",
            cell: (row) => <span className="break-all">{row.address}</span>,
          },
          {
            key: "state",
            head: "State",
            cell: (row) => <OutcomeLabel outcome={row.state as Outcome}>{row.state}</OutcomeLabel>,
          },
          { key: "verdict", head: "Verdict", cell: (row) => row.verdict ?? "" },
          {
            key: "reply",
            head: "Last reply",
            cell: (row) => (row.reply ? <ReplyText quiet>{row.reply}</ReplyText> : ""),
          },
          {
            key: "when",
            head: "When",
            quiet: true,
            cell: (row) => (row.settledAt ? <Time at={row.settledAt} zone={workspace.timeZone} /> : ""),
          },
        ]}
      />
    </div>
  );
}
