"use server";

import { adminAction } from "#app/_server/action.ts";
import { AddSuppressionsInput, LiftSuppressionInput } from "#core/suppression/input.ts";
import { addSuppressionsForAll, liftAnySuppression } from "#core/suppression/save.ts";

export const addForAllAction = adminAction(AddSuppressionsInput, addSuppressionsForAll);
export const liftAnyAction = adminAction(LiftSuppressionInput, liftAnySuppression);
