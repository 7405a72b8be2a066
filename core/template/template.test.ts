import { describe, expect, it } from "vitest";
import { testDatabase, uniqueId } from "#db/testing/database.ts";
import { makeCampaign, makeWorkspace, workspaceCtx } from "#db/testing/factories.ts";
import { createCampaign } from "../campaign/create.ts";
import { readCampaign } from "../campaign/read-draft.ts";
import { createTemplate } from "./create.ts";
import { listTemplates, readTemplate } from "./read.ts";
import { removeTemplate } from "./remove.ts";
import { saveTemplate } from "./save.ts";
import { saveAsTemplate } from "./save-as.ts";
import type { CompileBlocks } from "./types.ts";

const { db } = await testDatabase();
const compile: CompileBlocks = async () => "<p>made</p>";

async function house() {
  const mine = await makeWorkspace(db);
  const other = await makeWorkspace(db);
  return { mine, ctx: workspaceCtx(db, mine.id), stranger: workspaceCtx(db, other.id) };
}

describe("templates", () => {
  it("keeps a campaign's content, refuses a name twice, and starts campaigns with a copy", async () => {
    const { mine, ctx, stranger } = await house();
    const campaign = await makeCampaign(db, mine.id);
    const name = uniqueId("Weekly ");
    const input = { campaignId: campaign.id, name };
    expect(await saveAsTemplate(stranger, input)).toMatchObject({ ok: false });
    const made = await saveAsTemplate(ctx, input);
    if (!made.ok) throw new Error(made.reason);
    expect(await saveAsTemplate(ctx, { ...input, name: name.toUpperCase() })).toMatchObject({
      ok: false,
      fields: { name: expect.any(String) },
    });
    const from = `template:${made.templateId}`;
    expect(await createCampaign(stranger, { name: "", from }, compile)).toMatchObject({ ok: false });
    const started = await createCampaign(ctx, { name: "", from }, compile);
    if (!started.ok) throw new Error(started.reason);
    const parts = await readCampaign(ctx, { campaignId: started.campaignId });
    expect(parts?.campaign).toMatchObject({ name, html: campaign.html, subject: "" });
    expect(await removeTemplate(stranger, { templateId: made.templateId })).toMatchObject({ ok: false });
    expect(await removeTemplate(ctx, { templateId: made.templateId })).toEqual({ ok: true });
    expect(await removeTemplate(ctx, { templateId: made.templateId })).toMatchObject({ ok: false });
    expect((await readCampaign(ctx, { campaignId: started.campaignId }))?.campaign.html).toBe(campaign.html);
  });

  it("saves only over the version that the editor knew", async () => {
    const { ctx, stranger } = await house();
    const made = await createTemplate(ctx, { name: uniqueId("T "), from: "starter:news" }, compile);
    if (!made.ok) throw new Error(made.reason);
    const { templateId } = made;
    const known = (await readTemplate(ctx, { templateId }))!.updatedAt.toISOString();
    const content = { format: "html" as const, html: "<b>new</b>" };
    expect(await saveTemplate(stranger, { templateId, updatedAt: known, content }, compile)).toMatchObject({
      ok: false,
    });
    const saved = await saveTemplate(ctx, { templateId, updatedAt: known, content }, compile);
    if (!saved.ok || saved.outcome !== "saved") throw new Error("not saved");
    const late = { format: "html" as const, html: "<b>late</b>" };
    expect(await saveTemplate(ctx, { templateId, updatedAt: known, content: late }, compile)).toMatchObject({
      outcome: "changed-by-another",
      theirs: { updatedAt: saved.updatedAt, text: "new", mine: "late" },
    });
    expect(
      await saveTemplate(ctx, { templateId, updatedAt: saved.updatedAt, name: "Twice" }, compile),
    ).toMatchObject({ ok: true });
    expect(await readTemplate(stranger, { templateId })).toBeNull();
    expect(await listTemplates(stranger)).toEqual([]);
    expect(await listTemplates(ctx)).toMatchObject([{ name: "Twice", html: "<b>new</b>" }]);
  });
});
