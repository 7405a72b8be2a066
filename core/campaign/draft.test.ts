import { eq, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import type { CompileBlocks } from "#core/template/types.ts";
import { campaigns, deliveries, systemMails } from "#db/schema/index.ts";
import { testDatabase, uniqueId } from "#db/testing/database.ts";
import {
  makeCampaign,
  makeList,
  makeSender,
  makeSource,
  makeSubscriber,
  makeUser,
  makeWorkspace,
  workspaceCtx,
} from "#db/testing/factories.ts";
import { createCampaign } from "./create.ts";
import { duplicateCampaign } from "./duplicate.ts";
import { readCampaign } from "./read-draft.ts";
import { listCampaigns } from "./read-list.ts";
import { readUsualAudience } from "./read-usual.ts";
import { removeCampaign } from "./remove.ts";
import { findPreviewPeople, renderCampaignFor } from "./render-content.ts";
import { saveCampaign } from "./save.ts";
import { scheduleCampaign } from "./schedule.ts";
import { sendTest } from "./test-send.ts";

const { db } = await testDatabase();
await makeSource(db);

/** Stands for the app's compiler, which needs React and has tests of its own. */
const compile: CompileBlocks = async (document) =>
  (document as { bad?: boolean }).bad ? null : `<p>${JSON.stringify(document).length}</p>`;
const doc = { type: "doc" as const, content: [{ type: "paragraph" }] };

async function house() {
  const workspace = await makeWorkspace(db);
  const user = await makeUser(db, { workspaceId: workspace.id, name: "Tilo" });
  const other = await makeWorkspace(db);
  return {
    workspace,
    ctx: workspaceCtx(db, workspace.id, { role: "marketer", userId: user.id }),
    viewer: workspaceCtx(db, workspace.id, { role: "viewer" }),
    stranger: workspaceCtx(db, other.id, { role: "owner" }),
  };
}

const rowOf = async (id: number) => (await db.select().from(campaigns).where(eq(campaigns.id, id)))[0];

describe("createCampaign", () => {
  it("starts from a starter, with the only list; viewers start nothing", async () => {
    const { workspace, ctx, viewer } = await house();
    const list = await makeList(db, workspace.id);
    await makeList(db, workspace.id, { archivedAt: new Date() });
    const made = await createCampaign(ctx, { name: "", from: "starter:letter" }, compile);
    if (!made.ok) throw new Error(made.reason);
    expect(await rowOf(made.campaignId)).toMatchObject({
      name: "A letter",
      state: "draft",
      format: "blocks",
      audience: { include: { lists: [list.id], segments: [] } },
    });
    await expect(createCampaign(viewer, { name: "", from: "blank" }, compile)).rejects.toThrow("marketer");
  });

  it("refuses starters and templates that are not there", async () => {
    const { ctx } = await house();
    expect(await createCampaign(ctx, { name: "", from: "starter:none" }, compile)).toMatchObject({
      ok: false,
    });
    expect(await createCampaign(ctx, { name: "", from: "template:999999" }, compile)).toMatchObject({
      ok: false,
    });
  });
});

describe("saveCampaign", () => {
  it("saves what changed, and never over somebody else's version", async () => {
    const { workspace, ctx } = await house();
    const { id } = await makeCampaign(db, workspace.id);
    const first = await saveCampaign(ctx, { campaignId: id, revision: 1, subject: "One\r\nBcc: x" }, compile);
    expect(first).toMatchObject({ ok: true, outcome: "saved", revision: 2 });
    expect(await rowOf(id)).toMatchObject({
      subject: "One Bcc: x",
      name: expect.stringContaining("Campaign"),
    });
    const again = await saveCampaign(ctx, { campaignId: id, revision: 1, subject: "Two" }, compile);
    expect(again).toMatchObject({
      ok: true,
      outcome: "changed-by-another",
      theirs: { by: "Tilo", revision: 2, subject: "One Bcc: x" },
    });
    expect((await rowOf(id))?.subject).toBe("One Bcc: x");
    expect(await saveCampaign(ctx, { campaignId: id, revision: 2, subject: "Two" }, compile)).toMatchObject({
      outcome: "saved",
    });
  });

  it("lets one of two saves through that come at once", async () => {
    const { workspace, ctx } = await house();
    const { id } = await makeCampaign(db, workspace.id);
    const results = await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        saveCampaign(ctx, { campaignId: id, revision: 1, subject: `S${i}` }, compile),
      ),
    );
    expect(results.filter((one) => one.ok && one.outcome === "saved")).toHaveLength(1);
    expect((await rowOf(id))?.revision).toBe(2);
  });

  it("compiles blocks itself, and keeps what was saved where they cannot be read", async () => {
    const { workspace, ctx } = await house();
    const { id } = await makeCampaign(db, workspace.id);
    const content = { format: "blocks" as const, document: doc };
    expect(
      await saveCampaign(
        ctx,
        { campaignId: id, revision: 1, content, html: "<b>mine</b>" } as never,
        compile,
      ),
    ).toMatchObject({ outcome: "saved" });
    const saved = await rowOf(id);
    expect(saved?.html).toMatch(/^<p>\d+<\/p>$/);
    expect(saved?.text).not.toContain("<");
    const bad = { format: "blocks" as const, document: { ...doc, bad: true } };
    expect(await saveCampaign(ctx, { campaignId: id, revision: 2, content: bad }, compile)).toMatchObject({
      ok: false,
    });
    expect((await rowOf(id))?.html).toBe(saved?.html);
  });

  it("refuses strangers, their lists and senders, and what is on its way", async () => {
    const { workspace, ctx, stranger, viewer } = await house();
    const { id } = await makeCampaign(db, workspace.id);
    const theirs = await makeSender(db, stranger.workspaceId);
    const list = await makeList(db, stranger.workspaceId);
    const side = { lists: [], segments: [] };
    expect(
      await saveCampaign(stranger, { campaignId: id, revision: 1, subject: "x" }, compile),
    ).toMatchObject({
      ok: false,
    });
    await expect(saveCampaign(viewer, { campaignId: id, revision: 1 }, compile)).rejects.toThrow("marketer");
    for (const patch of [
      { senderId: theirs.id },
      { audience: { include: { ...side, lists: [list.id] }, exclude: side } },
      { replyTo: "nobody" },
    ]) {
      expect(await saveCampaign(ctx, { campaignId: id, revision: 1, ...patch }, compile)).toMatchObject({
        ok: false,
      });
    }
    await db.update(campaigns).set({ state: "sending" }).where(eq(campaigns.id, id));
    expect(await saveCampaign(ctx, { campaignId: id, revision: 1, subject: "x" }, compile)).toMatchObject({
      ok: false,
      reason: expect.stringContaining("sent"),
    });
    expect((await rowOf(id))?.subject).toBe("News from the mill");
  });
});

