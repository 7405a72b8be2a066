import { eq, sql } from "drizzle-orm";
import type { Ctx } from "#core/platform/context.ts";
import { sessions, users } from "#db/schema/index.ts";
import { SESSION_DAYS } from "./rules.ts";

/** Logs a person in whose right to it was checked by the caller. */
export async function startSession(
  ctx: Ctx,
  input: { userId: number },
): Promise<{ sessionId: string; userId: number }> {
  const { actor } = ctx;
  const [session] = await ctx.db
    .insert(sessions)
    .values({
      userId: input.userId,
      expiresAt: sql`now() + make_interval(days => ${SESSION_DAYS})`,
      ip: actor.kind === "system" ? null : actor.ip,
      userAgent: actor.kind === "subscriber" ? actor.userAgent : null,
    })
    .returning({ id: sessions.id });
  await ctx.db.update(users).set({ lastSeenAt: sql`now()` }).where(eq(users.id, input.userId));
  return { sessionId: (session as { id: string }).id, userId: input.userId };
}
