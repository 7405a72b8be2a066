import { and, eq, sql } from "drizzle-orm";
import { prepareContent, type StoredContent } from "#core/campaign/content.ts";
import { type Result, refuse, requireRole, type WorkspaceCtx } from "#core/platform/context.ts";
import { withTransaction } from "#core/platform/db.ts";
import { templates, users, workspaces } from "#db/schema/index.ts";
import { SaveTemplateInput } from "./input.ts";
import type { CompileBlocks } from "./types.ts";

export type SavedTemplate =
  | { outcome: "saved"; updatedAt: string; html: string }
  | {
      outcome: "changed-by-another";
      theirs: {
        updatedAt: string;
        by: string | null;
        isOwn: boolean;
        html: string;
        text: string;
        /** The text of what was to be saved; null where the content did not change. */
        mine: string | null;
      };
    };

/** Saves a template, if nobody else saved it since `updatedAt`; never over what somebody else wrote. */
export async function saveTemplate(
  ctx: WorkspaceCtx,
  input: SaveTemplateInput,
  compile: CompileBlocks,
): Promise<Result<SavedTemplate>> {
  requireRole(ctx, "marketer");
  const { templateId, updatedAt, name, content } = SaveTemplateInput.parse(input);
  let stored: StoredContent | undefined;
  if (content) {
    const [workspace] = await ctx.db
      .select({ brandColor: workspaces.brandColor })
      .from(workspaces)
      .where(eq(workspaces.id, ctx.workspaceId));
    const prepared = await prepareContent(
      content,
      { brandColor: workspace?.brandColor ?? "#1b1f2a", language: "en" },
      compile,
    );
    if (!prepared.ok) return prepared;
    const { ok: _, ...kept } = prepared;
    stored = kept;
  }
  return withTransaction(ctx, async (tx) => {
    if (name) {
      const taken = await tx.db.$count(
        templates,
        and(
          eq(templates.workspaceId, ctx.workspaceId),
          sql`lower(${templates.name}) = lower(${name}) and ${templates.id} <> ${templateId}`,
        ),
      );
      if (taken > 0) return refuse(`There is a template “${name}” already.`, { name: "This name is taken." });
    }
    const [saved] = await tx.db
      .update(templates)
      // Later than before in any case: it tells versions apart.
      .set({
        ...(name && { name }),
        ...stored,
        updatedBy: ctx.actor.kind === "user" ? ctx.actor.userId : null,
        updatedAt: sql`greatest(${ctx.now().toISOString()}::timestamptz, ${templates.updatedAt} + interval '1 ms')`,
      })
      .where(
        and(
          eq(templates.id, templateId),
          eq(templates.workspaceId, ctx.workspaceId),
          sql`date_trunc('milliseconds', ${templates.updatedAt}) = ${updatedAt}::timestamptz`,
        ),
      )
      .returning({ updatedAt: templates.updatedAt, html: templates.html });
    if (!saved) return readOther(tx, templateId, stored?.text ?? null);
    return { ok: true, outcome: "saved", updatedAt: saved.updatedAt.toISOString(), html: saved.html };
  });
}

async function readOther(
  ctx: WorkspaceCtx,
  templateId: number,
  mine: string | null,
): Promise<Result<SavedTemplate>> {
  const [found] = await ctx.db
    .select({
      updatedAt: templates.updatedAt,
      byId: templates.updatedBy,
      by: users.name,
      html: templates.html,
      text: templates.text,
    })
    .from(templates)
    .leftJoin(users, eq(users.id, templates.updatedBy))
    .where(and(eq(templates.id, templateId), eq(templates.workspaceId, ctx.workspaceId)));
  if (!found) return refuse("There is no such template. It may have been deleted.");
  const { byId, ...theirs } = found;
  return {
    ok: true,
    outcome: "changed-by-another",
    theirs: {
      ...theirs,
      isOwn: ctx.actor.kind === "user" && byId === ctx.actor.userId,
      updatedAt: theirs.updatedAt.toISOString(),
      mine,
    },
  };
}
