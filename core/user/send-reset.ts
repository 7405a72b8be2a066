import { and, eq, isNull, sql } from "drizzle-orm";
import type { Ctx, Result } from "#core/platform/context.ts";
import { refuse } from "#core/platform/context.ts";
import { withTransaction } from "#core/platform/db.ts";
import { clientNetwork, takeFromBudget } from "#core/platform/rate-limit.ts";
import { CATALOGUE, composeSystemMail } from "#core/system-mail/catalogue.ts";
import { enqueueSystemMail } from "#core/system-mail/enqueue.ts";
import { memberships, passwordResets, users, workspaces } from "#db/schema/index.ts";
import type { RequestResetInput } from "./input.ts";
import { RESET_HOURS, RESETS_PER_ADDRESS, RESETS_PER_IP } from "./rules.ts";
import { makeToken } from "./token.ts";

/** First half of "I forgot my password": limits only, so that the answer is the same for every address, and as quick. */
export async function askForReset(ctx: Ctx, input: RequestResetInput): Promise<Result> {
  const ip = ctx.actor.kind === "system" ? null : ctx.actor.ip;
  const waits = [
    await takeFromBudget(ctx.db, `reset:address:${input.address.addressKey}`, RESETS_PER_ADDRESS),
  ];
  if (ip) waits.push(await takeFromBudget(ctx.db, `reset:ip:${clientNetwork(ip)}`, RESETS_PER_IP));
  const waitSeconds = Math.max(...waits.map((wait) => wait.waitSeconds));
  if (waitSeconds > 0) {
    return refuse(
      `Several mails were asked for already. Ask again in ${Math.ceil(waitSeconds / 60)} minutes.`,
    );
  }
  return { ok: true };
}

/** Second half, run after the answer was given: mails a link where there is such an account. */
export async function sendReset(ctx: Ctx, input: RequestResetInput): Promise<void> {
  const [user] = await ctx.db
    .select({ id: users.id, name: users.name, address: users.address })
    .from(users)
    .where(and(eq(users.addressKey, input.address.addressKey), isNull(users.disabledAt)));
  if (!user) return;
  const workspace = await workspaceForMailTo(ctx, user.id);
  if (!workspace) return;
  const { token, tokenHash } = makeToken();
  await withTransaction(ctx, async (ctx) => {
    await ctx.db.insert(passwordResets).values({
      userId: user.id,
      tokenHash,
      expiresAt: sql`now() + make_interval(hours => ${RESET_HOURS})`,
    });
    const link = `${ctx.settings.appUrl}/reset/${token}`;
    await enqueueSystemMail(ctx, {
      workspaceId: workspace.id,
      kind: "reset",
      to: user.address,
      ...composeSystemMail(workspace, CATALOGUE.reset({ name: user.name, link, hours: RESET_HOURS })),
    });
  });
}

/** The workspace whose sender carries a mail to a person: one of theirs, else the installation's first. */
export async function workspaceForMailTo(
  ctx: Pick<Ctx, "db">,
  userId: number,
): Promise<{ id: number; name: string; brandColor: string } | null> {
  const [workspace] = await ctx.db
    .select({ id: workspaces.id, name: workspaces.name, brandColor: workspaces.brandColor })
    .from(workspaces)
    .leftJoin(memberships, and(eq(memberships.workspaceId, workspaces.id), eq(memberships.userId, userId)))
    .orderBy(sql`${memberships.userId} is null`, workspaces.id)
    .limit(1);
  return workspace ?? null;
}