describe("duplicateCampaign and removeCampaign", () => {
  it("copies content and audience into a new draft, not what became of it", async () => {
    const { workspace, ctx, stranger } = await house();
    const { id } = await makeCampaign(db, workspace.id, { state: "finished", launchedAt: new Date() });
    const copy = await duplicateCampaign(ctx, { campaignId: id });
    if (!copy.ok) throw new Error(copy.reason);
    expect(await rowOf(copy.campaignId)).toMatchObject({ state: "draft", launchedAt: null, revision: 1 });
    expect(await duplicateCampaign(stranger, { campaignId: id })).toMatchObject({ ok: false });
  });

  it("deletes drafts once, and nothing else", async () => {
    const { workspace, ctx, stranger } = await house();
    const draft = await makeCampaign(db, workspace.id);
    const sent = await makeCampaign(db, workspace.id, { state: "finished" });
    expect(await removeCampaign(stranger, { campaignId: draft.id })).toMatchObject({ ok: false });
    expect(await removeCampaign(ctx, { campaignId: sent.id })).toMatchObject({ ok: false });
    expect(await removeCampaign(ctx, { campaignId: draft.id })).toEqual({ ok: true });
    expect(await removeCampaign(ctx, { campaignId: draft.id })).toMatchObject({ ok: false });
  });
});

describe("listCampaigns", () => {
  it("counts by state and finds by name, also with wildcards in it; shows no system campaigns", async () => {
    const { workspace, ctx, stranger } = await house();
    await makeCampaign(db, workspace.id, { name: "100% wool" });
    await makeCampaign(db, workspace.id, { name: "1000 wools", state: "finished", launchedAt: new Date() });
    await makeCampaign(db, workspace.id, { name: "System", kind: "system", month: "2026-11" });
    const all = await listCampaigns(ctx, { tab: "all" });
    expect(all.counts).toEqual({ all: 2, drafts: 1, scheduled: 0, sending: 0, sent: 1 });
    expect((await listCampaigns(ctx, { tab: "all", search: "100%" })).rows).toHaveLength(1);
    expect((await listCampaigns(stranger, { tab: "all" })).rows).toEqual([]);
    expect(await readCampaign(stranger, { campaignId: all.rows[0]!.id })).toBeNull();
  });

  it("pages through without a gap or a double", async () => {
    const { workspace, ctx } = await house();
    for (let i = 0; i < 53; i++) await makeCampaign(db, workspace.id);
    const first = await listCampaigns(ctx, { tab: "all" });
    const second = await listCampaigns(ctx, { tab: "all", after: first.next });
    expect([first.rows.length, second.rows.length, second.next]).toEqual([50, 3, null]);
    expect(new Set([...first.rows, ...second.rows].map((row) => row.id)).size).toBe(53);
  });
});

