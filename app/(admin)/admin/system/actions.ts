"use server";

import { adminAction } from "#app/_server/action.ts";
import { SetSendingInput, setSending } from "#core/installation/sending.ts";
import { RetrySetAsideInput, retrySetAside } from "#core/installation/set-aside.ts";

export const retrySetAsideAction = adminAction(RetrySetAsideInput, retrySetAside);
export const setSendingAction = adminAction(SetSendingInput, setSending);
