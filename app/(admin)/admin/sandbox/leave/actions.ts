"use server";

import { z } from "zod";
import { adminAction } from "#app/_server/action.ts";
import { requestNetworkCheck } from "#core/installation/check-network.ts";
import { readLeaveChecklist } from "#core/installation/read-leave.ts";
import { SwitchNetworkInput, switchNetwork } from "#core/installation/sending.ts";
import { env } from "#core/platform/env.ts";
import { readNetwork } from "#core/platform/network.ts";

/** Questions to DNS and port 25 are for a worker; the page hears when it has the answers. */
export const askNetworkAction = adminAction(z.object({}), (ctx) => requestNetworkCheck(ctx));

/** The checklist is made again here: what the page showed may be old. */
export const switchNetworkAction = adminAction(SwitchNetworkInput, async (ctx, input) => {
  const [{ checks }, { locked }] = await Promise.all([
    readLeaveChecklist(ctx, env()),
    readNetwork(ctx.db, env()),
  ]);
  return switchNetwork(ctx, input, {
    locked,
    problems: checks.filter((check) => check.isOpen).map((check) => check.sentence),
  });
});
