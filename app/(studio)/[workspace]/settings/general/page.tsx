import type { Metadata } from "next";
import { Panel } from "#components/ui/panel.tsx";
import { GeneralForm } from "#components/workspace/general-form.tsx";
import { LogoForm } from "#components/workspace/logo-form.tsx";
import { timeZones } from "#core/workspace/rules.ts";
import { requireWorkspace } from "../../../../_server/page.ts";
import { saveGeneralAction, setLogoAction } from "../actions.ts";

export const metadata: Metadata = { title: "General settings" };

export default async function Page({ params }: PageProps<"/[workspace]/settings/general">) {
  const { workspace } = await requireWorkspace((await params).workspace);
  const { slug } = workspace;
  const isOwner = workspace.role === "owner";
  return (
    <div className="stack max-w-3xl">
      <Panel title="Workspace" description={isOwner ? undefined : "Only owners change these."}>
        <GeneralForm
          action={saveGeneralAction.bind(null, slug)}
          zones={timeZones()}
          readOnly={!isOwner}
          values={{
            name: workspace.name,
            brandColor: workspace.brandColor,
            postalAddress: workspace.postalAddress,
            timeZone: workspace.timeZone,
            takeBackSeconds: workspace.takeBackSeconds,
            typeNumberAbove: workspace.typeNumberAbove,
            repeatUncertain: workspace.repeatUncertain,
          }}
        />
      </Panel>
      <Panel title="Logo" description="In the head of public pages and of new mails.">
        <LogoForm
          action={setLogoAction.bind(null, slug)}
          uploadUrl={`/${slug}/images`}
          logoUrl={workspace.logoFileId && `/files/${workspace.logoFileId}`}
          name={workspace.name}
          readOnly={!isOwner}
        />
      </Panel>
    </div>
  );
}
