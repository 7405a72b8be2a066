import { and, eq, gt, isNull, sql } from "drizzle-orm";
import { recordAudit } from "#core/platform/audit.ts";
import type { Ctx, Result } from "#core/platform/context.ts";
import { refuse } from "#core/platform/context.ts";
import { withTransaction } from "#core/platform/db.ts";
import { passwordResets, users } from "#db/schema/index.ts";
import { endAllSessions } from "./end-session.ts";
import type { ResetPasswordInput } from "./input.ts";
import { hashPassword } from "./password.ts";
import { startSession } from "./start-session.ts";
import { hashToken } from "./token.ts";

const isOpen = (token: string) =>
  and(
    eq(passwordResets.tokenHash, hashToken(token)),
    isNull(passwordResets.usedAt),
    gt(passwordResets.expiresAt, sql`now()`),
  );

/** Whom an unused link belongs to; null where it was used, is too old or never was. */
export async function readReset(
  ctx: Pick<Ctx, "db">,
  input: { token: string },
): Promise<{ address: string } | null> {
  const [found] = await ctx.db
    .select({ address: users.address })
    .from(passwordResets)
    .innerJoin(users, eq(users.id, passwordResets.userId))
    .where(and(isOpen(input.token), isNull(users.disabledAt)));
  return found ?? null;
}

/** Sets the password once, closes every other link and session of the person, and logs this browser in. */
export async function resetPassword(
  ctx: Ctx,
  input: ResetPasswordInput,
): Promise<Result<{ sessionId: string; userId: number }>> {
  if (!(await readReset(ctx, input))) return refuse("This link was used or is too old. Ask for a new one.");
  const passwordHash = await hashPassword(input.password);
  return withTransaction(ctx, async (ctx) => {
    const [used] = await ctx.db
      .update(passwordResets)
      .set({ usedAt: sql`now()` })
      .where(isOpen(input.token))
      .returning({ userId: passwordResets.userId });
    if (!used) return refuse("This link was used or is too old. Ask for a new one.");
    const [user] = await ctx.db
      .update(users)
      .set({ passwordHash })
      .where(and(eq(users.id, used.userId), isNull(users.disabledAt)))
      .returning({ address: users.address });
    if (!user) return refuse("This account is disabled.");
    await ctx.db
      .update(passwordResets)
      .set({ usedAt: sql`now()` })
      .where(and(eq(passwordResets.userId, used.userId), isNull(passwordResets.usedAt)));
    await endAllSessions(ctx, { userId: used.userId });
    await recordAudit(ctx, { action: "user.reset-password", target: user.address });
    return { ok: true as const, ...(await startSession(ctx, { userId: used.userId })) };
  });
}
