import { and, eq, inArray, sql } from "drizzle-orm";
import { lists, subscriptions, workspaces } from "#db/schema/index.ts";
import { linkKeys } from "../mail/link-keys.ts";
import { confirmToken, confirmUrl } from "../mail/links.ts";
import type { Ctx } from "../platform/context.ts";
import { CATALOGUE, composeSystemMail } from "../system-mail/catalogue.ts";
import { enqueueSystemMail } from "../system-mail/enqueue.ts";

/** How long a confirm link works. */
export const CONFIRM_DAYS = 7;

/** Why somebody is asked: they signed up, an import says they might want to, or they have not answered. */
export type Asking = "sign-up" | "import" | "reminder";

/**
 * Mails a person the link that confirms their subscriptions to these lists, and counts that they were asked. A refusal
 * (dead address, complaint, no sender) is not told: a public page's answer must not depend on it.
 */
export async function sendConfirm(
  ctx: Ctx,
  to: {
    workspaceId: number;
    subscriberId: number;
    address: string;
    formId: number | null;
    listIds: number[];
    asking: Asking;
  },
): Promise<void> {
  const [workspace] = await ctx.db.select().from(workspaces).where(eq(workspaces.id, to.workspaceId));
  if (!workspace || to.listIds.length === 0) return;
  const named = await ctx.db
    .select({ name: lists.name })
    .from(lists)
    .where(and(eq(lists.workspaceId, to.workspaceId), inArray(lists.id, to.listIds)))
    .orderBy(lists.name);
  const link = confirmUrl(
    ctx.settings.appUrl,
    confirmToken(linkKeys(ctx.settings.secret), {
      workspace: to.workspaceId,
      subscriber: to.subscriberId,
      form: to.formId,
      lists: to.listIds,
      expiresAt: new Date(ctx.now().getTime() + CONFIRM_DAYS * 86_400_000),
    }),
  );
  const given = {
    workspace: workspace.name,
    lists: named.map((list) => list.name),
    link,
    days: CONFIRM_DAYS,
  };
  const letter =
    to.asking === "sign-up"
      ? CATALOGUE.confirm(given)
      : to.asking === "import"
        ? CATALOGUE.askToJoin(given)
        : CATALOGUE.remind(given);
  await enqueueSystemMail(ctx, {
    workspaceId: to.workspaceId,
    kind: "confirm",
    to: to.address,
    subscriberId: to.subscriberId,
    ...composeSystemMail(workspace, letter),
  });
  await ctx.db
    .update(subscriptions)
    .set({ asks: sql`least(${subscriptions.asks} + 1, 100)`, askedAt: ctx.now() })
    .where(
      and(
        eq(subscriptions.subscriberId, to.subscriberId),
        inArray(subscriptions.listId, to.listIds),
        eq(subscriptions.status, "pending"),
      ),
    );
}
