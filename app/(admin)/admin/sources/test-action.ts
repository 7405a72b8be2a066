"use server";

import { adminAction } from "#app/_server/action.ts";
import { RequestSourceTestInput, requestSourceTest } from "#core/source/test.ts";

export const testSourceAction = adminAction(RequestSourceTestInput, requestSourceTest);
