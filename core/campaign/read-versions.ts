import { and, desc, eq, sql } from "drizzle-orm";
import { requireRole, type WorkspaceCtx } from "#core/platform/context.ts";
import { campaigns, campaignVersions, users } from "#db/schema/index.ts";

export type VersionRow = { revision: number; at: string; by: string | null; subject: string };
export type Version = VersionRow & {
  preheader: string;
  format: "blocks" | "html";
  document: unknown;
  html: string;
};

const rowOf = {
  revision: campaignVersions.revision,
  at: campaignVersions.at,
  by: users.name,
  subject: campaignVersions.subject,
};

const ofMine = (ctx: WorkspaceCtx, campaignId: number) =>
  and(
    eq(campaignVersions.campaignId, campaignId),
    sql`exists (select from ${campaigns} c where c.id = ${campaignId} and c.workspace_id = ${ctx.workspaceId} and c.kind = 'campaign')`,
  );

/** What a draft was before each save, newest first. */
export async function listVersions(ctx: WorkspaceCtx, input: { campaignId: number }): Promise<VersionRow[]> {
  requireRole(ctx, "viewer");
  const rows = await ctx.db
    .select(rowOf)
    .from(campaignVersions)
    .leftJoin(users, eq(users.id, campaignVersions.userId))
    .where(ofMine(ctx, input.campaignId))
    .orderBy(desc(campaignVersions.revision));
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
}

/** One of them with its content; null where there is none. */
export async function findVersion(
  ctx: WorkspaceCtx,
  input: { campaignId: number; version: number },
): Promise<Version | null> {
  requireRole(ctx, "viewer");
  const [row] = await ctx.db
    .select({
      ...rowOf,
      preheader: campaignVersions.preheader,
      format: campaignVersions.format,
      document: campaignVersions.document,
      html: campaignVersions.html,
    })
    .from(campaignVersions)
    .leftJoin(users, eq(users.id, campaignVersions.userId))
    .where(and(ofMine(ctx, input.campaignId), eq(campaignVersions.revision, input.version)));
  return row ? { ...row, at: row.at.toISOString() } : null;
}
