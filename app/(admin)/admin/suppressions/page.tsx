import type { Metadata } from "next";
import { requireAdministrator } from "#app/_server/page.ts";
import { NoSuppressions, SuppressionPage } from "#components/suppression/suppression-page.tsx";
import { SuppressionTable } from "#components/suppression/suppression-table.tsx";
import { hrefWith } from "#components/ui/href.ts";
import { SuppressionFilter } from "#core/suppression/input.ts";
import { countSuppressions, listSuppressions } from "#core/suppression/read.ts";
import { addForAllAction, liftAnyAction } from "./actions.ts";

export const metadata: Metadata = { title: "All suppressions" };

const PATH = "/admin/suppressions";

export default async function Page({ searchParams }: PageProps<"/admin/suppressions">) {
  const { ctx } = await requireAdministrator();
  const query = await searchParams;
  const filter = SuppressionFilter.parse(query);
  const [page, counts] = await Promise.all([
    listSuppressions(ctx, "all", filter),
    countSuppressions(ctx, "all"),
  ]);
  return (
    <SuppressionPage
      title="All suppressions"
      subtitle="Of every workspace. Dead addresses hold for the whole installation."
      path={PATH}
      exportHref={`${PATH}/export`}
      query={query}
      reason={filter.reason}
      counts={counts}
      add={addForAllAction}
    >
      <SuppressionTable
        rows={page.rows}
        zone="UTC"
        lift={liftAnyAction}
        canLift={() => true}
        showScope
        pager={{
          text: "Newest first",
          back: filter.after ? hrefWith(PATH, query, { after: null }) : null,
          next: page.next ? hrefWith(PATH, query, { after: page.next }) : null,
        }}
        empty={<NoSuppressions query={filter.q} />}
      />
    </SuppressionPage>
  );
}
