import { and, eq, isNull } from "drizzle-orm";
import { beforeEach, describe, expect, test } from "vitest";
import {
  consentEvents,
  deliveries,
  due,
  forms,
  subscribers,
  subscriptions,
  suppressions,
  systemMails,
} from "#db/schema/index.ts";
import { testDatabase, uniqueId } from "#db/testing/database.ts";
import { makeList, makeSender, makeSubscriber, makeWorkspace, systemCtx } from "#db/testing/factories.ts";
import { signUp } from "../form/sign-up.ts";
import { linkKeys } from "../mail/link-keys.ts";
import { confirmToken, recipientTokens } from "../mail/links.ts";
import type { Ctx } from "../platform/context.ts";
import { confirmSubscription, readConfirmation } from "./confirm.ts";
import { maskAddress, readManaged } from "./read-token.ts";
import { savePreferences, stopAll, undoUnsubscribe, unsubscribe } from "./unsubscribe.ts";

const { db } = await testDatabase();

let ctx: Ctx;
let workspaceId: number;
let listId: number;
let otherListId: number;
let person: { id: number; addressKey: string };

beforeEach(async () => {
  // A network of its own per test, so that budgets do not meet.
  ctx = {
    ...systemCtx(db),
    actor: {
      kind: "subscriber",
      ip: `2001:db8::${Math.floor(Math.random() * 65_535).toString(16)}`,
      userAgent: "Test",
    },
  };
  workspaceId = (await makeWorkspace(db)).id;
  await makeSender(db, workspaceId);
  listId = (await makeList(db, workspaceId)).id;
  otherListId = (await makeList(db, workspaceId)).id;
  person = await makeSubscriber(db, workspaceId);
  for (const id of [listId, otherListId]) {
    await db
      .insert(subscriptions)
      .values({
        subscriberId: person.id,
        listId: id,
        workspaceId,
        status: "confirmed",
        confirmedAt: new Date(),
      })
      .onConflictDoUpdate({
        target: [subscriptions.subscriberId, subscriptions.listId],
        set: { status: "confirmed" },
      });
  }
});

const manage = (lists: number[], subscriber: number | null = person.id) =>
  recipientTokens(linkKeys(ctx.settings.secret), {
    workspace: workspaceId,
    campaign: 1,
    seq: 7,
    subscriber,
    lists,
  }).manage;

const status = async (id: number, list: number) =>
  (
    await db
      .select()
      .from(subscriptions)
      .where(and(eq(subscriptions.subscriberId, id), eq(subscriptions.listId, list)))
  )[0]?.status;

const eventsOf = (id: number) =>
  db.select().from(consentEvents).where(eq(consentEvents.subscriberId, id)).orderBy(consentEvents.id);

describe("an unsubscribe link", () => {
  test("forged, cut or of the other purpose: nothing happens", async () => {
    const token = manage([listId]);
    const view = recipientTokens(linkKeys(ctx.settings.secret), {
      workspace: workspaceId,
      campaign: 1,
      seq: 7,
      subscriber: person.id,
      lists: [listId],
    }).view;
    for (const bad of ["", "x", token.slice(1), `${token}A`, view]) {
      expect(await unsubscribe(ctx, { token: bad, by: "one-click" })).toMatchObject({ ok: false });
    }
    expect(await status(person.id, listId)).toBe("confirmed");
  });

  test("leaves the lists of the link once, with proof; twice changes nothing; undo brings back just those", async () => {
    const token = manage([listId]);
    expect(await unsubscribe(ctx, { token, by: "one-click" })).toEqual({ ok: true, left: [listId] });
    expect(await unsubscribe(ctx, { token, by: "one-click" })).toEqual({ ok: true, left: [] });
    expect([await status(person.id, listId), await status(person.id, otherListId)]).toEqual([
      "unsubscribed",
      "confirmed",
    ]);
    const events = await eventsOf(person.id);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      kind: "unsubscribed",
      source: "One-click unsubscribe",
      campaignId: 1,
      seq: 7,
      userAgent: "Test",
    });
    expect(await undoUnsubscribe(ctx, { token })).toEqual({ ok: true, joined: [listId] });
    expect(await undoUnsubscribe(ctx, { token })).toEqual({ ok: true, joined: [] });
    expect(await status(person.id, listId)).toBe("confirmed");
  });

  test("without lists it means all of the workspace", async () => {
    await unsubscribe(ctx, { token: manage([]), by: "link" });
    expect([await status(person.id, listId), await status(person.id, otherListId)]).toEqual([
      "unsubscribed",
      "unsubscribed",
    ]);
  });

  test("never reaches a person of another workspace", async () => {
    const other = await makeWorkspace(db);
    const token = recipientTokens(linkKeys(ctx.settings.secret), {
      workspace: other.id,
      campaign: 1,
      seq: 1,
      subscriber: person.id,
      lists: [listId],
    }).manage;
    expect((await readManaged(ctx, token))?.person).toBeNull();
    await unsubscribe(ctx, { token, by: "link" });
    expect(await status(person.id, listId)).toBe("confirmed");
  });

  test("of a test mail succeeds and changes nobody", async () => {
    expect(await unsubscribe(ctx, { token: manage([listId], null), by: "one-click" })).toEqual({
      ok: true,
      left: [],
    });
  });
});

