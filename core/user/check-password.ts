import { eq, sql } from "drizzle-orm";
import { parseAddress } from "#core/mail/address.ts";
import type { Ctx, Refusal } from "#core/platform/context.ts";
import { refuse } from "#core/platform/context.ts";
import { clientNetwork, takeFromBudget } from "#core/platform/rate-limit.ts";
import { rateLimits, users } from "#db/schema/index.ts";
import { verifyPassword } from "./password.ts";
import { LOG_IN_PER_ADDRESS, LOG_IN_PER_IP } from "./rules.ts";

/** The same words and the same time for a wrong address, a wrong password and a disabled account. */
export const WRONG = "This address and password do not belong together.";

/** The one place that compares a password: limited per address and per client, telling nothing about which half was wrong. */
export async function checkPassword(
  ctx: Ctx,
  input: { address: string; password: string },
): Promise<{ ok: true; userId: number } | Refusal> {
  const parsed = parseAddress(input.address);
  const addressKey = parsed.ok ? parsed.addressKey : input.address.toLowerCase().slice(0, 300);
  const ip = ctx.actor.kind === "system" ? null : ctx.actor.ip;
  const perAddress = `log-in:address:${addressKey}`;
  const waits = [await takeFromBudget(ctx.db, perAddress, LOG_IN_PER_ADDRESS)];
  if (ip) waits.push(await takeFromBudget(ctx.db, `log-in:ip:${clientNetwork(ip)}`, LOG_IN_PER_IP));
  const waitSeconds = Math.max(...waits.map((wait) => wait.waitSeconds));
  if (waitSeconds > 0) return refuse(`Too many tries. The next one is possible in ${inWords(waitSeconds)}.`);

  const [user] = parsed.ok
    ? await ctx.db
        .select({ id: users.id, hash: users.passwordHash, disabledAt: users.disabledAt })
        .from(users)
        .where(eq(users.addressKey, addressKey))
    : [];
  const isRight = await verifyPassword(user?.hash ?? null, input.password);
  if (!isRight || !user || user.disabledAt) return refuse(WRONG);
  // Somebody who knows the password is not guessing it.
  await ctx.db.delete(rateLimits).where(sql`${rateLimits.key} = ${perAddress}`);
  return { ok: true, userId: user.id };
}

function inWords(seconds: number): string {
  const minutes = Math.ceil(seconds / 60);
  if (seconds < 60) return `${seconds} ${seconds === 1 ? "second" : "seconds"}`;
  return `${minutes} ${minutes === 1 ? "minute" : "minutes"}`;
}
