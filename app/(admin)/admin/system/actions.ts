"use server";

import { adminAction } from "#app/_server/action.ts";
import { SetSendingInput, setSending } from "#core/installation/sending.ts";

export const setSendingAction = adminAction(SetSendingInput, setSending);
