import { eq, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import type { CompileBlocks } from "#core/template/types.ts";
import { campaigns } from "#db/schema/index.ts";
import { testDatabase } from "#db/testing/database.ts";
import { makeCampaign, makeUser, makeWorkspace, workspaceCtx } from "#db/testing/factories.ts";
import { meetEditors } from "./meet.ts";
import { findVersion, listVersions } from "./read-versions.ts";
import { restoreVersion } from "./restore.ts";
import { saveCampaign } from "./save.ts";

const { db } = await testDatabase();

/** Stands for the app's compiler, which needs React and has tests of its own. */
const compile: CompileBlocks = async (document) => `<p>${JSON.stringify(document)}</p>`;
const html = (text: string) => ({ format: "html" as const, html: `<p>${text}</p>` });

async function house() {
  const workspace = await makeWorkspace(db);
  const tilo = await makeUser(db, { workspaceId: workspace.id, name: "Tilo" });
  const ines = await makeUser(db, { workspaceId: workspace.id, name: "Ines" });
  const clock = { at: new Date("2026-11-26T09:00:00Z") };
  const as = (userId: number, role: "marketer" | "viewer" = "marketer") =>
    workspaceCtx(db, workspace.id, { role, userId, now: () => clock.at });
  const other = await makeWorkspace(db);
  const campaign = await makeCampaign(db, workspace.id, {
    subject: "First",
    format: "html",
    html: "<p>first</p>",
  });
  return {
    clock,
    tilo: as(tilo.id),
    ines: as(ines.id),
    viewer: as(ines.id, "viewer"),
    stranger: workspaceCtx(db, other.id),
    campaign,
    campaignId: campaign.id,
  };
}

type House = Awaited<ReturnType<typeof house>>;
const rowOf = async (id: number) => (await db.select().from(campaigns).where(eq(campaigns.id, id)))[0]!;

async function save(
  { campaignId }: House,
  ctx: House["tilo"],
  patch: Partial<Parameters<typeof saveCampaign>[1]>,
) {
  const { revision } = await rowOf(campaignId);
  const result = await saveCampaign(ctx, { campaignId, revision, ...patch }, compile);
  if (!result.ok || result.outcome !== "saved") throw new Error("not saved");
}

describe("versions", () => {
  it("keep what a save of subject or content replaced, with who wrote it, and nothing else", async () => {
    const all = await house();
    const { tilo, ines, campaignId, stranger, clock } = all;
    await save(all, tilo, { subject: "Second" });
    clock.at = new Date("2026-11-26T09:01:00Z");
    await save(all, ines, { content: html("second") });
    await save(all, ines, { content: html("second"), subject: "Second" });
    await save(all, ines, { trackOpens: false, name: "Renamed" });
    expect(await listVersions(tilo, { campaignId })).toEqual([
      { revision: 2, at: "2026-11-26T09:00:00.000Z", by: "Tilo", subject: "Second" },
      { revision: 1, at: expect.any(String), by: null, subject: "First" },
    ]);
    expect(await findVersion(tilo, { campaignId, version: 2 })).toMatchObject({ html: "<p>first</p>" });
    expect(await listVersions(stranger, { campaignId })).toEqual([]);
    expect(await findVersion(stranger, { campaignId, version: 1 })).toBeNull();
  });

  it("come back, and what they replaced comes back too", async () => {
    const all = await house();
    const { tilo, viewer, stranger, campaignId } = all;
    const document = { type: "doc" as const, content: [{ type: "paragraph" }] };
    await save(all, tilo, { subject: "Blocks", content: { format: "blocks", document } });
    await save(all, tilo, { content: html("by hand") });
    const restore = async (ctx: House["tilo"], version: number) =>
      restoreVersion(ctx, { campaignId, revision: (await rowOf(campaignId)).revision, version }, compile);
    await expect(restore(viewer, 2)).rejects.toThrow(/marketer/);
    expect(await restore(stranger, 2)).toMatchObject({ ok: false });
    expect(await restore(tilo, 2)).toMatchObject({ ok: true, outcome: "saved", revision: 4 });
    expect(await rowOf(campaignId)).toMatchObject({ format: "blocks", document, subject: "Blocks" });
    expect(await restore(tilo, 3)).toMatchObject({ ok: true, outcome: "saved" });
    expect(await rowOf(campaignId)).toMatchObject({ format: "html", document: null, html: "<p>by hand</p>" });
    expect(await restore(tilo, 1)).toMatchObject({ ok: true, outcome: "saved" });
    expect(await rowOf(campaignId)).toMatchObject({ subject: "First", html: "<p>first</p>" });
    expect(await restore(tilo, 99)).toMatchObject({ ok: false });
    await db.update(campaigns).set({ state: "scheduled" }).where(eq(campaigns.id, campaignId));
    expect(await restore(tilo, 2)).toMatchObject({ ok: false, reason: expect.stringContaining("scheduled") });
  });

  it("are not restored over what somebody else saved meanwhile", async () => {
    const all = await house();
    const { tilo, ines, campaignId } = all;
    await save(all, tilo, { subject: "Tilo's" });
    const { revision } = await rowOf(campaignId);
    await save(all, ines, { subject: "Ines's" });
    expect(await restoreVersion(tilo, { campaignId, revision, version: 1 }, compile)).toMatchObject({
      outcome: "changed-by-another",
      theirs: { by: "Ines", isOwn: false, subject: "Ines's", mine: { subject: "First", text: "first" } },
    });
    expect(await rowOf(campaignId)).toMatchObject({ subject: "Ines's" });
  });

  it("of an hour ago are thinned to one in five minutes and person, those of the last minutes stay", async () => {
    const all = await house();
    const { tilo, ines, campaignId, clock } = all;
    const minute = async (n: number, ctx: House["tilo"], subject: string) => {
      clock.at = new Date(Date.UTC(2026, 10, 26, 10, n, clock.at.getUTCSeconds() + 1));
      await save(all, ctx, { subject });
    };
    for (const n of [0, 1, 2]) await minute(n, tilo, `early ${n}`);
    await minute(3, ines, "hers");
    for (const n of [55, 56, 57]) await minute(n, tilo, `late ${n}`);
    expect((await listVersions(tilo, { campaignId })).map((one) => one.subject)).toEqual([
      "late 56",
      "late 55",
      "hers",
      "early 2",
      "First",
    ]);
  });
});

describe("meetEditors", () => {
  it("tells of other tabs and people, and of those who left or fell silent no more", async () => {
    const { tilo, ines, viewer, stranger, campaignId } = await house();
    const meet = (ctx: House["tilo"], tab: string, leaving = false) =>
      meetEditors(ctx, { campaignId, tab, leaving });
    expect(await meet(tilo, "tab-tilo-1")).toEqual({ others: [], state: "draft", revision: 1 });
    expect((await meet(tilo, "tab-tilo-2")).others).toEqual([{ name: "Tilo", own: true, mayWrite: true }]);
    expect((await meet(viewer, "tab-ines-1")).others).toHaveLength(1);
    expect((await meet(tilo, "tab-tilo-1")).others).toEqual([
      { name: "Tilo", own: true, mayWrite: true },
      { name: "Ines", own: false, mayWrite: false },
    ]);
    await expect(meet(stranger, "tab-foreign")).rejects.toThrow(/no such campaign/);
    // Nobody closes another person's tab.
    await meet(ines, "tab-tilo-2", true);
    expect((await meet(ines, "tab-ines-1")).others).toHaveLength(1);
    await meet(tilo, "tab-tilo-2", true);
    await db.execute(
      sql`update campaign_editors set seen_at = now() - interval '1 minute' where tab = 'tab-ines-1'`,
    );
    expect((await meet(tilo, "tab-tilo-1")).others).toEqual([]);
  });
});
