"use server";

import { addSender } from "#core/sender/add.ts";
import { AddSenderInput, SenderInput } from "#core/sender/input.ts";
import { makeDefaultSender } from "#core/sender/make-default.ts";
import { removeSender } from "#core/sender/remove.ts";
import { InvitationInput, InviteMemberInput } from "#core/user/input.ts";
import { inviteMember } from "#core/user/invite.ts";
import { revokeInvitation } from "#core/user/revoke-invitation.ts";
import { changeRole, removeMember } from "#core/workspace/change-member.ts";
import {
  ChangeRoleInput,
  RemoveMemberInput,
  SaveGeneralInput,
  SaveTrackingInput,
  SetLogoInput,
} from "#core/workspace/input.ts";
import { saveGeneral, saveTracking, setLogo } from "#core/workspace/save-general.ts";
import { workspaceAction } from "../../../_server/action.ts";
import { linkForInviter } from "../../../_server/invitation-link.ts";

export const saveGeneralAction = workspaceAction("owner", SaveGeneralInput, saveGeneral);
export const saveTrackingAction = workspaceAction("owner", SaveTrackingInput, saveTracking);
export const setLogoAction = workspaceAction("owner", SetLogoInput, setLogo);

export const addSenderAction = workspaceAction("owner", AddSenderInput, addSender);
export const makeDefaultSenderAction = workspaceAction("owner", SenderInput, makeDefaultSender);
export const removeSenderAction = workspaceAction("owner", SenderInput, removeSender);

export const changeRoleAction = workspaceAction("owner", ChangeRoleInput, changeRole);
export const removeMemberAction = workspaceAction("owner", RemoveMemberInput, removeMember);
export const revokeInvitationAction = workspaceAction("owner", InvitationInput, revokeInvitation);
export const inviteMemberAction = workspaceAction("owner", InviteMemberInput, async (ctx, input) =>
  linkForInviter(ctx, await inviteMember(ctx, input)),
);
