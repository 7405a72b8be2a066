import type { Metadata } from "next";
import { requireWorkspace } from "#app/_server/page.ts";
import { NoSuppressions, SuppressionPage } from "#components/suppression/suppression-page.tsx";
import { SuppressionTable } from "#components/suppression/suppression-table.tsx";
import { hrefWith } from "#components/ui/href.ts";
import { hasRole } from "#core/platform/context.ts";
import { SuppressionFilter } from "#core/suppression/input.ts";
import { countSuppressions, listSuppressions } from "#core/suppression/read.ts";
import { addSuppressionsAction, liftSuppressionAction } from "./actions.ts";

export const metadata: Metadata = { title: "Suppressions" };

export default async function Page({ params, searchParams }: PageProps<"/[workspace]/suppressions">) {
  const { ctx, workspace } = await requireWorkspace((await params).workspace);
  const query = await searchParams;
  const filter = SuppressionFilter.parse(query);
  const scope = { workspaceId: ctx.workspaceId };
  const [page, counts] = await Promise.all([
    listSuppressions(ctx, scope, filter),
    countSuppressions(ctx, scope),
  ]);
  const path = `/${workspace.slug}/suppressions`;
  const canWrite = hasRole(ctx.role, "marketer");
  return (
    <SuppressionPage
      title="Suppressions"
      subtitle="Addresses that get no mail, whatever list they are on. No import overrides this."
      path={path}
      exportHref={`${path}/export`}
      query={query}
      reason={filter.reason}
      counts={counts}
      importHref={`/${workspace.slug}/subscribers/imports`}
      add={canWrite ? addSuppressionsAction.bind(null, workspace.slug) : null}
    >
      <SuppressionTable
        rows={page.rows}
        zone={workspace.timeZone}
        lift={canWrite ? liftSuppressionAction.bind(null, workspace.slug) : null}
        canLift={(row) => row.workspaceId !== null}
        deliveryHref={(row) =>
          row.campaignId && row.workspaceId
            ? `/${workspace.slug}/campaigns/${row.campaignId}/recipients/${row.seq}`
            : null
        }
        pager={{
          text: "Newest first",
          back: filter.after ? hrefWith(path, query, { after: null }) : null,
          next: page.next ? hrefWith(path, query, { after: page.next }) : null,
        }}
        empty={<NoSuppressions query={filter.q} />}
      />
    </SuppressionPage>
  );
}
