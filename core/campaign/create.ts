import { and, eq, isNull } from "drizzle-orm";
import { z } from "zod";
import { recordAudit } from "#core/platform/audit.ts";
import { type Result, refuse, requireRole, type WorkspaceCtx } from "#core/platform/context.ts";
import { withTransaction } from "#core/platform/db.ts";
import { findStarter } from "#core/template/starters.ts";
import type { CompileBlocks } from "#core/template/types.ts";
import { campaigns, lists, templates, workspaces } from "#db/schema/index.ts";
import { prepareContent, type StoredContent } from "./content.ts";
import { EMPTY_AUDIENCE } from "./types.ts";

export const CreateCampaignInput = z.object({
  name: z.string().trim().max(120, "Use 120 characters at most.").default(""),
  /** `blank`, `html`, `starter:<id>` or `template:<number>`. */
  from: z
    .string()
    .regex(/^(blank|html|starter:[a-z-]+|template:\d{1,9})$/, "Choose what to start from.")
    .default("blank"),
});
export type CreateCampaignInput = z.infer<typeof CreateCampaignInput>;

/** Starts a draft: empty, from a starter or from a template, with the workspace's sender and, where it has one list, that. */
export async function createCampaign(
  ctx: WorkspaceCtx,
  input: CreateCampaignInput,
  compile: CompileBlocks,
): Promise<Result<{ campaignId: number }>> {
  requireRole(ctx, "marketer");
  const { name, from } = CreateCampaignInput.parse(input);
  const [workspace] = await ctx.db.select().from(workspaces).where(eq(workspaces.id, ctx.workspaceId));
  if (!workspace) return refuse("There is no such workspace.");
  const start = await contentOf(ctx, from, workspace.brandColor, compile);
  if (!start.ok) return start;
  return withTransaction(ctx, async (tx) => {
    const standing = await tx.db
      .select({ id: lists.id })
      .from(lists)
      .where(and(eq(lists.workspaceId, ctx.workspaceId), isNull(lists.archivedAt)))
      .limit(2);
    const only = standing.length === 1 ? standing.map((row) => row.id) : [];
    const userId = ctx.actor.kind === "user" ? ctx.actor.userId : null;
    const [made] = await tx.db
      .insert(campaigns)
      .values({
        workspaceId: ctx.workspaceId,
        name: name || start.name,
        senderId: workspace.defaultSenderId,
        ...start.content,
        audience: { ...EMPTY_AUDIENCE, include: { lists: only, segments: [] } },
        trackOpens: workspace.trackOpens,
        trackClicks: workspace.trackClicks,
        createdBy: userId,
        updatedBy: userId,
        createdAt: ctx.now(),
        updatedAt: ctx.now(),
      })
      .returning({ id: campaigns.id, name: campaigns.name });
    await recordAudit(tx, {
      workspaceId: ctx.workspaceId,
      action: "campaign.create",
      target: made!.name,
      details: { campaignId: made!.id },
    });
    return { ok: true, campaignId: made!.id };
  });
}

async function contentOf(
  ctx: WorkspaceCtx,
  from: string,
  brandColor: string,
  compile: CompileBlocks,
): Promise<Result<{ name: string; content: StoredContent }>> {
  const [kind, id = ""] = from.split(":");
  if (kind === "template") {
    const [template] = await ctx.db
      .select()
      .from(templates)
      .where(and(eq(templates.id, Number(id)), eq(templates.workspaceId, ctx.workspaceId)));
    if (!template) return refuse("There is no such template. It may have been deleted.");
    const { name, format, document, html, text } = template;
    return { ok: true, name, content: { format, document, html, text } };
  }
  if (kind === "html") {
    return {
      ok: true,
      name: "Untitled campaign",
      content: { format: "html", document: null, html: "", text: "" },
    };
  }
  const starter = findStarter(kind === "starter" ? id : "blank");
  if (!starter) return refuse("There is no such starter.");
  const prepared = await prepareContent(
    { format: "blocks", document: starter.document },
    { brandColor, language: "en" },
    compile,
  );
  if (!prepared.ok) return prepared;
  const { ok: _, ...content } = prepared;
  return { ok: true, name: starter.id === "blank" ? "Untitled campaign" : starter.name, content };
}
