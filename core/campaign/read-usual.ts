import { and, desc, eq, isNotNull } from "drizzle-orm";
import { requireRole, type WorkspaceCtx } from "#core/platform/context.ts";
import { campaigns } from "#db/schema/index.ts";

/** The median audience of the last ten launches; null below three, where nothing is usual yet. */
export async function readUsualAudience(ctx: WorkspaceCtx): Promise<number | null> {
  requireRole(ctx, "viewer");
  const rows = await ctx.db
    .select({ n: campaigns.audienceSize })
    .from(campaigns)
    .where(
      and(
        eq(campaigns.workspaceId, ctx.workspaceId),
        eq(campaigns.kind, "campaign"),
        isNotNull(campaigns.launchedAt),
      ),
    )
    .orderBy(desc(campaigns.id))
    .limit(10);
  if (rows.length < 3) return null;
  const sizes = rows.map((row) => row.n).sort((a, b) => a - b);
  return sizes[Math.floor(sizes.length / 2)] ?? null;
}
