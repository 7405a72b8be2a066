"use server";

import { z } from "zod";
import { refuse } from "#core/platform/context.ts";
import { takeFromBudget } from "#core/platform/rate-limit.ts";
import { isFirstRunToken } from "#core/workspace/set-up.ts";
import { publicAction } from "../../_server/action.ts";

export const openSetUpAction = publicAction(
  z.object({ token: z.string().max(100) }),
  async (ctx, { token }) => {
    const { waitSeconds } = await takeFromBudget(ctx.db, "set-up-token", { limit: 20, seconds: 600 });
    if (waitSeconds > 0) return refuse(`Too many tries. Go on in ${waitSeconds} seconds.`);
    if (!isFirstRunToken(ctx.settings.secret, token)) {
      const reason = "This is not the token that the start printed.";
      return refuse(reason, { token: reason });
    }
    return { ok: true, redirectTo: `/setup?token=${encodeURIComponent(token.trim().toLowerCase())}` };
  },
);
