"use server";

import { changeName } from "#core/user/change-name.ts";
import { changePassword } from "#core/user/change-password.ts";
import { endSession } from "#core/user/end-session.ts";
import { ChangeNameInput, ChangePasswordInput, RevokeSessionInput } from "#core/user/input.ts";
import { userAction } from "../../_server/action.ts";
import { currentSession } from "../../_server/session.ts";

export const changeNameAction = userAction(ChangeNameInput, changeName);
export const endSessionAction = userAction(RevokeSessionInput, endSession);

export const changePasswordAction = userAction(ChangePasswordInput, async (ctx, input) => {
  const session = await currentSession();
  return changePassword(ctx, { ...input, ...(session && { sessionId: session.sessionId }) });
});
