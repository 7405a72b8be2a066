import type { Metadata } from "next";
import { requireWorkspace } from "#app/_server/page.ts";
import { SegmentBuilder } from "#components/segment/segment-builder.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { hasRole } from "#core/platform/context.ts";
import { readSegmentChoices } from "#core/segment/choices.ts";
import { previewSegmentAction, saveSegmentAction } from "../actions.ts";

export const metadata: Metadata = { title: "New segment" };

export default async function Page({ params }: PageProps<"/[workspace]/segments/new">) {
  const { ctx, workspace } = await requireWorkspace((await params).workspace);
  const { slug } = workspace;
  return (
    <div className="page">
      <PageHeader
        crumbs={[{ label: "Segments", href: `/${slug}/segments` }, { label: "New segment" }]}
        title="New segment"
      />
      <SegmentBuilder
        segment={{
          name: "",
          rule: {
            match: "all",
            rules: [{ field: "engagement", op: "did", action: "clicked", since: { daysAgo: 90 } }],
          },
        }}
        choices={await readSegmentChoices(ctx)}
        save={hasRole(ctx.role, "marketer") ? saveSegmentAction.bind(null, slug) : null}
        preview={previewSegmentAction.bind(null, slug)}
        subscribersPath={`/${slug}/subscribers`}
      />
    </div>
  );
}