describe("readUsualAudience", () => {
  it("is the median of what was launched, and has to be typed above three times of it", async () => {
    const { workspace, ctx } = await house();
    const sender = await makeSender(db, workspace.id);
    const list = await makeList(db, workspace.id);
    for (const audienceSize of [10, 1_000]) {
      await makeCampaign(db, workspace.id, { audienceSize, launchedAt: new Date(), state: "finished" });
    }
    expect(await readUsualAudience(ctx)).toBeNull();
    await makeCampaign(db, workspace.id, { audienceSize: 20, launchedAt: new Date(), state: "finished" });
    expect(await readUsualAudience(ctx)).toBe(20);
    const { id } = await makeCampaign(db, workspace.id, {
      senderId: sender.id,
      audience: { include: { lists: [list.id], segments: [] }, exclude: { lists: [], segments: [] } },
    });
    const input = { campaignId: id, revision: 1, expectedAudience: 61 };
    expect(await scheduleCampaign(ctx, input)).toMatchObject({
      ok: false,
      reason: "Type 61 to send to so many.",
    });
    const people = (n: number) =>
      db.execute(sql`with new as (
        insert into subscribers (workspace_id, address, address_key, domain)
        select ${workspace.id}, a, a, 'one.example' from (select gen_random_uuid() || '@one.example' a from generate_series(1, ${n}::int)) x returning id)
        insert into subscriptions (subscriber_id, list_id, workspace_id, status) select id, ${list.id}, ${workspace.id}, 'confirmed' from new`);
    await people(63);
    expect(await scheduleCampaign(ctx, { ...input, typedNumber: 61 })).toMatchObject({
      ok: false,
      reason: "The audience is 63 now; it was 61 on the page. Look again before sending.",
    });
    const now = { ...input, expectedAudience: 62, typedNumber: 62 };
    expect(await scheduleCampaign(ctx, now)).toMatchObject({ ok: true });
  });
});

describe("previews and tests", () => {
  it("renders for a person of this workspace, for nobody, and says what is broken", async () => {
    const { workspace, ctx, stranger } = await house();
    const person = await makeSubscriber(db, workspace.id, { attributes: { first_name: "<Ines>" } });
    const theirs = await makeSubscriber(db, stranger.workspaceId);
    const { id } = await makeCampaign(db, workspace.id, {
      html: '<p>Hi {{ subscriber.first_name | default: "there" }}</p>',
    });
    const parts = (await readCampaign(ctx, { campaignId: id }))!;
    const shown = async (subscriberId: number | null) => {
      const result = await renderCampaignFor(ctx, parts, { subscriberId });
      return result.ok ? result.preview.html : result.reason;
    };
    expect(await shown(person.id)).toContain("Hi &lt;Ines&gt;");
    expect(await shown(null)).toContain("Hi there");
    expect(await shown(theirs.id)).toBe("There is no such subscriber.");
    parts.campaign.html = "a\n{{ broken";
    expect(await shown(null)).toContain("line 2");
    expect((await findPreviewPeople(ctx, { search: "%" })).length).toBe(0);
    expect((await findPreviewPeople(ctx, { search: "ines" }))[0]?.id).toBe(person.id);
  });

  it("sends tests to all addresses or to none", async () => {
    const { workspace, ctx, stranger } = await house();
    const sender = await makeSender(db, workspace.id);
    const { id } = await makeCampaign(db, workspace.id, { senderId: sender.id });
    const [a, b] = [`${uniqueId("a")}@one.example`, `${uniqueId("b")}@one.example`];
    const input = { campaignId: id, subscriberId: null };
    expect(await sendTest(stranger, { ...input, to: a })).toMatchObject({ ok: false });
    for (const to of [
      "",
      "nobody",
      `${a}, x@y\r\nBcc: z`,
      "a@x.example b@x.example c@x.example d@x.example e@x.example f@x.example",
    ]) {
      expect(await sendTest(ctx, { ...input, to }), to).toMatchObject({ ok: false });
    }
    expect(await sendTest(ctx, { ...input, to: `${a}, ${b}\n${a}` })).toMatchObject({
      ok: true,
      sent: [a, b],
    });
    const mails = await db.select().from(systemMails).where(eq(systemMails.workspaceId, workspace.id));
    expect(mails.map((mail) => [mail.kind, mail.subject])).toEqual([
      ["test", "[Test] News from the mill"],
      ["test", "[Test] News from the mill"],
    ]);
    const rows = await db.select().from(deliveries).where(eq(deliveries.address, a));
    expect(rows).toHaveLength(1);
  });
});
