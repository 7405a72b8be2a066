"use server";

import { after } from "next/server";
import { z } from "zod";
import { env } from "#core/platform/env.ts";
import { log } from "#core/platform/log.ts";
import { effectiveNetwork } from "#core/platform/network.ts";
import { acceptInvitation } from "#core/user/accept-invitation.ts";
import { endSession } from "#core/user/end-session.ts";
import {
  AcceptInvitationInput,
  LogInInput,
  RequestResetInput,
  ResetPasswordInput,
} from "#core/user/input.ts";
import { logIn } from "#core/user/log-in.ts";
import { resetPassword } from "#core/user/reset-password.ts";
import { askForReset, sendReset } from "#core/user/send-reset.ts";
import { SetUpInput } from "#core/workspace/input.ts";
import { readNetwork } from "#core/workspace/read-network.ts";
import { setUp } from "#core/workspace/set-up.ts";
import { publicAction, userAction } from "../_server/action.ts";
import { safePath } from "../_server/request.ts";
import { currentSession, dropSession, keepSession } from "../_server/session.ts";

export const logInAction = publicAction(
  LogInInput.extend({ next: z.string().optional() }),
  async (ctx, input) => {
    const result = await logIn(ctx, input);
    if (!result.ok) return result;
    await keepSession(result);
    return { ok: true, redirectTo: safePath(input.next) };
  },
);

export const logOutAction = userAction(z.unknown(), async (ctx) => {
  const session = await currentSession();
  if (session) await endSession(ctx, { sessionId: session.sessionId });
  await dropSession();
  return { ok: true, redirectTo: "/login" };
});

export const setUpAction = publicAction(SetUpInput, async (ctx, input) => {
  const { network } = effectiveNetwork(env(), { network: await readNetwork(ctx) });
  const sandboxBlock = network === "sandbox" ? env().sandboxBlock : null;
  const result = await setUp(ctx, input, { sandboxBlock });
  if (!result.ok) return result;
  await keepSession(result);
  return { ok: true, redirectTo: `/${result.slug}` };
});

/** Answers before it looks for the account, so that the time tells nothing either. */
export const requestResetAction = publicAction(RequestResetInput, async (ctx, input) => {
  const result = await askForReset(ctx, input);
  if (!result.ok) return result;
  after(() =>
    sendReset(ctx, input).catch((error) => log("web").error({ err: error }, "a reset was not mailed")),
  );
  return { ok: true, redirectTo: "/reset?sent=1" };
});

export const resetPasswordAction = publicAction(ResetPasswordInput, async (ctx, input) => {
  const result = await resetPassword(ctx, input);
  if (!result.ok) return result;
  await keepSession(result);
  return { ok: true, redirectTo: "/" };
});

export const acceptInvitationAction = publicAction(AcceptInvitationInput, async (ctx, input) => {
  const result = await acceptInvitation(ctx, input);
  if (!result.ok) return result;
  await keepSession(result);
  return { ok: true, redirectTo: result.slug ? `/${result.slug}` : "/" };
});
