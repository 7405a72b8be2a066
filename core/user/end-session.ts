import { and, eq, isNull, sql } from "drizzle-orm";
import type { Ctx, Result } from "#core/platform/context.ts";
import { CoreError } from "#core/platform/context.ts";
import { sessions } from "#db/schema/index.ts";
import type { RevokeSessionInput } from "./input.ts";

/** Ends one of the actor's own sessions, this one or another; ending it twice changes nothing. */
export async function endSession(ctx: Ctx, input: RevokeSessionInput): Promise<Result> {
  if (ctx.actor.kind !== "user") throw new CoreError("forbidden", "Only people have sessions.");
  await ctx.db
    .update(sessions)
    .set({ revokedAt: sql`now()` })
    .where(
      and(
        eq(sessions.id, input.sessionId),
        eq(sessions.userId, ctx.actor.userId),
        isNull(sessions.revokedAt),
      ),
    );
  return { ok: true };
}

/** Ends all sessions of a person, at a new password or when the account is disabled; `except` stays. */
export async function endAllSessions(
  ctx: Pick<Ctx, "db">,
  input: { userId: number; except?: string },
): Promise<void> {
  await ctx.db
    .update(sessions)
    .set({ revokedAt: sql`now()` })
    .where(
      and(
        eq(sessions.userId, input.userId),
        isNull(sessions.revokedAt),
        input.except ? sql`${sessions.id} <> ${input.except}` : undefined,
      ),
    );
}
