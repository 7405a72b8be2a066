import { and, desc, eq, isNull } from "drizzle-orm";
import { subscribers } from "#db/schema/index.ts";
import { type Result, refuse, requireRole, type WorkspaceCtx } from "../platform/context.ts";
import { nameOf } from "../subscriber/read.ts";
import { compileSegment } from "./compile.ts";
import { type CountSegmentInput, countSegment } from "./count.ts";

export type SegmentPreview = {
  count: number;
  ms: number;
  sample: { id: number; address: string; name: string }[];
};

/** How many a rule matches now, with ten of them; for the builder while it is written. */
export async function previewSegment(
  ctx: WorkspaceCtx,
  input: CountSegmentInput,
): Promise<Result<SegmentPreview>> {
  requireRole(ctx, "viewer");
  try {
    const counted = await countSegment(ctx, input);
    const rows = await ctx.db
      .select({ id: subscribers.id, address: subscribers.address, attributes: subscribers.attributes })
      .from(subscribers)
      .where(
        and(
          eq(subscribers.workspaceId, ctx.workspaceId),
          isNull(subscribers.erasedAt),
          compileSegment(input.rule, { workspaceId: ctx.workspaceId, now: ctx.now() }),
        ),
      )
      .orderBy(desc(subscribers.id))
      .limit(10);
    return {
      ok: true,
      ...counted,
      sample: rows.map((row) => ({ id: row.id, address: row.address, name: nameOf(row.attributes) })),
    };
  } catch (error) {
    const code = (error as { cause?: { code?: string } }).cause?.code;
    if (code === "57014")
      return refuse("Counting takes longer than 30 seconds. The segment can be saved all the same.");
    throw error;
  }
}
