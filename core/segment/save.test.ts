import { describe, expect, test } from "vitest";
import { testDatabase, uniqueId } from "#db/testing/database.ts";
import { makeCampaign, makeSubscriber, makeWorkspace, workspaceCtx } from "#db/testing/factories.ts";
import type { WorkspaceCtx } from "../platform/context.ts";
import { previewSegment } from "./preview.ts";
import { getSegment, listSegments } from "./read.ts";
import { duplicateSegment, removeSegment, SaveSegmentInput, saveSegment } from "./save.ts";
import type { SegmentGroup } from "./types.ts";

const { db } = await testDatabase();

async function workspace(): Promise<WorkspaceCtx> {
  return workspaceCtx(db, (await makeWorkspace(db)).id);
}

const tagged = (...tags: string[]): SegmentGroup => ({
  match: "all",
  rules: tags.map((value) => ({ field: "tag", op: "has", value })),
});

async function save(ctx: WorkspaceCtx, name = uniqueId("Segment "), rule = tagged("vip")): Promise<number> {
  const result = await saveSegment(ctx, { name, rule });
  if (!result.ok) throw new Error(result.reason);
  return result.segmentId;
}

describe("saving a segment", () => {
  test("keeps rule and count; saving again changes it, and the rename holds", async () => {
    const ctx = await workspace();
    await makeSubscriber(db, ctx.workspaceId, { tags: ["vip"] });
    const segmentId = await save(ctx, "Regulars");
    expect(await getSegment(ctx, segmentId)).toMatchObject({
      name: "Regulars",
      count: 1,
      rule: tagged("vip"),
    });
    expect(await saveSegment(ctx, { segmentId, name: "Regulars, old", rule: tagged("none") })).toEqual({
      ok: true,
      segmentId,
    });
    expect(await listSegments(ctx)).toMatchObject([
      { id: segmentId, name: "Regulars, old", count: 0, usedBy: 0 },
    ]);
  });

  test("a name stands once in a workspace, whatever its case; another workspace may have it", async () => {
    const [ctx, other] = [await workspace(), await workspace()];
    const segmentId = await save(ctx, "Kiel");
    expect(await saveSegment(ctx, { name: "KIEL", rule: tagged("a") })).toMatchObject({
      ok: false,
      fields: { name: expect.any(String) },
    });
    expect(await saveSegment(ctx, { segmentId, name: "kiel", rule: tagged("a") })).toMatchObject({
      ok: true,
    });
    await save(other, "Kiel");
  });

  test("another workspace neither reads, changes, copies nor deletes it; a viewer only reads", async () => {
    const [ctx, other] = [await workspace(), await workspace()];
    const segmentId = await save(ctx);
    await expect(getSegment(other, segmentId)).rejects.toThrow("no such segment");
    expect(await saveSegment(other, { segmentId, name: "Mine", rule: tagged("a") })).toMatchObject({
      ok: false,
    });
    expect(await duplicateSegment(other, { segmentId })).toMatchObject({ ok: false });
    expect(await removeSegment(other, { segmentId })).toMatchObject({ ok: false });
    const viewer = { ...ctx, role: "viewer" as const };
    await expect(async () => saveSegment(viewer, { name: "x", rule: tagged("a") })).rejects.toThrow("role");
    await expect(async () => duplicateSegment(viewer, { segmentId })).rejects.toThrow("role");
    await expect(async () => removeSegment(viewer, { segmentId })).rejects.toThrow("role");
    expect((await getSegment(viewer, segmentId)).rule).toEqual(tagged("vip"));
  });

  test("a rule without conditions, or a name of blanks, is refused by the input", () => {
    expect(SaveSegmentInput.safeParse({ name: "x", rule: { match: "all", rules: [] } }).success).toBe(false);
    expect(SaveSegmentInput.safeParse({ name: "  ", rule: tagged("a") }).success).toBe(false);
  });
});

describe("copies and ends", () => {
  test("each copy gets a name of its own, also of the longest name", async () => {
    const ctx = await workspace();
    const long = "n".repeat(80);
    const segmentId = await save(ctx, long);
    for (const ending of [", copy", ", copy 2"]) {
      const copied = await duplicateSegment(ctx, { segmentId });
      if (!copied.ok) throw new Error(copied.reason);
      const copy = await getSegment(ctx, copied.segmentId);
      expect(copy.name.endsWith(ending)).toBe(true);
      expect(SaveSegmentInput.safeParse(copy).success).toBe(true);
    }
  });

  test("one that a draft or scheduled campaign is for stays; a sent campaign lets it go, once", async () => {
    const ctx = await workspace();
    const segmentId = await save(ctx);
    const audience = {
      include: { lists: [], segments: [segmentId] },
      exclude: { lists: [], segments: [] },
    };
    const draft = await makeCampaign(db, ctx.workspaceId, { audience });
    expect((await listSegments(ctx))[0]?.usedBy).toBe(1);
    expect(await removeSegment(ctx, { segmentId })).toMatchObject({
      ok: false,
      reason: expect.stringContaining(draft.name),
    });
    const free = await save(ctx);
    await makeCampaign(db, ctx.workspaceId, {
      state: "finished",
      audience: { ...audience, include: { lists: [], segments: [free] } },
    });
    expect(await removeSegment(ctx, { segmentId: free })).toEqual({ ok: true });
    expect(await removeSegment(ctx, { segmentId: free })).toMatchObject({ ok: false });
  });
});

describe("previewing", () => {
  test("counts and shows up to ten people of this workspace", async () => {
    const [ctx, other] = [await workspace(), await workspace()];
    await makeSubscriber(db, other.workspaceId, { tags: ["vip"] });
    for (let i = 0; i < 12; i++) await makeSubscriber(db, ctx.workspaceId, { tags: ["vip"] });
    const preview = await previewSegment(ctx, { rule: tagged("vip") });
    expect(preview).toMatchObject({ ok: true, count: 12, without: null });
    expect(preview.ok && preview.sample).toHaveLength(10);
  });

  test("where nobody matches all, names the rule that is in the way", async () => {
    const ctx = await workspace();
    await makeSubscriber(db, ctx.workspaceId, { tags: ["a", "b"] });
    await makeSubscriber(db, ctx.workspaceId, { tags: ["a", "b"] });
    expect(await previewSegment(ctx, { rule: tagged("a", "gone", "b") })).toMatchObject({
      count: 0,
      without: { index: 1, count: 2 },
    });
    expect(await previewSegment(ctx, { rule: tagged("gone", "away") })).toMatchObject({
      count: 0,
      without: null,
    });
    expect(await previewSegment(ctx, { rule: { ...tagged("x", "y"), match: "any" } })).toMatchObject({
      without: null,
    });
  });
});
