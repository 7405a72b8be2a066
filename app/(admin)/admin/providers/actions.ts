"use server";

import { adminAction } from "#app/_server/action.ts";
import { changeLimits } from "#core/limit/change.ts";
import { ChangeLimitsInput } from "#core/limit/input.ts";

export const changeLimitsAction = adminAction(ChangeLimitsInput, changeLimits);
