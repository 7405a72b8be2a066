import { and, eq, isNull } from "drizzle-orm";
import { attributes, subscribers, suppressions } from "#db/schema/index.ts";
import { noteDomains } from "../domain/note.ts";
import { convertCell } from "../import/rules.ts";
import { ADDRESS_FAULTS, parseAddress } from "../mail/address.ts";
import { recordAudit } from "../platform/audit.ts";
import { type Result, refuse, requireRole, type WorkspaceCtx } from "../platform/context.ts";
import { withTransaction } from "../platform/db.ts";
import { joinLists, leaveLists } from "../subscription/change.ts";
import { wasErased } from "./erasure.ts";
import type { AddSubscriberInput, ChangeSubscriptionInput, UpdateSubscriberInput } from "./input.ts";
import { getSubscriber } from "./read.ts";
import type { Attributes } from "./types.ts";

/** Adds one person by hand. Somebody who is suppressed or left a list is not brought back by it. */
export function addSubscriber(
  ctx: WorkspaceCtx,
  input: AddSubscriberInput,
): Promise<Result<{ subscriberId: number; redirectTo?: string }>> {
  requireRole(ctx, "marketer");
  const parsed = parseAddress(input.address);
  if (!parsed.ok)
    return Promise.resolve(refuse(ADDRESS_FAULTS[parsed.reason], { address: ADDRESS_FAULTS[parsed.reason] }));
  if (input.listIds.length > 0 && input.consent === "") {
    const reason = "Say how this person agreed; it is kept as proof.";
    return Promise.resolve(refuse(reason, { consent: reason }));
  }
  return withTransaction(ctx, async (tx) => {
    if (await wasErased(tx, ctx.workspaceId, parsed.addressKey)) {
      const reason = "This person was erased on request. Only their own sign-up brings them back.";
      return refuse(reason, { address: reason });
    }
    const given: Attributes = {};
    if (input.firstName) given.first_name = input.firstName;
    if (input.lastName) given.last_name = input.lastName;
    const [row] = await tx.db
      .insert(subscribers)
      .values({
        workspaceId: ctx.workspaceId,
        address: parsed.address,
        addressKey: parsed.addressKey,
        domain: parsed.domain,
        attributes: given,
        origin: "Added by hand",
      })
      .onConflictDoNothing()
      .returning({ id: subscribers.id });
    if (!row) {
      const reason = "This person is here already.";
      return refuse(reason, { address: reason });
    }
    await ensureNames(tx, Object.keys(given));
    await noteDomains(tx.db, [parsed.domain]);
    await joinLists(
      tx,
      { workspaceId: ctx.workspaceId, subscriberId: row.id, source: "Added by hand", wording: input.consent },
      input.listIds,
      "added",
    );
    return { ok: true, subscriberId: row.id };
  });
}

const NAMES: Record<string, string> = { first_name: "First name", last_name: "Last name" };

async function ensureNames(ctx: WorkspaceCtx, keys: string[]): Promise<void> {
  const rows = keys.flatMap((key) =>
    NAMES[key] ? [{ workspaceId: ctx.workspaceId, key, label: NAMES[key] }] : [],
  );
  if (rows.length > 0) await ctx.db.insert(attributes).values(rows).onConflictDoNothing();
}

/** Changes what is known of a person. Values have to be of their attribute's type; an empty text takes one away. */
export function updateSubscriber(ctx: WorkspaceCtx, input: UpdateSubscriberInput): Promise<Result> {
  requireRole(ctx, "marketer");
  return withTransaction(ctx, async (tx) => {
    const person = await getSubscriber(tx, input.subscriberId);
    const known = await tx.db.select().from(attributes).where(eq(attributes.workspaceId, ctx.workspaceId));
    const next: Attributes = { ...person.attributes };
    const faults: Record<string, string> = {};
    for (const { key, type, label } of known) {
      const typed = input.attributes[key];
      if (typed === undefined) continue;
      const converted = convertCell(typed, type, label);
      if (!converted.ok) faults[`attributes.${key}`] = converted.reason;
      else if (converted.value === null) delete next[key];
      else next[key] = converted.value;
    }
    const first = Object.values(faults)[0];
    if (first) return refuse(first, faults);
    await tx.db
      .update(subscribers)
      .set({ attributes: next, tags: [...new Set(input.tags)], updatedAt: ctx.now() })
      .where(eq(subscribers.id, person.id));
    return { ok: true };
  });
}

/** Takes a person off a list, or on it with a note how they agreed. Complaints and dead addresses stay out. */
export function changeSubscription(ctx: WorkspaceCtx, input: ChangeSubscriptionInput): Promise<Result> {
  requireRole(ctx, "marketer");
  return withTransaction(ctx, async (tx) => {
    const person = await getSubscriber(tx, input.subscriberId);
    const facts = {
      workspaceId: ctx.workspaceId,
      subscriberId: person.id,
      source: "Changed by hand",
      wording: input.note || null,
    };
    if (input.to === "unsubscribed") {
      await leaveLists(tx, facts, [input.listId]);
      return { ok: true };
    }
    if (input.note === "")
      return refuse("Say how this person agreed; it is kept as proof.", {
        note: "Say how this person agreed.",
      });
    const [dead] = await tx.db
      .select({ reason: suppressions.reason })
      .from(suppressions)
      .where(
        and(
          eq(suppressions.addressKey, person.addressKey),
          eq(suppressions.reason, "complaint"),
          isNull(suppressions.liftedAt),
        ),
      )
      .limit(1);
    if (dead) return refuse("This person complained. Lift the suppression first, if they asked for it.");
    await joinLists(tx, facts, [input.listId], "added");
    await recordAudit(tx, {
      workspaceId: ctx.workspaceId,
      action: "subscription.add",
      target: person.address,
    });
    return { ok: true };
  });
}
