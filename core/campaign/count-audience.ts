import { sql } from "drizzle-orm";
import { z } from "zod";
import { requireRole, type WorkspaceCtx } from "#core/platform/context.ts";
import { audienceSql, readAudience } from "./audience-sql.ts";
import type { ExclusionReason } from "./types.ts";

const id = z.number().int().positive().max(2_147_483_647);
const side = z.strictObject({ lists: z.array(id).max(200), segments: z.array(id).max(50) });

/** Who a campaign is for, as it comes from a browser. */
export const AudienceInput = z.strictObject({ include: side, exclude: side });

export const CountAudienceInput = z.object({ audience: AudienceInput });
export type CountAudienceInput = z.infer<typeof CountAudienceInput>;

export type AudienceCount = {
  /** All who stand in an included list or match an included segment. */
  candidates: number;
  /** Those of them who would get the mail now. An estimate: the audience is frozen at the launch. */
  audience: number;
  /** `detail`: which suppression; null for other reasons. */
  exclusions: { reason: ExclusionReason; detail: string | null; n: number }[];
  /** How long the count took. */
  ms: number;
};

/** Counts an audience as it is now, with the same SQL that the freeze uses. Writes nothing. */
export async function countAudience(ctx: WorkspaceCtx, input: CountAudienceInput): Promise<AudienceCount> {
  requireRole(ctx, "viewer");
  const { audience } = CountAudienceInput.parse(input);
  const started = performance.now();
  const rows = await ctx.db.transaction(async (tx) => {
    await tx.execute(sql`set local work_mem = '64MB'`);
    // As in the freeze: statistics may be older than an import.
    await tx.execute(sql`set local enable_nestloop = off`);
    await tx.execute(sql`set local statement_timeout = '60s'`);
    const parts = await readAudience(tx, ctx.workspaceId, audience, ctx.now());
    return tx.execute<{ reason: ExclusionReason | null; detail: string | null; n: number }>(
      sql`select reason, case reason when 'suppressed' then value end as detail, count(*)::int as n
        from (${audienceSql(parts)}) a group by 1, 2 order by n desc, reason, detail`,
    );
  });
  const candidates = rows.reduce((sum, row) => sum + row.n, 0);
  const exclusions = rows.flatMap(({ reason, detail, n }) =>
    reason === null ? [] : [{ reason, detail, n }],
  );
  return {
    candidates,
    audience: candidates - exclusions.reduce((sum, row) => sum + row.n, 0),
    exclusions,
    ms: Math.round(performance.now() - started),
  };
}
