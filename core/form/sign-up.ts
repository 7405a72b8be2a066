import { and, eq, inArray, isNull, sql } from "drizzle-orm";
import { z } from "zod";
import {
  attributes,
  forms,
  lists,
  subscribers,
  subscriptions,
  suppressions,
  workspaces,
} from "#db/schema/index.ts";
import { convertCell } from "../import/rules.ts";
import { ADDRESS_FAULTS, likelyMailbox, parseAddress } from "../mail/address.ts";
import { type Ctx, type Result, refuse } from "../platform/context.ts";
import { withTransaction } from "../platform/db.ts";
import { clientNetwork, takeFromBudget } from "../platform/rate-limit.ts";
import { forgetErasure } from "../subscriber/erasure.ts";
import type { Attributes } from "../subscriber/types.ts";
import { joinLists, openLists, writeConsent } from "../subscription/change.ts";
import { sendConfirm } from "../subscription/send-confirm.ts";
import { CATALOGUE, composeSystemMail } from "../system-mail/catalogue.ts";
import { enqueueSystemMail } from "../system-mail/enqueue.ts";

export const SignUpInput = z.object({
  form: z.string().max(64),
  address: z.string().max(1000),
  consent: z.boolean(),
  /** A field that people do not see; programs fill it in. */
  website: z.string().max(1000).default(""),
  fields: z.record(z.string(), z.string().max(2000)).default({}),
});
export type SignUpInput = z.infer<typeof SignUpInput>;

/**
 * Sign-ups that one client may make, and mails that one mailbox may get, from a workspace and from all of them: a form must
 * not become a way to bomb somebody, with tags and dots neither.
 */
const PER_IP = { limit: 20, seconds: 3600 };
const PER_MAILBOX = { limit: 3, seconds: 24 * 3600 };
const PER_MAILBOX_ANYWHERE = { limit: 10, seconds: 24 * 3600 };

/**
 * Takes a sign-up. The answer is the same whether the address is new, known, suppressed or bombed: only the mail differs.
 * Double opt-in lists wait for the confirm link; on single opt-in lists only people who never left join at once.
 */
export async function signUp(ctx: Ctx, input: SignUpInput): Promise<Result<{ shownAddress: string }>> {
  const form = await findOpenForm(ctx, input.form);
  if (!form) return refuse("This form is closed.");
  const parsed = parseAddress(input.address);
  if (!parsed.ok) {
    const reason = parsed.reason === "empty" ? "Type your e-mail address." : ADDRESS_FAULTS[parsed.reason];
    return refuse(reason, { address: reason });
  }
  if (!input.consent) return refuse("Tick the box to agree.", { consent: "Tick the box to agree." });
  const answer = { ok: true as const, shownAddress: parsed.address };
  if (input.website !== "") return answer;
  const ip = ctx.actor.kind === "subscriber" ? ctx.actor.ip : null;
  const { waitSeconds } = await takeFromBudget(
    ctx.db,
    `sign-up:ip:${ip === null ? "unknown" : clientNetwork(ip)}`,
    PER_IP,
  );
  if (waitSeconds > 0) {
    return refuse(
      `There were many sign-ups from your network. Try again in ${Math.ceil(waitSeconds / 60)} min.`,
    );
  }
  const mailbox = likelyMailbox(parsed);
  const here = await takeFromBudget(ctx.db, `sign-up:${form.workspaceId}:${mailbox}`, PER_MAILBOX);
  if (here.waitSeconds > 0) return answer;
  const anywhere = await takeFromBudget(ctx.db, `sign-up:mailbox:${mailbox}`, PER_MAILBOX_ANYWHERE);
  if (anywhere.waitSeconds > 0) return answer;
  const given = await readFields(ctx, form, input.fields);
  await withTransaction(ctx, (tx) => record(tx, form, parsed, given));
  return answer;
}

type OpenForm = typeof forms.$inferSelect;

/** A form that takes sign-ups, by its public id. */
export async function findOpenForm(ctx: Ctx, publicId: string): Promise<OpenForm | null> {
  const [form] = await ctx.db
    .select()
    .from(forms)
    .where(and(eq(forms.publicId, publicId), isNull(forms.closedAt)));
  return form ?? null;
}

/** The asked-for attributes that could be read; others are left out, a sign-up is not lost over a birthday. */
async function readFields(ctx: Ctx, form: OpenForm, fields: Record<string, string>): Promise<Attributes> {
  if (form.fields.length === 0) return {};
  const known = await ctx.db.select().from(attributes).where(eq(attributes.workspaceId, form.workspaceId));
  const given: Attributes = {};
  for (const { key, type, label } of known) {
    const cell = form.fields.includes(key) ? fields[key] : undefined;
    const converted = cell === undefined ? null : convertCell(cell, type, label);
    if (converted?.ok && converted.value !== null) given[key] = converted.value;
  }
  return given;
}

