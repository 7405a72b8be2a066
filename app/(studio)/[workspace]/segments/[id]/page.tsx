import type { Metadata } from "next";
import { requireWorkspace } from "#app/_server/page.ts";
import { SegmentBuilder } from "#components/segment/segment-builder.tsx";
import { ActionButton } from "#components/ui/action-button.tsx";
import { Banner } from "#components/ui/banner.tsx";
import { ConfirmButton } from "#components/ui/confirm-dialog.tsx";
import { LinkButton } from "#components/ui/link-button.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { hasRole } from "#core/platform/context.ts";
import { readSegmentChoices } from "#core/segment/choices.ts";
import { getSegment } from "#core/segment/read.ts";
import { orNotFound } from "../../or-not-found.ts";
import {
  duplicateSegmentAction,
  previewSegmentAction,
  removeSegmentAction,
  saveSegmentAction,
} from "../actions.ts";

export const metadata: Metadata = { title: "Segment" };

export default async function Page({ params, searchParams }: PageProps<"/[workspace]/segments/[id]">) {
  const { workspace: slug, id } = await params;
  const { ctx } = await requireWorkspace(slug);
  const segment = await orNotFound(getSegment(ctx, Number(id) || 0));
  const canWrite = hasRole(ctx.role, "marketer");
  return (
    <div className="page">
      <PageHeader
        crumbs={[{ label: "Segments", href: `/${slug}/segments` }, { label: segment.name }]}
        title={segment.name}
        actions={
          <>
            <LinkButton href={`/${slug}/subscribers?segment=${segment.id}`}>See the people</LinkButton>
            {canWrite ? (
              <ActionButton
                action={duplicateSegmentAction.bind(null, slug)}
                values={{ segmentId: String(segment.id) }}
              >
                Duplicate
              </ActionButton>
            ) : null}
            {canWrite ? (
              <ConfirmButton
                label="Delete…"
                variant="danger-ghost"
                title={`Delete ${segment.name}?`}
                action={removeSegmentAction.bind(null, slug)}
                values={{ segmentId: String(segment.id) }}
                confirmLabel="Delete the segment"
                goTo={`/${slug}/segments`}
              >
                The rule goes. Nobody is deleted, and reports of sent campaigns stay as they are.
              </ConfirmButton>
            ) : null}
          </>
        }
      />
      {"saved" in (await searchParams) ? (
        <div className="mb-4" role="status">
          <Banner tone="info">
            {segment.count === null
              ? "Saved without a count: counting takes longer than 5 seconds."
              : "Saved."}
          </Banner>
        </div>
      ) : null}
      <SegmentBuilder
        segment={segment}
        choices={await readSegmentChoices(ctx)}
        save={canWrite ? saveSegmentAction.bind(null, slug) : null}
        preview={previewSegmentAction.bind(null, slug)}
        subscribersPath={`/${slug}/subscribers`}
      />
    </div>
  );
}
