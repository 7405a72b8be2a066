import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../platform/context.ts";
import type { SuppressionFilter } from "./input.ts";
import type { SuppressionEvidence, SuppressionReason } from "./types.ts";

/** Whose suppressions: a workspace's own and the dead addresses that it knows, or all of the installation. */
export type SuppressionScope = { workspaceId: number } | "all";

export type SuppressionRow = {
  id: number;
  address: string;
  reason: SuppressionReason;
  evidence: SuppressionEvidence;
  campaignId: number | null;
  seq: number | null;
  createdAt: Date;
  /** null: holds for the whole installation. */
  workspaceId: number | null;
  workspace: string | null;
};

const PAGE = 50;

const inScope = (scope: SuppressionScope): SQL =>
  scope === "all"
    ? sql`true`
    : sql`(z.workspace_id = ${scope.workspaceId} or (z.workspace_id is null and exists (
        select from subscribers s where s.workspace_id = ${scope.workspaceId} and s.address_key = z.address_key)))`;

/** Standing suppressions, newest first, 50 a page. */
export async function listSuppressions(
  ctx: Pick<Ctx, "db">,
  scope: SuppressionScope,
  filter: SuppressionFilter,
  limit = PAGE,
): Promise<{ rows: SuppressionRow[]; next: number | null }> {
  const like = filter.q ? `%${filter.q.toLowerCase().replace(/[\\%_]/g, "\\$&")}%` : null;
  const found = await ctx.db.execute<Record<string, unknown>>(sql`
    select z.*, w.name as workspace from suppressions z left join workspaces w on w.id = z.workspace_id
    where z.lifted_at is null and ${inScope(scope)}
      and (${like}::text is null or z.address_key like ${like}::text)
      and (${filter.reason ?? null}::suppression_reason is null or z.reason = ${filter.reason ?? null}::suppression_reason)
      and (${filter.after ?? null}::bigint is null or z.id < ${filter.after ?? null}::bigint)
    order by z.id desc limit ${limit + 1}`);
  const rows = found.slice(0, limit).map((row) => ({
    id: Number(row.id),
    address: String(row.address),
    reason: row.reason as SuppressionReason,
    evidence: row.evidence as SuppressionEvidence,
    campaignId: row.campaign_id === null ? null : Number(row.campaign_id),
    seq: row.seq === null ? null : Number(row.seq),
    createdAt: new Date(String(row.created_at)),
    workspaceId: row.workspace_id === null ? null : Number(row.workspace_id),
    workspace: row.workspace === null ? null : String(row.workspace),
  }));
  return { rows, next: found.length > limit ? (rows.at(-1)?.id ?? null) : null };
}

/** How many stand, by reason. */
export async function countSuppressions(
  ctx: Pick<Ctx, "db">,
  scope: SuppressionScope,
): Promise<{ reason: SuppressionReason; n: number }[]> {
  const rows = await ctx.db.execute<{ reason: SuppressionReason; n: number }>(sql`
    select z.reason, count(*)::int as n from suppressions z where z.lifted_at is null and ${inScope(scope)} group by 1 order by 2 desc`);
  return [...rows];
}
