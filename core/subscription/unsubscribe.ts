import { and, eq, inArray } from "drizzle-orm";
import { z } from "zod";
import { subscriptions, suppressions } from "#db/schema/index.ts";
import { type Ctx, type Result, refuse } from "../platform/context.ts";
import { withTransaction } from "../platform/db.ts";
import { notifyLive } from "../platform/notify.ts";
import { type ConsentFacts, joinLists, leaveLists, liftOwnSuppression } from "./change.ts";
import { type Managed, readManaged } from "./read-token.ts";

export const BROKEN_LINK =
  "This link is not complete. Open the newest mail that you got and use the link there.";

export const UnsubscribeInput = z.object({
  token: z.string().max(2000),
  /** link: the button on the page; one-click: RFC 8058; mailto: a mail to the unsubscribe address. */
  by: z.enum(["link", "one-click", "mailto"]),
});
export type UnsubscribeInput = z.infer<typeof UnsubscribeInput>;

const SOURCES = {
  link: "Unsubscribe page",
  "one-click": "One-click unsubscribe",
  mailto: "Unsubscribe mail",
} as const;

const factsOf = (managed: Managed, subscriberId: number, source: string): ConsentFacts => ({
  workspaceId: managed.workspace.id,
  subscriberId,
  source,
  campaignId: managed.token.campaign,
  seq: managed.token.seq,
});

/** Takes a person off the lists that the link stands for. Idempotent; a test mail's link succeeds and changes nothing. */
export async function unsubscribe(ctx: Ctx, input: UnsubscribeInput): Promise<Result<{ left: number[] }>> {
  const managed = await readManaged(ctx, input.token);
  if (!managed) return refuse(BROKEN_LINK);
  const { person } = managed;
  if (!person) return { ok: true, left: [] };
  const left = await leaveLists(
    ctx,
    factsOf(managed, person.id, SOURCES[input.by]),
    managed.token.lists.length === 0 ? "all" : managed.token.lists,
  );
  if (left.length > 0) await notifyLive(ctx.db, `campaign:${managed.token.campaign}`);
  // Somebody was taken off by hand and now says so too: an undo of the former must not bring them back.
  else await sayAgain(ctx, managed, person.id);
  return { ok: true, left };
}

async function sayAgain(ctx: Ctx, managed: Managed, subscriberId: number): Promise<void> {
  const gone = managed.linkLists.filter((list) => list.status === "unsubscribed").map((list) => list.id);
  if (gone.length === 0) return;
  await ctx.db
    .update(subscriptions)
    .set({ unsubscribedAt: ctx.now() })
    .where(and(eq(subscriptions.subscriberId, subscriberId), inArray(subscriptions.listId, gone)));
}

/** Takes back what the unsubscribe button of this link did. */
export async function undoUnsubscribe(
  ctx: Ctx,
  input: { token: string },
): Promise<Result<{ joined: number[] }>> {
  const managed = await readManaged(ctx, input.token);
  if (!managed) return refuse(BROKEN_LINK);
  const { person } = managed;
  if (!person) return { ok: true, joined: [] };
  const gone = managed.linkLists
    .filter((list) => list.status === "unsubscribed" && list.wasOn)
    .map((list) => list.id);
  return withTransaction(ctx, async (tx) => {
    await liftOwnSuppression(tx, managed.workspace.id, person.addressKey);
    const joined = await joinLists(
      tx,
      factsOf(managed, person.id, "Undo on the unsubscribe page"),
      gone,
      "resubscribed",
    );
    return { ok: true as const, joined };
  });
}

export const PreferencesInput = z.object({
  token: z.string().max(2000),
  listIds: z.array(z.coerce.number().int()).max(500),
});
export type PreferencesInput = z.infer<typeof PreferencesInput>;

/** Saves which of the lists on the page a person wants. Lists that the page did not show stay as they are. */
export async function savePreferences(ctx: Ctx, input: PreferencesInput): Promise<Result> {
  const managed = await readManaged(ctx, input.token);
  if (!managed) return refuse(BROKEN_LINK);
  const { person } = managed;
  if (!person) return { ok: true };
  const shown = listsOnPage(managed);
  const wanted = shown.filter((list) => input.listIds.includes(list.id));
  const unwanted = shown.filter((list) => !input.listIds.includes(list.id) && list.status);
  const facts = factsOf(managed, person.id, "Preference page");
  return withTransaction(ctx, async (tx) => {
    const joining = wanted.filter((list) => list.status !== "confirmed").map((list) => list.id);
    if (joining.length > 0) await liftOwnSuppression(tx, managed.workspace.id, person.addressKey);
    await joinLists(tx, facts, joining, "resubscribed");
    await leaveLists(
      tx,
      facts,
      unwanted.map((list) => list.id),
    );
    return { ok: true as const };
  });
}

/** The lists of the preference page: public ones, and those that the person is on anyway. */
export const listsOnPage = (managed: Managed) =>
  managed.lists.filter((list) => list.isPublic || list.status === "confirmed");

/** No more mail from this workspace: off every list, and the address suppressed here. */
export async function stopAll(ctx: Ctx, input: { token: string }): Promise<Result> {
  const managed = await readManaged(ctx, input.token);
  if (!managed) return refuse(BROKEN_LINK);
  const { person } = managed;
  if (!person) return { ok: true };
  return withTransaction(ctx, async (tx) => {
    await leaveLists(tx, factsOf(managed, person.id, "Stop all mail"), "all");
    await tx.db
      .insert(suppressions)
      .values({
        workspaceId: managed.workspace.id,
        address: person.address,
        addressKey: person.addressKey,
        reason: "unsubscribed",
        evidence: { source: "link", note: "Asked on the preference page to get no mail at all." },
        campaignId: managed.token.campaign,
        seq: managed.token.seq,
      })
      .onConflictDoNothing();
    return { ok: true as const };
  });
}
