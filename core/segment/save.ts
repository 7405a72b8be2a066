import { and, eq, ne, sql } from "drizzle-orm";
import { z } from "zod";
import { campaigns, segments } from "#db/schema/index.ts";
import { recordAudit } from "../platform/audit.ts";
import { type Result, refuse, requireRole, type WorkspaceCtx } from "../platform/context.ts";
import { withTransaction } from "../platform/db.ts";
import { countSegment, isTimeout } from "./count.ts";
import { SegmentRuleInput } from "./input.ts";
import type { SegmentGroup } from "./types.ts";

/** How long saving waits for a count, in milliseconds. */
const COUNT_MS = 5_000;

export const SaveSegmentInput = z.object({
  /** None: a new segment. */
  segmentId: z.coerce.number().int().positive().optional(),
  name: z.string().trim().min(1, "Give the segment a name.").max(80),
  rule: SegmentRuleInput,
});
export type SaveSegmentInput = z.infer<typeof SaveSegmentInput>;

export const SegmentIdInput = z.object({ segmentId: z.coerce.number().int().positive() });
export type SegmentIdInput = z.infer<typeof SegmentIdInput>;

/** Keeps a segment: a rule, evaluated whenever it is used. */
export function saveSegment(
  ctx: WorkspaceCtx,
  input: SaveSegmentInput,
): Promise<Result<{ segmentId: number }>> {
  requireRole(ctx, "marketer");
  return withTransaction(ctx, async (tx) => {
    const [taken] = await tx.db
      .select({ id: segments.id })
      .from(segments)
      .where(
        and(
          eq(segments.workspaceId, ctx.workspaceId),
          sql`lower(${segments.name}) = lower(${input.name})`,
          ne(segments.id, input.segmentId ?? 0),
        ),
      );
    if (taken) return refuse("Another segment has this name.", { name: "Another segment has this name." });
    const counted = await countUnlessSlow(tx, input.rule);
    const values = {
      name: input.name,
      rule: input.rule,
      updatedAt: ctx.now(),
      count: counted?.count ?? null,
      countMs: counted?.ms ?? null,
      countedAt: counted ? ctx.now() : null,
    };
    const [row] = input.segmentId
      ? await tx.db
          .update(segments)
          .set(values)
          .where(and(eq(segments.id, input.segmentId), eq(segments.workspaceId, ctx.workspaceId)))
          .returning({ id: segments.id })
      : await tx.db
          .insert(segments)
          .values({ ...values, workspaceId: ctx.workspaceId })
          .returning({ id: segments.id });
    if (!row) return refuse("This segment is gone.");
    await recordAudit(tx, { workspaceId: ctx.workspaceId, action: "segment.save", target: input.name });
    return { ok: true, segmentId: row.id };
  });
}

/** Null where counting takes longer than COUNT_MS: it is saved without a count. */
async function countUnlessSlow(ctx: WorkspaceCtx, rule: SegmentGroup) {
  try {
    return await countSegment(ctx, { rule }, COUNT_MS);
  } catch (error) {
    if (isTimeout(error)) return null;
    throw error;
  }
}

/** Copies a segment under a name of its own. */
export function duplicateSegment(
  ctx: WorkspaceCtx,
  input: SegmentIdInput,
): Promise<Result<{ segmentId: number }>> {
  requireRole(ctx, "marketer");
  return withTransaction(ctx, async (tx) => {
    const mine = await tx.db
      .select({ id: segments.id, name: segments.name, rule: segments.rule })
      .from(segments)
      .where(eq(segments.workspaceId, ctx.workspaceId));
    const from = mine.find((one) => one.id === input.segmentId);
    if (!from) return refuse("This segment is gone.");
    const taken = new Set(mine.map((one) => one.name.toLowerCase()));
    const base = `${from.name.slice(0, 70)}, copy`;
    let name = base;
    for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${base} ${n}`;
    const [row] = await tx.db
      .insert(segments)
      .values({ workspaceId: ctx.workspaceId, name, rule: from.rule })
      .returning({ id: segments.id });
    await recordAudit(tx, { workspaceId: ctx.workspaceId, action: "segment.duplicate", target: from.name });
    return { ok: true, segmentId: row!.id };
  });
}

/** Deletes a segment. Refused while a draft or a scheduled campaign is for it. */
export function removeSegment(ctx: WorkspaceCtx, input: SegmentIdInput): Promise<Result> {
  requireRole(ctx, "marketer");
  return withTransaction(ctx, async (tx) => {
    const id = String(input.segmentId);
    const [user] = await tx.db
      .select({ name: campaigns.name })
      .from(campaigns)
      .where(
        and(
          eq(campaigns.workspaceId, ctx.workspaceId),
          sql`${campaigns.state} in ('draft', 'scheduled')`,
          sql`(${campaigns.audience}->'include'->'segments' @> ${id}::jsonb or ${campaigns.audience}->'exclude'->'segments' @> ${id}::jsonb)`,
        ),
      )
      .limit(1);
    if (user) return refuse(`The campaign ${user.name} uses this segment. Change its audience first.`);
    const gone = await tx.db
      .delete(segments)
      .where(and(eq(segments.id, input.segmentId), eq(segments.workspaceId, ctx.workspaceId)))
      .returning({ name: segments.name });
    if (gone.length === 0) return refuse("This segment is gone already.");
    await recordAudit(tx, { workspaceId: ctx.workspaceId, action: "segment.remove", target: gone[0]!.name });
    return { ok: true };
  });
}
