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
 * Throws zod's error for a rule that is none, and PostgreSQL's (57014) where it takes longer than
 * `timeoutMs`.
 */
export async function countSegment(
  ctx: WorkspaceCtx,
  input: CountSegmentInput,
  timeoutMs = 30_000,
): Promise<{ count: number; ms: number }> {
  requireRole(ctx, "viewer");
  const { rule } = CountSegmentInput.parse(input);
  const started = performance.now();
  const rows = await ctx.db.transaction(async (tx) => {
    // Room for a hash over a million subscriptions or hits.
    await tx.execute(sql`set local work_mem = '64MB'`);
    await tx.execute(sql`select set_config('statement_timeout', ${`${Math.round(timeoutMs)}ms`}, true)`);
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

/** True where PostgreSQL gave up on a statement that took longer than allowed. */
export function isTimeout(error: unknown): boolean {
  return (error as { cause?: { code?: string } }).cause?.code === "57014";
}
