import Link from "next/link";
import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { formatNumber, formatRate } from "#components/ui/format.ts";
import type { LinkRow } from "#core/campaign/report/engagement.ts";

/** The links of a campaign, most clicked first; each number opens the people behind it. */
export function LinkTable({
  links,
  path,
  accepted,
  isTracked,
}: {
  links: LinkRow[];
  /** The campaign's own address. */
  path: string;
  accepted: number;
  isTracked: boolean;
}) {
  const href = (row: LinkRow) => `${path}/recipients?did=clicked&link=${row.n}`;
  return (
    <DataTable
      caption="Links"
      rows={links}
      rowKey={(row) => row.n}
      empty={
        <EmptyState title={isTracked ? "This mail has no links" : "Clicks are not tracked"}>
          {isTracked
            ? "Links of the mail stand here from its launch on."
            : "Click tracking was off for this campaign, so links lead straight to their pages."}
        </EmptyState>
      }
      columns={[
        {
          key: "url",
          head: "Link",
          cell: (row) => <span className="[overflow-wrap:anywhere]">{row.url}</span>,
        },
        {
          key: "people",
          head: "People",
          align: "end",
          cell: (row) => (
            <Link className="ink-link" href={href(row)}>
              {formatNumber(row.people)}
            </Link>
          ),
        },
        {
          key: "clicks",
          head: "Clicks",
          align: "end",
          quiet: true,
          cell: (row) => formatNumber(row.clicks),
        },
        {
          key: "share",
          head: "People of accepted",
          align: "end",
          quiet: true,
          cell: (row) => formatRate(row.people, accepted),
        },
      ]}
    />
  );
}
