import { and, eq, isNull, sql } from "drizzle-orm";
import { recordAudit } from "#core/platform/audit.ts";
import { type AdminCtx, CoreError, type Result, refuse } from "#core/platform/context.ts";
import { withTransaction } from "#core/platform/db.ts";
import { users } from "#db/schema/index.ts";
import { endAllSessions } from "./end-session.ts";
import type { ChangeAdministratorInput, UserInput } from "./input.ts";

const isSelf = (ctx: AdminCtx, userId: number) => ctx.actor.kind === "user" && ctx.actor.userId === userId;

/** Locks a person out at once: no log-in, all sessions ended. Their work and memberships stay. */
export async function disableUser(ctx: AdminCtx, input: UserInput): Promise<Result> {
  if (isSelf(ctx, input.userId)) return refuse("You cannot disable yourself.");
  return withTransaction(ctx, async (ctx) => {
    const [user] = await ctx.db
      .update(users)
      .set({ disabledAt: sql`coalesce(${users.disabledAt}, now())` })
      .where(eq(users.id, input.userId))
      .returning({ address: users.address });
    if (!user) throw new CoreError("not-found", "There is no such person.");
    await endAllSessions(ctx, { userId: input.userId });
    await recordAudit(ctx, { action: "user.disable", target: user.address });
    return { ok: true as const };
  });
}

export async function enableUser(ctx: AdminCtx, input: UserInput): Promise<Result> {
  return withTransaction(ctx, async (ctx) => {
    const [user] = await ctx.db
      .update(users)
      .set({ disabledAt: null })
      .where(eq(users.id, input.userId))
      .returning({ address: users.address });
    if (!user) throw new CoreError("not-found", "There is no such person.");
    await recordAudit(ctx, { action: "user.enable", target: user.address });
    return { ok: true as const };
  });
}

/** Makes somebody administrator, or no longer. Nobody can do it to themselves, so one always stays. */
export async function changeAdministrator(ctx: AdminCtx, input: ChangeAdministratorInput): Promise<Result> {
  if (isSelf(ctx, input.userId)) return refuse("Another administrator has to do this for you.");
  return withTransaction(ctx, async (ctx) => {
    const [user] = await ctx.db
      .update(users)
      .set({ isAdministrator: input.isAdministrator })
      .where(and(eq(users.id, input.userId), isNull(users.disabledAt)))
      .returning({ address: users.address });
    if (!user) return refuse("There is no such person, or the account is disabled.");
    await recordAudit(ctx, {
      action: input.isAdministrator ? "user.make-administrator" : "user.end-administrator",
      target: user.address,
    });
    return { ok: true as const };
  });
}
