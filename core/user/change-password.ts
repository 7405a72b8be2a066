import { eq } from "drizzle-orm";
import { recordAudit } from "#core/platform/audit.ts";
import { CoreError, type Ctx, type Result, refuse } from "#core/platform/context.ts";
import { withTransaction } from "#core/platform/db.ts";
import { users } from "#db/schema/index.ts";
import { checkPassword } from "./check-password.ts";
import { endAllSessions } from "./end-session.ts";
import type { ChangePasswordInput } from "./input.ts";
import { hashPassword } from "./password.ts";

/** Sets the actor's own password and logs out all other browsers. */
export async function changePassword(
  ctx: Ctx,
  input: ChangePasswordInput & { sessionId?: string },
): Promise<Result> {
  if (ctx.actor.kind !== "user") throw new CoreError("forbidden", "Only people have passwords.");
  const { userId } = ctx.actor;
  const [user] = await ctx.db.select({ address: users.address }).from(users).where(eq(users.id, userId));
  if (!user) throw new CoreError("not-found", "There is no such account.");
  const checked = await checkPassword(ctx, { address: user.address, password: input.password });
  if (!checked.ok) {
    const reason = checked.reason.startsWith("Too many") ? checked.reason : "This is not your password.";
    return refuse(reason, { password: reason });
  }
  const passwordHash = await hashPassword(input.newPassword);
  return withTransaction(ctx, async (ctx) => {
    await ctx.db.update(users).set({ passwordHash }).where(eq(users.id, userId));
    await endAllSessions(ctx, { userId, ...(input.sessionId && { except: input.sessionId }) });
    await recordAudit(ctx, { action: "user.change-password", target: user.address });
    return { ok: true as const };
  });
}