describe("the preference page", () => {
  test("joins and leaves, and only lists of the workspace", async () => {
    const foreign = await makeList(db, (await makeWorkspace(db)).id);
    await savePreferences(ctx, { token: manage([listId]), listIds: [otherListId, foreign.id] });
    expect([
      await status(person.id, listId),
      await status(person.id, otherListId),
      await status(person.id, foreign.id),
    ]).toEqual(["unsubscribed", "confirmed", undefined]);
  });

  test("stop all suppresses here; choosing a list again lifts that, but never a complaint", async () => {
    const token = manage([listId]);
    await stopAll(ctx, { token });
    await stopAll(ctx, { token });
    const standing = () =>
      db
        .select()
        .from(suppressions)
        .where(and(eq(suppressions.addressKey, person.addressKey), isNull(suppressions.liftedAt)));
    expect(await standing()).toHaveLength(1);
    await savePreferences(ctx, { token, listIds: [listId] });
    expect(await standing()).toHaveLength(0);
    await db.insert(suppressions).values({
      workspaceId,
      address: person.addressKey,
      addressKey: person.addressKey,
      reason: "complaint",
      evidence: { source: "arf" },
    });
    await savePreferences(ctx, { token, listIds: [] });
    await savePreferences(ctx, { token, listIds: [listId] });
    expect(await standing()).toHaveLength(1);
  });
});

async function makeForm(values: Partial<typeof forms.$inferInsert> = {}) {
  const [form] = await db
    .insert(forms)
    .values({
      publicId: uniqueId("form"),
      workspaceId,
      name: "Footer",
      heading: "Join",
      wording: "Yes, write to me.",
      listIds: [listId],
      fields: ["first_name"],
      ...values,
    })
    .returning();
  return form!;
}

const mailsTo = (address: string) =>
  db
    .select({
      kind: systemMails.kind,
      text: systemMails.text,
      campaignId: deliveries.campaignId,
      seq: deliveries.seq,
    })
    .from(deliveries)
    .innerJoin(
      systemMails,
      and(eq(systemMails.campaignId, deliveries.campaignId), eq(systemMails.seq, deliveries.seq)),
    )
    .where(eq(deliveries.address, address));

