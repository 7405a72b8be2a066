import { and, eq, inArray, isNull, ne, sql } from "drizzle-orm";
import { consentEvents, lists, subscriptions, suppressions } from "#db/schema/index.ts";
import type { ConsentKind } from "../list/types.ts";
import type { Ctx } from "../platform/context.ts";
import { withTransaction } from "../platform/db.ts";

/** Who changes, and where it was said; written with each consent event as proof. */
export type ConsentFacts = {
  workspaceId: number;
  subscriberId: number;
  /** In words: "Link in a mail", "One-click unsubscribe", "Preference page", "Form Footer". */
  source: string;
  campaignId?: number | null;
  seq?: number | null;
  formId?: number | null;
  wording?: string | null;
};

/**
 * Unsubscribes from these lists, or from all that the person is on. A list that the person never joined is noted as left
 * too: who came by a segment and says no to the campaign's lists must not come by it again.
 * Returns the lists that changed; twice changes nothing.
 */
export function leaveLists(
  ctx: Ctx,
  facts: ConsentFacts,
  listIds: readonly number[] | "all",
): Promise<number[]> {
  return withTransaction(ctx, async (tx) => {
    const gone = { status: "unsubscribed" as const, unsubscribedAt: ctx.now() };
    const isStanding = ne(subscriptions.status, "unsubscribed");
    const { subscriberId, workspaceId } = facts;
    const named = listIds === "all" ? [] : await openLists(tx, workspaceId, listIds);
    if (listIds !== "all" && named.length === 0) return [];
    const changed =
      listIds === "all"
        ? await tx.db
            .update(subscriptions)
            .set(gone)
            .where(
              and(
                eq(subscriptions.subscriberId, subscriberId),
                eq(subscriptions.workspaceId, workspaceId),
                isStanding,
              ),
            )
            .returning({ listId: subscriptions.listId })
        : await tx.db
            .insert(subscriptions)
            .values(named.map((listId) => ({ subscriberId, listId, workspaceId, ...gone })))
            .onConflictDoUpdate({
              target: [subscriptions.subscriberId, subscriptions.listId],
              set: gone,
              setWhere: isStanding,
            })
            .returning({ listId: subscriptions.listId });
    const ids = changed.map((row) => row.listId);
    await writeConsent(tx, facts, ids, "unsubscribed");
    return ids;
  });
}

/** Confirms the subscriptions to these lists of the workspace. Returns the lists that changed; twice changes nothing. */
export function joinLists(
  ctx: Ctx,
  facts: ConsentFacts,
  listIds: readonly number[],
  kind: "confirmed" | "resubscribed" | "added",
): Promise<number[]> {
  return withTransaction(ctx, async (tx) => {
    const open = await openLists(tx, facts.workspaceId, listIds);
    if (open.length === 0) return [];
    const changed = await tx.db
      .insert(subscriptions)
      .values(
        open.map((listId) => ({
          subscriberId: facts.subscriberId,
          listId,
          workspaceId: facts.workspaceId,
          status: "confirmed" as const,
          confirmedAt: ctx.now(),
        })),
      )
      .onConflictDoUpdate({
        target: [subscriptions.subscriberId, subscriptions.listId],
        set: { status: "confirmed", confirmedAt: ctx.now(), unsubscribedAt: null },
        setWhere: ne(subscriptions.status, "confirmed"),
      })
      .returning({ listId: subscriptions.listId });
    const ids = changed.map((row) => row.listId);
    await writeConsent(tx, facts, ids, kind);
    return ids;
  });
}

/** Lifts "unsubscribed from everything" of this workspace: the person has just asked to get mail again. */
export async function liftOwnSuppression(ctx: Ctx, workspaceId: number, addressKey: string): Promise<void> {
  await ctx.db
    .update(suppressions)
    .set({ liftedAt: ctx.now(), liftReason: "The person subscribed again." })
    .where(
      and(
        eq(suppressions.workspaceId, workspaceId),
        eq(suppressions.addressKey, addressKey),
        eq(suppressions.reason, "unsubscribed"),
        isNull(suppressions.liftedAt),
      ),
    );
}

/** Those of the given lists that belong to the workspace and are not archived. */
export async function openLists(
  ctx: Ctx,
  workspaceId: number,
  listIds: readonly number[],
): Promise<number[]> {
  if (listIds.length === 0) return [];
  const rows = await ctx.db
    .select({ id: lists.id })
    .from(lists)
    .where(and(eq(lists.workspaceId, workspaceId), inArray(lists.id, [...listIds]), isNull(lists.archivedAt)))
    .orderBy(lists.id);
  return rows.map((row) => row.id);
}

/** Appends one consent event a list. */
export async function writeConsent(
  ctx: Ctx,
  facts: ConsentFacts,
  listIds: readonly number[],
  kind: ConsentKind,
): Promise<void> {
  if (listIds.length === 0) return;
  const { actor } = ctx;
  await ctx.db.insert(consentEvents).values(
    listIds.map((listId) => ({
      workspaceId: facts.workspaceId,
      subscriberId: facts.subscriberId,
      listId,
      at: sql`clock_timestamp()`,
      kind,
      ip: actor.kind === "system" ? null : actor.ip,
      userAgent: actor.kind === "subscriber" ? actor.userAgent : null,
      userId: actor.kind === "user" ? actor.userId : null,
      formId: facts.formId ?? null,
      wording: facts.wording ?? null,
      source: facts.source,
      campaignId: facts.campaignId ?? null,
      seq: facts.seq ?? null,
    })),
  );
}
