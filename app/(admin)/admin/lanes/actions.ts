"use server";

import { adminAction } from "#app/_server/action.ts";
import { holdLane, LaneIdInput, releaseLane } from "#core/lane/hold.ts";

export const holdLaneAction = adminAction(LaneIdInput, holdLane);
export const releaseLaneAction = adminAction(LaneIdInput, releaseLane);
