import { lt, sql } from "drizzle-orm";
import type { Ctx } from "#core/platform/context.ts";
import { passwordResets, rateLimits, sessions } from "#db/schema/index.ts";

/**
 * Deletes what no longer decides anything: full budgets, links and sessions long over. Run at each log-in, so that
 * strangers who try many addresses cannot fill a table for good.
 */
export async function forgetOld(ctx: Pick<Ctx, "db">): Promise<void> {
  await ctx.db.delete(rateLimits).where(lt(rateLimits.tat, sql`now() - interval '1 day'`));
  await ctx.db.delete(passwordResets).where(lt(passwordResets.expiresAt, sql`now() - interval '30 days'`));
  await ctx.db.delete(sessions).where(lt(sessions.expiresAt, sql`now() - interval '30 days'`));
}
