import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { requireWorkspace } from "#app/_server/page.ts";
import { CHECK_TARGETS } from "#core/campaign/checks.ts";
import { readCampaign } from "#core/campaign/read-draft.ts";
import { DeliveryReport } from "./delivery-report.tsx";
import { DraftEditor } from "./draft-editor.tsx";

export async function generateMetadata({
  params,
}: PageProps<"/[workspace]/campaigns/[id]">): Promise<Metadata> {
  const { workspace, id } = await params;
  const { ctx } = await requireWorkspace(workspace);
  const parts = await readCampaign(ctx, { campaignId: Number(id) });
  return { title: (parts?.campaign.name ?? "Campaign").replaceAll("%s", "") };
}

/** A draft opens in the editor; what was sent is a report. */
export default async function Page({ params, searchParams }: PageProps<"/[workspace]/campaigns/[id]">) {
  const { workspace: slug, id } = await params;
  const { go } = await searchParams;
  const { ctx, user } = await requireWorkspace(slug);
  const parts = await readCampaign(ctx, { campaignId: Number(id) });
  if (!parts) notFound();
  const { state } = parts.campaign;
  if (state === "draft" || state === "scheduled")
    return (
      <DraftEditor
        ctx={ctx}
        parts={parts}
        ownAddress={user.address}
        startAt={CHECK_TARGETS.find((one) => one === go) ?? null}
      />
    );
  return <DeliveryReport slug={slug} id={id} />;
}
