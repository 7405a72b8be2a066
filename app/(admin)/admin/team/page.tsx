import { Plus } from "lucide-react";
import type { Metadata } from "next";
import { countOf } from "#components/ui/format.ts";
import { LinkButton } from "#components/ui/link-button.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Panel } from "#components/ui/panel.tsx";
import { InvitationTable } from "#components/user/invitation-table.tsx";
import { InviteForm } from "#components/user/invite-form.tsx";
import { TeamTable } from "#components/user/team-table.tsx";
import { WorkspaceTable } from "#components/workspace/workspace-table.tsx";
import { listAdministratorInvitations, listUsers } from "#core/user/read.ts";
import { listWorkspaces } from "#core/workspace/read.ts";
import { requireAdministrator } from "../../../_server/page.ts";
import * as actions from "./actions.ts";

export const metadata: Metadata = { title: "Team" };

export default async function Page() {
  const { ctx, user } = await requireAdministrator();
  const [users, invitations, workspaces] = await Promise.all([
    listUsers(ctx),
    listAdministratorInvitations(ctx),
    listWorkspaces(ctx),
  ]);
  return (
    <div className="page">
      <PageHeader
        title="Team"
        subtitle={`${countOf(users.length, "person", "people")}, ${countOf(workspaces.length, "workspace", "workspaces")}`}
      />
      <div className="stack">
        <Panel title="People" description="Everybody with an account, in any workspace." flush>
          <TeamTable
            users={users}
            selfId={user.id}
            disable={actions.disableUserAction}
            enable={actions.enableUserAction}
            changeAdministrator={actions.changeAdministratorAction}
          />
        </Panel>
        <Panel
          title="Workspaces"
          description="You see what is in them only where you are a member."
          actions={
            <LinkButton href="/admin/team/new-workspace" icon={<Plus />} size="small">
              New workspace
            </LinkButton>
          }
          flush
        >
          <WorkspaceTable workspaces={workspaces} />
        </Panel>
        <Panel
          title="Invite an administrator"
          description="Administrators look after sources, domains, people and workspaces. People of a workspace are invited in its settings."
          className="max-w-3xl"
        >
          <InviteForm action={actions.inviteAdministratorAction} />
        </Panel>
        {invitations.length > 0 ? (
          <Panel title="Open invitations" flush>
            <InvitationTable
              invitations={invitations}
              zone="UTC"
              revoke={actions.revokeAdministratorInvitationAction}
            />
          </Panel>
        ) : null}
      </div>
    </div>
  );
}
