import { and, asc, eq } from "drizzle-orm";
import { parseOwnAddress } from "#core/mail/address.ts";
import { recordAudit } from "#core/platform/audit.ts";
import { type Ctx, type Result, refuse } from "#core/platform/context.ts";
import { withTransaction } from "#core/platform/db.ts";
import { users } from "#db/schema/index.ts";
import { endAllSessions } from "./end-session.ts";
import { hashPassword } from "./password.ts";
import { makeToken } from "./token.ts";

/**
 * For somebody at the machine who cannot log in: gives an administrator (the first one, or the one named) a new password
 * that is told once, enables the account and ends its sessions.
 */
export async function resetAdministrator(
  ctx: Ctx,
  input: { address?: string },
): Promise<Result<{ address: string; password: string }>> {
  const named = input.address === undefined ? null : parseOwnAddress(input.address);
  if (named && !named.ok) return refuse(`${input.address} is not an address.`);
  const password = makeToken().token.slice(0, 20);
  const passwordHash = await hashPassword(password);
  return withTransaction(ctx, async (ctx) => {
    const [user] = await ctx.db
      .select({ id: users.id, address: users.address })
      .from(users)
      .where(and(eq(users.isAdministrator, true), named ? eq(users.addressKey, named.addressKey) : undefined))
      .orderBy(asc(users.id))
      .limit(1);
    if (!user) {
      return refuse(
        named
          ? `${input.address} is not an administrator here.`
          : "There is no administrator yet: open the set-up page.",
      );
    }
    await ctx.db.update(users).set({ passwordHash, disabledAt: null }).where(eq(users.id, user.id));
    await endAllSessions(ctx, { userId: user.id });
    await recordAudit(ctx, { action: "user.reset-administrator", target: user.address });
    return { ok: true as const, address: user.address, password };
  });
}
