"use server";

import { adminAction } from "#app/_server/action.ts";
import {
  HoldForInput,
  holdLane,
  holdLaneFor,
  LaneIdInput,
  releaseLane,
  restoreFullPace,
} from "#core/lane/hold.ts";

export const holdLaneAction = adminAction(LaneIdInput, holdLane);
export const holdLaneForAction = adminAction(HoldForInput, holdLaneFor);
export const releaseLaneAction = adminAction(LaneIdInput, releaseLane);
export const restoreFullPaceAction = adminAction(LaneIdInput, restoreFullPace);