async function record(
  ctx: Ctx,
  form: OpenForm,
  who: { address: string; addressKey: string; domain: string },
  given: Attributes,
): Promise<void> {
  const { workspaceId } = form;
  const listIds = await openLists(ctx, workspaceId, form.listIds);
  if (listIds.length === 0) return;
  const inserted = await ctx.db
    .insert(subscribers)
    .values({
      workspaceId,
      address: who.address,
      addressKey: who.addressKey,
      domain: who.domain,
      attributes: given,
      origin: `Form ${form.name}`,
      formId: form.id,
    })
    .onConflictDoNothing()
    .returning({ id: subscribers.id });
  const [person] = await ctx.db
    .select({ id: subscribers.id, erasedAt: subscribers.erasedAt })
    .from(subscribers)
    .where(and(eq(subscribers.workspaceId, workspaceId), eq(subscribers.addressKey, who.addressKey)))
    .for("update");
  if (!person || person.erasedAt) return;
  const facts = {
    workspaceId,
    subscriberId: person.id,
    source: `Form ${form.name}`,
    formId: form.id,
    wording: form.wording,
  };
  const standing = await ctx.db.select().from(subscriptions).where(eq(subscriptions.subscriberId, person.id));
  const statusOf = (listId: number) => standing.find((row) => row.listId === listId)?.status;
  const everConfirmed = standing.some((row) => row.confirmedAt !== null);
  // Anybody can type anybody's address: what is known of a person who once confirmed is not overwritten by a form.
  if (inserted.length === 0 && !everConfirmed && Object.keys(given).length > 0) {
    await ctx.db
      .update(subscribers)
      .set({ attributes: sql`${subscribers.attributes} || ${JSON.stringify(given)}::jsonb` })
      .where(eq(subscribers.id, person.id));
  }
  const asked = listIds.filter((id) => statusOf(id) !== "confirmed");
  await writeConsent(ctx, facts, asked, "signed-up");
  const suppressed = await isSuppressed(ctx, workspaceId, who.addressKey);
  const singles = suppressed || everConfirmed ? [] : await singleOptIn(ctx, asked);
  await joinLists(
    ctx,
    facts,
    singles.filter((id) => statusOf(id) !== "unsubscribed"),
    "confirmed",
  );
  if (singles.length > 0) await forgetErasure(ctx, workspaceId, who.addressKey);
  const toConfirm = asked.filter((id) => !singles.includes(id) || statusOf(id) === "unsubscribed");
  const pending = toConfirm.filter((id) => statusOf(id) === undefined);
  if (pending.length > 0) {
    await ctx.db
      .insert(subscriptions)
      .values(
        pending.map((listId) => ({
          subscriberId: person.id,
          listId,
          workspaceId,
          status: "pending" as const,
        })),
      )
      .onConflictDoNothing();
  }
  await sendMail(ctx, form, { ...who, id: person.id }, toConfirm);
}

async function sendMail(
  ctx: Ctx,
  form: OpenForm,
  person: { id: number; address: string },
  toConfirm: number[],
): Promise<void> {
  const { workspaceId } = form;
  const to = { workspaceId, subscriberId: person.id, address: person.address };
  if (toConfirm.length > 0)
    return sendConfirm(ctx, { ...to, formId: form.id, listIds: toConfirm, asking: "sign-up" });
  const [workspace] = await ctx.db.select().from(workspaces).where(eq(workspaces.id, workspaceId));
  if (!workspace) return;
  const named = await ctx.db
    .select({ name: lists.name })
    .from(lists)
    .where(and(eq(lists.workspaceId, workspaceId), inArray(lists.id, form.listIds)));
  const letter = CATALOGUE.alreadyIn({ workspace: workspace.name, lists: named.map((list) => list.name) });
  // A refusal (dead address, complaint) is not told: the page's answer must not depend on it.
  await enqueueSystemMail(ctx, {
    workspaceId,
    kind: "welcome",
    to: person.address,
    subscriberId: person.id,
    ...composeSystemMail(workspace, letter),
  });
}

async function singleOptIn(ctx: Ctx, listIds: number[]): Promise<number[]> {
  if (listIds.length === 0) return [];
  const rows = await ctx.db
    .select({ id: lists.id, optIn: lists.optIn })
    .from(lists)
    .where(inArray(lists.id, listIds));
  return rows.filter((row) => row.optIn === "single" && listIds.includes(row.id)).map((row) => row.id);
}

async function isSuppressed(ctx: Ctx, workspaceId: number, addressKey: string): Promise<boolean> {
  const rows = await ctx.db
    .select({ id: suppressions.id })
    .from(suppressions)
    .where(
      and(
        eq(suppressions.addressKey, addressKey),
        isNull(suppressions.liftedAt),
        sql`(${suppressions.workspaceId} is null or ${suppressions.workspaceId} = ${workspaceId})`,
      ),
    )
    .limit(1);
  return rows.length > 0;
}
