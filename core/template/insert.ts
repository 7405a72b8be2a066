import type { StoredContent } from "#core/campaign/content.ts";
import { recordAudit } from "#core/platform/audit.ts";
import { type Result, refuse, type WorkspaceCtx } from "#core/platform/context.ts";
import { templates } from "#db/schema/index.ts";

/** Puts a template into the workspace, in the caller's transaction. A name that is taken is refused. */
export async function insertTemplate(
  ctx: WorkspaceCtx,
  name: string,
  content: StoredContent,
): Promise<Result<{ templateId: number }>> {
  const [made] = await ctx.db
    .insert(templates)
    .values({
      workspaceId: ctx.workspaceId,
      name,
      ...content,
      createdAt: ctx.now(),
      updatedBy: ctx.actor.kind === "user" ? ctx.actor.userId : null,
      updatedAt: ctx.now(),
    })
    .onConflictDoNothing()
    .returning({ id: templates.id });
  if (!made) return refuse(`There is a template “${name}” already.`, { name: "This name is taken." });
  await recordAudit(ctx, { workspaceId: ctx.workspaceId, action: "template.create", target: name });
  return { ok: true, templateId: made.id };
}
