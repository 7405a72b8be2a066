import { eq } from "drizzle-orm";
import { prepareContent } from "#core/campaign/content.ts";
import { type Result, refuse, requireRole, type WorkspaceCtx } from "#core/platform/context.ts";
import { withTransaction } from "#core/platform/db.ts";
import { workspaces } from "#db/schema/index.ts";
import { CreateTemplateInput } from "./input.ts";
import { insertTemplate } from "./insert.ts";
import { findStarter } from "./starters.ts";
import type { CompileBlocks } from "./types.ts";

/** Starts a template: empty, as HTML, or from a starter. */
export async function createTemplate(
  ctx: WorkspaceCtx,
  input: CreateTemplateInput,
  compile: CompileBlocks,
): Promise<Result<{ templateId: number }>> {
  requireRole(ctx, "marketer");
  const { name, from } = CreateTemplateInput.parse(input);
  const [kind, id = ""] = from.split(":");
  const starter = kind === "html" ? null : findStarter(kind === "starter" ? id : "blank");
  if (starter === undefined) return refuse("There is no such starter.");
  const [workspace] = await ctx.db
    .select({ brandColor: workspaces.brandColor })
    .from(workspaces)
    .where(eq(workspaces.id, ctx.workspaceId));
  const prepared = await prepareContent(
    starter ? { format: "blocks", document: starter.document } : { format: "html", html: "" },
    { brandColor: workspace?.brandColor ?? "#1b1f2a", language: "en" },
    compile,
  );
  if (!prepared.ok) return prepared;
  const { ok: _, ...content } = prepared;
  return withTransaction(ctx, (tx) => insertTemplate(tx, name, content));
}
