import type { Ctx, Result } from "#core/platform/context.ts";
import { checkPassword } from "./check-password.ts";
import { forgetOld } from "./forget-old.ts";
import type { LogInInput } from "./input.ts";
import { startSession } from "./start-session.ts";

/** Starts a session for whoever knows address and password; see `checkPassword` for what a stranger can learn. */
export async function logIn(
  ctx: Ctx,
  input: LogInInput,
): Promise<Result<{ sessionId: string; userId: number }>> {
  const checked = await checkPassword(ctx, input);
  if (!checked.ok) return checked;
  await forgetOld(ctx);
  return { ok: true, ...(await startSession(ctx, { userId: checked.userId })) };
}
