"use server";

import { changeAdministrator, disableUser, enableUser } from "#core/user/disable.ts";
import {
  ChangeAdministratorInput,
  InvitationInput,
  InviteAdministratorInput,
  UserInput,
} from "#core/user/input.ts";
import { inviteAdministrator } from "#core/user/invite.ts";
import { revokeAdministratorInvitation } from "#core/user/revoke-invitation.ts";
import { createWorkspace } from "#core/workspace/create.ts";
import { CreateWorkspaceInput } from "#core/workspace/input.ts";
import { adminAction } from "../../../_server/action.ts";
import { linkForInviter } from "../../../_server/invitation-link.ts";

export const disableUserAction = adminAction(UserInput, disableUser);
export const enableUserAction = adminAction(UserInput, enableUser);
export const changeAdministratorAction = adminAction(ChangeAdministratorInput, changeAdministrator);
export const revokeAdministratorInvitationAction = adminAction(
  InvitationInput,
  revokeAdministratorInvitation,
);
export const inviteAdministratorAction = adminAction(InviteAdministratorInput, async (ctx, input) =>
  linkForInviter(ctx, await inviteAdministrator(ctx, input)),
);
export const createWorkspaceAction = adminAction(CreateWorkspaceInput, async (ctx, input) => {
  const result = await createWorkspace(ctx, input);
  return result.ok ? { ...result, redirectTo: `/${result.slug}` } : result;
});
