import { draftChecks } from "#app/_server/draft-checks.ts";
import { EditorLoader } from "#components/editor/editor-loader.tsx";
import type { CheckTarget } from "#core/campaign/checks.ts";
import type { CampaignParts } from "#core/campaign/message-source.ts";
import { draftOf, readWritingAids } from "#core/campaign/read-draft.ts";
import { hasRole, type WorkspaceCtx } from "#core/platform/context.ts";
import { listSenders } from "#core/sender/read.ts";
import { saveAsTemplateAction, sendTestAction } from "../actions.ts";

/** The editor of a draft, or of a scheduled campaign to read. */
export async function DraftEditor({
  ctx,
  parts,
  ownAddress,
  startAt,
}: {
  ctx: WorkspaceCtx;
  parts: CampaignParts;
  ownAddress: string;
  /** Where somebody wants to go on: the place that a check is about. */
  startAt: CheckTarget | null;
}) {
  const { campaign, workspace } = parts;
  const [aids, senders, checks] = await Promise.all([
    readWritingAids(ctx),
    listSenders(ctx),
    draftChecks(ctx, campaign.id),
  ]);
  const path = `/${workspace.slug}/campaigns`;
  const canWrite = hasRole(ctx.role, "marketer") && campaign.state === "draft";
  return (
    <EditorLoader
      storeKey={`campaign:${campaign.id}`}
      kind="campaign"
      draft={draftOf(campaign)}
      revision={campaign.revision}
      savedAt={campaign.updatedAt.toISOString()}
      checks={checks}
      choices={{
        ...aids,
        senders: senders.map(({ id, name: from, address, domain }) => ({ id, name: from, address, domain })),
      }}
      urls={{
        back: path,
        save: `${path}/${campaign.id}/draft`,
        stored: `${path}/${campaign.id}/draft`,
        meet: `${path}/${campaign.id}/meet`,
        live: `/api/live?topic=campaign:${campaign.id}`,
        versions: `${path}/${campaign.id}/versions`,
        images: `/${workspace.slug}/images`,
        preview: `${path}/${campaign.id}/preview`,
        audience: `${path}/audience`,
        review: `${path}/${campaign.id}/review`,
        senders: `/${workspace.slug}/settings/senders`,
        settings: `/${workspace.slug}/settings/general`,
      }}
      brandColor={workspace.brandColor}
      workspaceName={workspace.name}
      zone={workspace.timeZone}
      readOnly={!canWrite}
      ownAddress={ownAddress}
      postalAddress={workspace.postalAddress}
      startAt={startAt}
      sendTest={canWrite ? sendTestAction.bind(null, workspace.slug) : undefined}
      saveAsTemplate={canWrite ? saveAsTemplateAction.bind(null, workspace.slug) : undefined}
      hiddenValues={{ campaignId: String(campaign.id) }}
    />
  );
}
