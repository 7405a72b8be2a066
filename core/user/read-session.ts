import { and, eq, gt, isNull, lt, sql } from "drizzle-orm";
import type { Ctx } from "#core/platform/context.ts";
import { sessions, users } from "#db/schema/index.ts";

export type SessionUser = {
  id: number;
  sessionId: string;
  name: string;
  address: string;
  isAdministrator: boolean;
};

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The person behind a session; null where it was revoked, is too old, or the account is disabled. Notes the visit every 5 minutes. */
export async function readSession(
  ctx: Pick<Ctx, "db">,
  input: { sessionId: string; ip?: string | null; userAgent?: string | null },
): Promise<SessionUser | null> {
  if (!UUID.test(input.sessionId)) return null;
  const [found] = await ctx.db
    .select({
      id: users.id,
      sessionId: sessions.id,
      name: users.name,
      address: users.address,
      isAdministrator: users.isAdministrator,
      isStale: sql<boolean>`${sessions.lastSeenAt} < now() - interval '5 minutes'`,
    })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(
      and(
        eq(sessions.id, input.sessionId),
        isNull(sessions.revokedAt),
        gt(sessions.expiresAt, sql`now()`),
        isNull(users.disabledAt),
      ),
    );
  if (!found) return null;
  const { isStale, ...user } = found;
  if (isStale) {
    await ctx.db
      .update(sessions)
      .set({ lastSeenAt: sql`now()`, ip: input.ip ?? null, userAgent: input.userAgent ?? null })
      .where(
        and(eq(sessions.id, user.sessionId), lt(sessions.lastSeenAt, sql`now() - interval '5 minutes'`)),
      );
    await ctx.db.update(users).set({ lastSeenAt: sql`now()` }).where(eq(users.id, user.id));
  }
  return user;
}
