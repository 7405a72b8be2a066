import { and, eq, inArray, isNull } from "drizzle-orm";
import { forms, lists, subscribers, subscriptions } from "#db/schema/index.ts";
import { linkKeys } from "../mail/link-keys.ts";
import { type ConfirmPayload, readConfirmToken } from "../mail/links.ts";
import { type Ctx, type Result, refuse } from "../platform/context.ts";
import { withTransaction } from "../platform/db.ts";
import { notifyLive } from "../platform/notify.ts";
import { forgetErasure } from "../subscriber/erasure.ts";
import { joinLists, liftOwnSuppression } from "./change.ts";
import { findPublicWorkspace, type PublicWorkspace } from "./read-token.ts";

export type Confirmation = {
  payload: ConfirmPayload & { expired: boolean };
  workspace: PublicWorkspace;
  person: { id: number; address: string; addressKey: string };
  lists: { id: number; name: string; confirmedAt: Date | null }[];
  form: { id: number; name: string; publicId: string; wording: string } | null;
};

/** What a confirm link is about. Reading changes nothing: scanners follow links. */
export async function readConfirmation(ctx: Ctx, token: string): Promise<Confirmation | null> {
  const payload = readConfirmToken(linkKeys(ctx.settings.secret), token, ctx.now());
  if (!payload) return null;
  const workspace = await findPublicWorkspace(ctx, payload.workspace);
  const [person] = await ctx.db
    .select({ id: subscribers.id, address: subscribers.address, addressKey: subscribers.addressKey })
    .from(subscribers)
    .where(
      and(
        eq(subscribers.id, payload.subscriber),
        eq(subscribers.workspaceId, payload.workspace),
        isNull(subscribers.erasedAt),
      ),
    );
  if (!workspace || !person) return null;
  const named = await ctx.db
    .select({
      id: lists.id,
      name: lists.name,
      status: subscriptions.status,
      confirmedAt: subscriptions.confirmedAt,
    })
    .from(lists)
    .leftJoin(
      subscriptions,
      and(eq(subscriptions.listId, lists.id), eq(subscriptions.subscriberId, person.id)),
    )
    .where(and(inArray(lists.id, [...payload.lists]), eq(lists.workspaceId, workspace.id)));
  const [form] = payload.form
    ? await ctx.db
        .select({ id: forms.id, name: forms.name, publicId: forms.publicId, wording: forms.wording })
        .from(forms)
        .where(and(eq(forms.id, payload.form), eq(forms.workspaceId, workspace.id)))
    : [];
  return {
    payload,
    workspace,
    person,
    lists: named.map(({ id, name, status, confirmedAt }) => ({
      id,
      name,
      confirmedAt: status === "confirmed" ? confirmedAt : null,
    })),
    form: form ?? null,
  };
}

/** Confirms a sign-up (the button's POST). Twice changes nothing; a late link is refused, the page offers the form again. */
export async function confirmSubscription(
  ctx: Ctx,
  input: { token: string },
): Promise<Result<{ joined: number[] }>> {
  const confirmation = await readConfirmation(ctx, input.token);
  if (!confirmation)
    return refuse("This link is not complete. Open the mail again and use the button there.");
  if (confirmation.payload.expired)
    return refuse("This link has expired. Sign up again and you get a new one.");
  const { workspace, person, form } = confirmation;
  return withTransaction(ctx, async (tx) => {
    await liftOwnSuppression(tx, workspace.id, person.addressKey);
    await forgetErasure(tx, workspace.id, person.addressKey);
    const joined = await joinLists(
      tx,
      {
        workspaceId: workspace.id,
        subscriberId: person.id,
        source: form ? `Form ${form.name}, confirmed by mail` : "Confirmed by mail",
        formId: form?.id ?? null,
        wording: form?.wording ?? null,
      },
      confirmation.payload.lists,
      "confirmed",
    );
    if (joined.length > 0) await notifyLive(tx.db, `workspace:${workspace.id}`);
    return { ok: true as const, joined };
  });
}
