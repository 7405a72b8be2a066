import type { Metadata } from "next";
import { Panel } from "#components/ui/panel.tsx";
import { InvitationTable } from "#components/user/invitation-table.tsx";
import { InviteForm } from "#components/user/invite-form.tsx";
import { MemberTable } from "#components/user/member-table.tsx";
import { listInvitations, listMembers } from "#core/user/read.ts";
import { requireWorkspace } from "../../../../_server/page.ts";
import {
  changeRoleAction,
  inviteMemberAction,
  removeMemberAction,
  revokeInvitationAction,
} from "../actions.ts";

export const metadata: Metadata = { title: "People" };

export default async function Page({ params }: PageProps<"/[workspace]/settings/people">) {
  const { ctx, workspace, user } = await requireWorkspace((await params).workspace);
  const { slug, timeZone } = workspace;
  const isOwner = workspace.role === "owner";
  const [members, invitations] = await Promise.all([listMembers(ctx), isOwner ? listInvitations(ctx) : []]);
  return (
    <div className="stack">
      <Panel title="People" description="Who may see and do what in this workspace." flush>
        <MemberTable
          members={members}
          zone={timeZone}
          selfId={user.id}
          actions={
            isOwner
              ? {
                  changeRole: changeRoleAction.bind(null, slug),
                  remove: removeMemberAction.bind(null, slug),
                }
              : null
          }
        />
      </Panel>
      {isOwner ? (
        <Panel title="Invite" className="max-w-3xl">
          <InviteForm action={inviteMemberAction.bind(null, slug)} withRole />
        </Panel>
      ) : null}
      {invitations.length > 0 ? (
        <Panel title="Open invitations" flush>
          <InvitationTable
            invitations={invitations}
            zone={timeZone}
            revoke={revokeInvitationAction.bind(null, slug)}
          />
        </Panel>
      ) : null}
    </div>
  );
}
