import { and, eq } from "drizzle-orm";
import { recordAudit } from "#core/platform/audit.ts";
import { type Result, refuse, requireRole, type WorkspaceCtx } from "#core/platform/context.ts";
import { withTransaction } from "#core/platform/db.ts";
import { templates } from "#db/schema/index.ts";
import { TemplateInput } from "./input.ts";

/** Deletes a template. Campaigns that started from it have their own copy. */
export function removeTemplate(ctx: WorkspaceCtx, input: TemplateInput): Promise<Result> {
  requireRole(ctx, "marketer");
  const { templateId } = TemplateInput.parse(input);
  return withTransaction(ctx, async (tx) => {
    const [gone] = await tx.db
      .delete(templates)
      .where(and(eq(templates.id, templateId), eq(templates.workspaceId, ctx.workspaceId)))
      .returning({ name: templates.name });
    if (!gone) return refuse("There is no such template. It may be deleted already.");
    await recordAudit(tx, {
      workspaceId: ctx.workspaceId,
      action: "template.delete",
      target: gone.name,
    });
    return { ok: true };
  });
}
