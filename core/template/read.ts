import { and, asc, eq } from "drizzle-orm";
import { requireRole, type WorkspaceCtx } from "#core/platform/context.ts";
import { templates } from "#db/schema/index.ts";

export type TemplateRow = typeof templates.$inferSelect;

/** The templates of a workspace by name, 200 at most. */
export async function listTemplates(
  ctx: WorkspaceCtx,
): Promise<Omit<TemplateRow, "document" | "text" | "updatedBy">[]> {
  requireRole(ctx, "viewer");
  const { id, workspaceId, name, format, html, createdAt, updatedAt } = templates;
  return ctx.db
    .select({ id, workspaceId, name, format, html, createdAt, updatedAt })
    .from(templates)
    .where(eq(workspaceId, ctx.workspaceId))
    .orderBy(asc(name))
    .limit(200);
}

/** One template; null where the workspace has none with this number. */
export async function readTemplate(
  ctx: WorkspaceCtx,
  input: { templateId: number },
): Promise<TemplateRow | null> {
  requireRole(ctx, "viewer");
  if (!Number.isSafeInteger(input.templateId) || input.templateId > 2_147_483_647) return null;
  const [row] = await ctx.db
    .select()
    .from(templates)
    .where(and(eq(templates.id, input.templateId), eq(templates.workspaceId, ctx.workspaceId)));
  return row ?? null;
}
