import type { Metadata } from "next";
import { ActionForm } from "#components/ui/form.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Panel } from "#components/ui/panel.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import { WorkspaceFields } from "#components/workspace/workspace-fields.tsx";
import { timeZones } from "#core/workspace/rules.ts";
import { requireAdministrator } from "../../../../_server/page.ts";
import { createWorkspaceAction } from "../actions.ts";

export const metadata: Metadata = { title: "New workspace" };

export default async function Page() {
  await requireAdministrator();
  return (
    <div className="page">
      <PageHeader
        title="New workspace"
        subtitle="You become its owner, and can invite others in its settings."
        crumbs={[{ label: "Team", href: "/admin/team" }, { label: "New workspace" }]}
      />
      <Panel className="max-w-3xl">
        <ActionForm action={createWorkspaceAction} label="New workspace">
          <WorkspaceFields zones={timeZones()} />
          <div>
            <SubmitButton>Create the workspace</SubmitButton>
          </div>
        </ActionForm>
      </Panel>
    </div>
  );
}
