import { and, count, eq, isNull, sql } from "drizzle-orm";
import { z } from "zod";
import { requireRole, type WorkspaceCtx } from "#core/platform/context.ts";
import { subscribers } from "#db/schema/index.ts";
import { compileSegment } from "./compile.ts";
import { SegmentRuleInput } from "./input.ts";

export const CountSegmentInput = z.object({ rule: SegmentRuleInput });
export type CountSegmentInput = z.infer<typeof CountSegmentInput>;

/**
 * How many subscribers of the workspace a rule matches at this moment, and how long it took. Writes nothing.
 * Throws zod's error for a rule that is none, and PostgreSQL's where it takes longer than 30 s.
 */
export async function countSegment(
  ctx: WorkspaceCtx,
  input: CountSegmentInput,
): Promise<{ count: number; ms: number }> {
  requireRole(ctx, "viewer");
  const { rule } = CountSegmentInput.parse(input);
  const started = performance.now();
  const rows = await ctx.db.transaction(async (tx) => {
    // Room for a hash over a million subscriptions or hits.
    await tx.execute(sql`set local work_mem = '64MB'`);
    await tx.execute(sql`set local statement_timeout = '30s'`);
    return tx
      .select({ count: count() })
      .from(subscribers)
      .where(
        and(
          eq(subscribers.workspaceId, ctx.workspaceId),
          isNull(subscribers.erasedAt),
          compileSegment(rule, { workspaceId: ctx.workspaceId, now: ctx.now() }),
        ),
      );
  });
  return { count: rows[0]?.count ?? 0, ms: Math.round(performance.now() - started) };
}
