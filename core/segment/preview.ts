import { and, desc, eq, isNull } from "drizzle-orm";
import { subscribers } from "#db/schema/index.ts";
import { type Result, refuse, requireRole, type WorkspaceCtx } from "../platform/context.ts";
import { nameOf } from "../subscriber/read.ts";
import { compileSegment } from "./compile.ts";
import { type CountSegmentInput, countSegment, isTimeout } from "./count.ts";
import type { SegmentGroup } from "./types.ts";

export type SegmentPreview = {
  count: number;
  ms: number;
  sample: { id: number; address: string; name: string }[];
  /** Where nobody matches all: the one rule (its place, from 0) without which the most people would. */
  without: { index: number; count: number } | null;
};

/** How long is looked for the rule that leaves nobody, in milliseconds, and among how many rules. */
const WITHOUT_MS = 1_000;
const WITHOUT_RULES = 8;

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
      without: counted.count === 0 ? await findWithout(ctx, input.rule) : null,
      sample: rows.map((row) => ({ id: row.id, address: row.address, name: nameOf(row.attributes) })),
    };
  } catch (error) {
    if (isTimeout(error))
      return refuse("Counting takes longer than 30 seconds. The segment can be saved all the same.");
    throw error;
  }
}

async function findWithout(ctx: WorkspaceCtx, rule: SegmentGroup): Promise<SegmentPreview["without"]> {
  if (rule.match !== "all" || rule.rules.length < 2 || rule.rules.length > WITHOUT_RULES) return null;
  let best: SegmentPreview["without"] = null;
  const until = performance.now() + WITHOUT_MS;
  for (const index of rule.rules.keys()) {
    const left = until - performance.now();
    if (left < 20) break;
    const others = { ...rule, rules: rule.rules.filter((_, i) => i !== index) };
    try {
      const { count } = await countSegment(ctx, { rule: others }, left);
      if (count > (best?.count ?? 0)) best = { index, count };
    } catch (error) {
      if (!isTimeout(error)) throw error;
    }
  }
  return best;
}
