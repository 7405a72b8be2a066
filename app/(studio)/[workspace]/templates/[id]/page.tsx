import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { requireWorkspace } from "#app/_server/page.ts";
import { EditorLoader } from "#components/editor/editor-loader.tsx";
import { readWritingAids } from "#core/campaign/read-draft.ts";
import { EMPTY_AUDIENCE } from "#core/campaign/types.ts";
import { hasRole } from "#core/platform/context.ts";
import { readTemplate } from "#core/template/read.ts";

export const metadata: Metadata = { title: "Template" };

export default async function Page({ params }: PageProps<"/[workspace]/templates/[id]">) {
  const { workspace: slug, id } = await params;
  const { ctx, workspace, user } = await requireWorkspace(slug);
  const template = await readTemplate(ctx, { templateId: Number(id) });
  if (!template) notFound();
  const aids = await readWritingAids(ctx);
  const path = `/${slug}/templates`;
  return (
    <EditorLoader
      storeKey={`template:${template.id}`}
      kind="template"
      draft={{
        name: template.name,
        subject: "",
        preheader: "",
        senderId: null,
        replyTo: null,
        audience: EMPTY_AUDIENCE,
        trackOpens: false,
        trackClicks: false,
        expireAfterHours: 72,
        format: template.format,
        document: template.document,
        html: template.html,
      }}
      revision={template.updatedAt.toISOString()}
      savedAt={template.updatedAt.toISOString()}
      checks={[]}
      choices={{ ...aids, senders: [] }}
      urls={{ back: path, save: `${path}/${template.id}/save`, images: `/${slug}/images` }}
      brandColor={workspace.brandColor}
      workspaceName={workspace.name}
      zone={workspace.timeZone}
      readOnly={!hasRole(ctx.role, "marketer")}
      ownAddress={user.address}
      postalAddress={workspace.postalAddress}
    />
  );
}
