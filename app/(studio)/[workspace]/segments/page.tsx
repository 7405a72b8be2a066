import { Filter, Plus } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { requireWorkspace } from "#app/_server/page.ts";
import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { countOf, formatNumber } from "#components/ui/format.ts";
import { LinkButton } from "#components/ui/link-button.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Time } from "#components/ui/time.tsx";
import { hasRole } from "#core/platform/context.ts";
import { listSegments } from "#core/segment/read.ts";

export const metadata: Metadata = { title: "Segments" };

export default async function Page({ params }: PageProps<"/[workspace]/segments">) {
  const { ctx, workspace } = await requireWorkspace((await params).workspace);
  const rows = await listSegments(ctx);
  const path = `/${workspace.slug}/segments`;
  const start = hasRole(ctx.role, "marketer") ? (
    <LinkButton href={`${path}/new`} variant="primary" icon={<Plus />}>
      New segment
    </LinkButton>
  ) : undefined;
  return (
    <div className="page">
      <PageHeader
        title="Segments"
        subtitle="Saved rules over subscribers. Who is in one is decided when it is used."
        actions={rows.length > 0 ? start : undefined}
      />
      <DataTable
        caption="Segments"
        rows={rows}
        rowKey={(row) => row.id}
        rowHref={(row) => `${path}/${row.id}`}
        empty={
          <EmptyState icon={<Filter />} title="No segments yet" actions={start}>
            Such as everybody who clicked in the last 90 days, or all in Kiel who joined this year.
          </EmptyState>
        }
        columns={[
          { key: "name", head: "Segment", cell: (row) => row.name },
          {
            key: "count",
            head: "People",
            align: "end",
            cell: (row) =>
              row.count === null ? (
                "not counted"
              ) : (
                <Link className="ink-link" href={`/${workspace.slug}/subscribers?segment=${row.id}`}>
                  {formatNumber(row.count)}
                </Link>
              ),
          },
          {
            key: "counted",
            head: "Counted",
            quiet: true,
            cell: (row) => (row.countedAt ? <Time at={row.countedAt} zone={workspace.timeZone} /> : ""),
          },
          {
            key: "used",
            head: "Used by",
            quiet: true,
            cell: (row) =>
              row.usedBy > 0
                ? countOf(row.usedBy, "campaign to come", "campaigns to come")
                : "no campaign to come",
          },
        ]}
      />
    </div>
  );
}
