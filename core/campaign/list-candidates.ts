import { type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { requireRole, type WorkspaceCtx } from "#core/platform/context.ts";
import { audienceSql, readAudience } from "./audience-sql.ts";
import { type CampaignAudience, EXCLUSION_REASONS } from "./types.ts";

/** As it stands in the address of the page: who would get it (no reason), or is left out by one. */
export const CandidateFilter = z.object({
  reason: z.enum(EXCLUSION_REASONS).optional().catch(undefined),
  /** Which suppression. */
  detail: z.string().max(40).optional().catch(undefined),
});
export type CandidateFilter = z.infer<typeof CandidateFilter>;

export type CandidateRow = { subscriberId: number; address: string; value: string };

/** People behind the numbers of `countAudience`, with the same SQL, as it is now; 50 a page in order of joining. */
export async function listCandidates(
  ctx: WorkspaceCtx,
  audience: CampaignAudience,
  filter: CandidateFilter,
  page: { after: number },
): Promise<{ rows: CandidateRow[]; next: number | null }> {
  requireRole(ctx, "viewer");
  const matches: SQL = filter.reason ? sql`a.reason::text = ${filter.reason}` : sql`a.reason is null`;
  const found = await ctx.db.transaction(async (tx) => {
    await tx.execute(sql`set local work_mem = '64MB'`);
    await tx.execute(sql`set local statement_timeout = '60s'`);
    const parts = await readAudience(tx, ctx.workspaceId, audience, ctx.now());
    return tx.execute<Record<string, unknown>>(sql`
      select a.subscriber_id, a.address, a.value from (${audienceSql(parts)}) a
      where ${matches} ${filter.detail === undefined ? sql`` : sql`and a.value = ${filter.detail}`}
        and a.subscriber_id > ${page.after} order by a.subscriber_id limit 51`);
  });
  const rows = found.slice(0, 50).map((row) => ({
    subscriberId: Number(row.subscriber_id),
    address: String(row.address),
    value: String(row.value ?? ""),
  }));
  return { rows, next: found.length > 50 ? (rows.at(-1)?.subscriberId ?? null) : null };
}
