"use server";

import { workspaceAction } from "#app/_server/action.ts";
import { AddSuppressionsInput, LiftSuppressionInput } from "#core/suppression/input.ts";
import { addSuppressions, liftSuppression } from "#core/suppression/save.ts";

export const addSuppressionsAction = workspaceAction("marketer", AddSuppressionsInput, addSuppressions);
export const liftSuppressionAction = workspaceAction("marketer", LiftSuppressionInput, liftSuppression);