describe("sign-up", () => {
  const input = (form: string, address: string) => ({
    form,
    address,
    consent: true,
    website: "",
    fields: { first_name: "Ann" },
  });

  test("waits for the confirm link; GET reads, POST confirms, twice is once", async () => {
    const form = await makeForm();
    const address = `${uniqueId("new")}@a.example`;
    expect(await signUp(ctx, input(form.publicId, address))).toEqual({ ok: true, shownAddress: address });
    const [made] = await db.select().from(subscribers).where(eq(subscribers.addressKey, address));
    expect(await status(made!.id, listId)).toBe("pending");
    const [mail] = await mailsTo(address);
    expect(mail?.kind).toBe("confirm");
    expect(
      await db
        .select()
        .from(due)
        .where(and(eq(due.campaignId, mail!.campaignId), eq(due.seq, mail!.seq))),
    ).toMatchObject([{ class: 0 }]);
    const token = /\/c\/([\w-]+)/.exec(mail!.text)![1]!;
    await readConfirmation(ctx, token);
    expect(await status(made!.id, listId)).toBe("pending");
    expect(await confirmSubscription(ctx, { token })).toEqual({ ok: true, joined: [listId] });
    expect(await confirmSubscription(ctx, { token })).toEqual({ ok: true, joined: [] });
    expect((await eventsOf(made!.id)).map((event) => [event.kind, event.wording])).toEqual([
      ["signed-up", "Yes, write to me."],
      ["confirmed", "Yes, write to me."],
    ]);
  });

  test("answers the same for people who are in, and changes nothing of theirs", async () => {
    const form = await makeForm();
    const [before] = await db.select().from(subscribers).where(eq(subscribers.id, person.id));
    expect(await signUp(ctx, input(form.publicId, person.addressKey))).toMatchObject({ ok: true });
    const [after] = await db.select().from(subscribers).where(eq(subscribers.id, person.id));
    expect(after?.attributes).toEqual(before?.attributes);
    expect((await mailsTo(person.addressKey)).map((mail) => mail.kind)).toEqual(["welcome"]);
  });

  test("somebody else's form post never brings back a person who left, even on a single opt-in list", async () => {
    const single = await makeList(db, workspaceId, { optIn: "single" });
    const form = await makeForm({ listIds: [single.id] });
    await db.insert(subscriptions).values({
      subscriberId: person.id,
      listId: single.id,
      workspaceId,
      status: "unsubscribed",
      unsubscribedAt: new Date(),
    });
    await signUp(ctx, input(form.publicId, person.addressKey));
    expect(await status(person.id, single.id)).toBe("unsubscribed");
    const fresh = `${uniqueId("fresh")}@a.example`;
    await signUp(ctx, input(form.publicId, fresh));
    const [made] = await db.select().from(subscribers).where(eq(subscribers.addressKey, fresh));
    expect(await status(made!.id, single.id)).toBe("confirmed");
  });

  test("a form cannot bomb an address, programs in the hidden field get a yes and nothing else", async () => {
    const form = await makeForm();
    const address = `${uniqueId("victim")}@a.example`;
    for (let i = 0; i < 6; i++)
      expect(await signUp(ctx, input(form.publicId, address))).toMatchObject({ ok: true });
    expect(await mailsTo(address)).toHaveLength(3);
    const trapped = `${uniqueId("trap")}@a.example`;
    expect(await signUp(ctx, { ...input(form.publicId, trapped), website: "http://spam" })).toMatchObject({
      ok: true,
    });
    expect(await mailsTo(trapped)).toHaveLength(0);
  });

  const from = (ip: string): Ctx => ({ ...ctx, actor: { kind: "subscriber", ip, userAgent: null } });

  test("nor by tags, dots at Google, or the forms of many workspaces", async () => {
    const form = await makeForm();
    const name = uniqueId("victim");
    // From many places: it is not the limit of one client that holds.
    let place = 0;
    const elsewhere = () => from(`192.0.2.${++place}`);
    const sent = async (addresses: string[]) => (await Promise.all(addresses.map(mailsTo))).flat().length;
    const tagged = Array.from({ length: 6 }, (_, i) => `${name}+${i}@a.example`);
    for (const address of tagged)
      expect(await signUp(elsewhere(), input(form.publicId, address))).toMatchObject({ ok: true });
    expect(await sent(tagged)).toBe(3);
    const bare = uniqueId("dots").replaceAll("-", "");
    const dotted = [1, 2, 3, 4].map((at) => `${bare.slice(0, at)}.${bare.slice(at)}@gmail.com`);
    for (const address of dotted) await signUp(elsewhere(), input(form.publicId, address));
    expect(await sent(dotted)).toBe(3);
    // Each keeps its own address: only the limit takes them for one.
    expect(await db.$count(subscribers, eq(subscribers.formId, form.id))).toBe(6);

    const everywhere = `${uniqueId("victim")}@a.example`;
    for (let n = 0; n < 12; n++) {
      const other = await makeWorkspace(db);
      await makeSender(db, other.id);
      const list = await makeList(db, other.id);
      const theirs = await makeForm({ workspaceId: other.id, listIds: [list.id] });
      await signUp(elsewhere(), input(theirs.publicId, everywhere));
    }
    expect(await sent([everywhere])).toBe(10);
  });

  test("one client runs out of sign-ups, whichever address of its network it takes", async () => {
    const form = await makeForm();
    const answers = [];
    for (let n = 0; n < 22; n++) {
      answers.push(
        await signUp(from(`2001:db8:77:1::${n}`), input(form.publicId, `${uniqueId("c")}@a.example`)),
      );
    }
    expect(answers.filter((answer) => answer.ok)).toHaveLength(20);
    expect(answers.at(-1)).toMatchObject({
      ok: false,
      reason: expect.stringContaining("many sign-ups from your network"),
    });
    expect(
      await signUp(from("2001:db8:77:2::1"), input(form.publicId, `${uniqueId("c")}@a.example`)),
    ).toMatchObject({ ok: true });
  });

  test("refuses in words: no address, no consent, a closed form; and a late confirm link", async () => {
    const form = await makeForm();
    expect(await signUp(ctx, { ...input(form.publicId, "no"), consent: true })).toMatchObject({
      ok: false,
      fields: { address: expect.any(String) },
    });
    expect(await signUp(ctx, { ...input(form.publicId, "a@b.example"), consent: false })).toMatchObject({
      ok: false,
    });
    await db.update(forms).set({ closedAt: new Date() }).where(eq(forms.id, form.id));
    expect(await signUp(ctx, input(form.publicId, "a@b.example"))).toMatchObject({
      ok: false,
      reason: "This form is closed.",
    });
    const late = confirmToken(linkKeys(ctx.settings.secret), {
      workspace: workspaceId,
      subscriber: person.id,
      form: null,
      lists: [listId],
      expiresAt: new Date(Date.now() - 1000),
    });
    expect(await confirmSubscription(ctx, { token: late })).toMatchObject({ ok: false });
  });
});

test("addresses are masked to their first letter and domain", () => {
  expect(maskAddress("ines@almeida.example")).toBe("i…@almeida.example");
});
